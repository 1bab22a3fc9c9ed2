"""One conversation in a browser: judged by keyboard alone and without scripts, and readable for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect
from sqlalchemy import select

from bot.review.access import Role
from bot.review.tables import Conversation, Judgement, Note, State, Tag, Work
from bot.settings import Settings
from bot.web.app import create_app
from tests.browser.conftest import OpenPage, violations
from tests.browser.staff import Open, opener
from tests.browser.stand_in import HOSTILE, StandIn, served
from tests.review.filling import AT, conversation, turn

pytestmark = pytest.mark.browser
NAMES = count(1)
LANGUAGES = pytest.mark.parametrize("language", ["nl", "en"])


@pytest.fixture(scope="module")
def staff_app(facts_url: str, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    review_url = f"sqlite:///{tmp_path_factory.mktemp('conversation')}/review.db"
    return create_app(Settings(review_url=review_url, facts_url=facts_url, secret_key="k" * 32), StandIn())


@pytest.fixture(scope="module")
def base(staff_app: FastAPI) -> Iterator[str]:
    """The address of the web process: `open_page` watches that nothing is asked of another."""
    with served(staff_app) as address:
        yield address


@pytest.fixture
def open_as(staff_app: FastAPI, base: str, open_page: OpenPage) -> Open:
    """Opens a staff page as a reviewer, or as a member with another role or language."""

    return opener(staff_app, base, open_page, Role.REVIEWER, "en")


@pytest.fixture
def talk(staff_app: FastAPI) -> str:
    """The id of a new conversation of four turns: answered with feedback, declined, failed, and in English."""
    name = f"talk-{next(NAMES)}"
    empty: dict[str, list[Any]] = {each: [] for each in ("ranking", "entities", "subjects", "facts", "sources")}
    ranking = [["munster.since", 0.8], ["munster.status", -1.1], ["dalian.since", -4.0], ["unknown/dates", -2.9]]
    made = [
        turn(id=f"{name}-1", text="sinds wanneer munser dan", ranking=ranking, rating="down", comment="te kort"),
        turn(id=f"{name}-2", text="hoeveel mensen wonen daar", intent="unknown/population", outcome="not_in_sources",
             reason="declined", facts=[], sources=[], confidence=0.7),
        turn(id=f"{name}-3", text="en Dalian?", outcome="failed", reason="ReadTimeout", reply="", intent=None,
             confidence=None, latency_ms=None, model=None, **empty),
        turn(id=f"{name}-4", text="And where is it?", language="en", intent="location", reply="In Germany.",
             facts=["munster.location", "munster.gone", "partnership:munster"]),
    ]  # fmt: skip
    made[0].at = AT + timedelta(days=int(name.rpartition("-")[2]))
    with staff_app.state.review.session() as session, session.begin():
        conversation(session, made, id=name)
    return name


def kept(app: FastAPI, what: Any) -> list[Any]:
    with app.state.review.session() as session:
        return list(session.scalars(what))


def verdicts(app: FastAPI, talk: str) -> list[tuple[str, str | None]]:
    judged = kept(app, select(Judgement).where(Judgement.conversation == talk).order_by(Judgement.turn))
    return [(each.verdict, each.value) for each in judged]


def chosen(page: Page) -> str:
    return page.locator("[aria-current=true].turn h3").inner_text()


def press(page: Page, *keys: str) -> None:
    """Presses keys that lead to another page, and waits until that one listens."""
    for key in keys:
        page.evaluate("document.documentElement.dataset.left = 'no'")
        page.keyboard.press(key)
    page.wait_for_function("() => !document.documentElement.dataset.left && document.querySelector('.keys-on')")


def tab_to(page: Page, text: str) -> None:
    """Presses Tab until what has the focus bears this text."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if text in page.evaluate("document.activeElement.textContent"):
            return
    raise AssertionError(f"Tab does not reach {text!r}")


def test_from_the_inbox_to_done_by_keyboard_alone(open_as: Open, staff_app: FastAPI, talk: str) -> None:
    page = open_as("/review?state=new")
    tab_to(page, "And where is it?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".keys-on #turn")
    assert chosen(page) == "Turn 4"
    press(page, "k")
    assert chosen(page) == "Turn 3"
    press(page, "k")
    press(page, "k")
    assert chosen(page) == "Turn 1"
    press(page, "1")
    assert chosen(page) == "Turn 2"
    page.keyboard.press("2")
    page.keyboard.type("Where it is")
    press(page, "Enter")
    assert chosen(page) == "Turn 3"
    press(page, "7")
    assert chosen(page) == "Turn 4"
    page.keyboard.press("4")
    expect(page.get_by_role("group", name="Which fact is the right answer?")).to_be_visible()
    press(page, "Enter")
    expect(page.get_by_role("status").filter(has_text="All turns have a verdict.")).to_be_visible()
    page.keyboard.press("t")
    page.keyboard.type("Klacht")
    press(page, "Enter")
    page.keyboard.press("n")
    page.keyboard.type("j k 1 s d: typed, not pressed")
    tab_to(page, "Save")
    press(page, "Enter")
    page.keyboard.press("s")
    expect(page.locator(".states")).to_have_class("states awaited")
    press(page, "d")
    expect(page.locator(".conversation-head .badge")).to_have_text("Done")
    assert verdicts(staff_app, talk) == [
        ("right", None),
        ("wrong_intent", "location"),
        ("ignore", None),
        ("right_answer", "munster.since"),
    ]
    assert kept(staff_app, select(Work.state).where(Work.conversation == talk)) == ["done"]
    assert kept(staff_app, select(Tag.tag).where(Tag.conversation == talk)) == ["klacht"]
    assert kept(staff_app, select(Note.text).where(Note.conversation == talk)) == ["j k 1 s d: typed, not pressed"]


def test_undo_takes_back_one_change_after_another(open_as: Open, staff_app: FastAPI, talk: str) -> None:
    page = open_as(f"/review/conversations/{talk}?turn={talk}-1")
    press(page, "1")
    press(page, "5")
    assert len(verdicts(staff_app, talk)) == 2
    press(page, "u")
    assert chosen(page) == "Turn 2"
    press(page, "u")
    assert chosen(page) == "Turn 1"
    assert verdicts(staff_app, talk) == []
    page.keyboard.press("u")
    expect(page.get_by_text("You have not changed anything here yet.")).to_be_visible()


def test_the_brackets_lead_through_the_inbox(open_as: Open, talk: str) -> None:
    page = open_as(f"/review/conversations/{talk}?outcome=failed&turn={talk}-3")
    older = page.get_by_role("link", name="Next conversation")
    if older.count() == 0:
        pytest.skip("this is the only conversation: run the whole module")
    press(page, "]")
    assert f"/{talk}?" not in page.url
    assert "outcome=failed" in page.url
    assert chosen(page) == "Turn 3"
    press(page, "[")
    assert f"/{talk}?" in page.url


def test_keys_can_be_switched_off_and_the_choice_is_kept(open_as: Open, talk: str) -> None:
    page = open_as(f"/review/conversations/{talk}?turn={talk}-1")
    expect(page.locator("kbd.key").first).to_be_visible()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    dialog.get_by_role("checkbox", name="Use keys").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.locator("kbd.key").first).to_be_hidden()
    expect(dialog).to_be_hidden()
    assert chosen(page) == "Turn 1"
    page.get_by_role("button", name="Keys").click()
    dialog.get_by_role("checkbox", name="Use keys").check()
    dialog.get_by_role("button", name="Close").click()
    press(page, "j")
    assert chosen(page) == "Turn 2"


@LANGUAGES
def test_the_overview_of_keys_is_accessible_and_gives_the_focus_back(open_as: Open, talk: str, language: str) -> None:
    page = open_as(f"/review/conversations/{talk}?turn={talk}-1", language)
    button = page.locator("#keys-button")
    button.focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("j")
    assert chosen(page).endswith("1")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_no_key_works_with_control_or_in_a_field_and_escape_leaves_it(open_as: Open, talk: str) -> None:
    page = open_as(f"/review/conversations/{talk}?turn={talk}-1")
    page.keyboard.press("Control+j")
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Search all conversations")
    expect(search).to_be_focused()
    page.keyboard.type("jk1u")
    expect(search).to_have_value("jk1u")
    page.keyboard.press("Escape")
    expect(page.locator("#turn")).to_be_focused()
    page.keyboard.press("3")
    page.keyboard.press("Escape")
    expect(page.locator("details.verdict[open]")).to_have_count(0)
    expect(page.locator("summary[data-key='3']")).to_be_focused()
    assert chosen(page) == "Turn 1"


def test_the_second_part_of_a_key_has_to_follow_the_first(open_as: Open, staff_app: FastAPI, talk: str) -> None:
    page = open_as(f"/review/conversations/{talk}?turn={talk}-1")
    page.keyboard.press("s")
    expect(page.locator("#keys-status")).to_contain_text("d for done")
    page.keyboard.press("x")
    expect(page.locator("#keys-status")).to_be_empty()
    page.keyboard.press("d")
    assert kept(staff_app, select(Work).where(Work.conversation == talk)) == []


def test_all_is_done_without_scripts(open_as: Open, staff_app: FastAPI, talk: str) -> None:
    page = open_as(f"/review/conversations/{talk}?turn={talk}-1", java_script_enabled=False)
    expect(page.locator("kbd.key").first).to_be_hidden()
    expect(page.locator("#keys-button")).to_be_hidden()
    page.get_by_text("Wrong or missing subject …").click()
    page.get_by_role("combobox", name="Or look for another subject").fill("Atlantis")
    page.get_by_role("button", name="Choose").click()
    expect(page.get_by_role("alert")).to_contain_text("“Atlantis” is no name in the list")
    field = page.get_by_role("combobox", name="Or look for another subject")
    expect(field).to_have_value("Atlantis")
    field.fill("Palo Alto")
    page.get_by_role("button", name="Choose").click()
    assert chosen(page) == "Turn 2"
    page.get_by_role("button", name="Needs content").click()
    page.get_by_role("textbox", name="New note").fill("bel 06 12345678")
    page.get_by_role("combobox", name="About").select_option("The whole conversation")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".note")).to_have_text("bel [tel]")
    page.get_by_role("combobox", name="New tag").fill("Klacht")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("button", name="Remove tag klacht").click()
    page.get_by_role("button", name="Won't fix").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Your change is undone.")).to_be_visible()
    expect(page.locator(".conversation-head .badge")).to_have_text("New")
    page.get_by_role("link", name="Turn 1", exact=True).click()
    page.get_by_role("button", name="Take back").click()
    expect(page.locator(".verdict-head")).to_contain_text("No verdict yet")
    assert verdicts(staff_app, talk) == [("needs_content", None)]


def test_two_reviewers_at_once_see_both_verdicts(open_as: Open, staff_app: FastAPI, talk: str) -> None:
    mine = open_as(f"/review/conversations/{talk}?turn={talk}-1")
    theirs = open_as(f"/review/conversations/{talk}?turn={talk}-1", role=Role.EDITOR)
    press(theirs, "6")
    press(mine, "1")
    alert = mine.get_by_role("alert")
    expect(alert).to_contain_text("editor-en changed this while you were looking.")
    expect(alert).to_contain_text("Not our subject")
    assert verdicts(staff_app, talk) == [("out_of_scope", None)]
    assert violations(mine) == []
    alert.get_by_role("button", name="Save my choice after all").click()
    mine.wait_for_url("**said=judged**")
    assert verdicts(staff_app, talk) == [("right", None)]


def test_a_reader_sees_everything_and_no_form(open_as: Open, talk: str) -> None:
    page = open_as(f"/review/conversations/{talk}?turn={talk}-1", role=Role.READER)
    expect(page.locator("main form[method=post]")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("te kort")
    page.keyboard.press("1")
    page.keyboard.press("t")
    press(page, "j")
    assert chosen(page) == "Turn 2"
    assert violations(page) == []


def test_an_admin_holds_and_deletes(open_as: Open, staff_app: FastAPI, talk: str) -> None:
    page = open_as(f"/review/conversations/{talk}", role=Role.ADMIN)
    page.get_by_role("textbox", name="Reason").fill("Klacht 12")
    page.get_by_role("button", name="Hold the conversation").click()
    expect(page.get_by_text("This conversation must not be deleted.")).to_be_visible()
    expect(page.get_by_role("link", name="Delete this conversation")).to_have_count(0)
    page.get_by_role("button", name="Release").click()
    page.get_by_role("link", name="Delete this conversation").click()
    assert violations(page) == []
    page.get_by_role("button", name="Yes, delete the conversation").click()
    page.wait_for_url("**/review")
    assert kept(staff_app, select(Conversation).where(Conversation.id == talk)) == []


@LANGUAGES
@pytest.mark.parametrize("turn", [1, 2, 3, 4])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_axe_findings(open_as: Open, talk: str, language: str, turn: int, colours: str) -> None:
    page = open_as(f"/review/conversations/{talk}?turn={talk}-{turn}", language, Role.ADMIN, color_scheme=colours)
    assert page.locator("html").get_attribute("lang") == language
    for details in page.locator("main details").all():
        details.evaluate("one => one.open = true")
    assert violations(page) == []
    page.locator("body").press("2")
    assert violations(page) == []


@LANGUAGES
def test_forced_colours_show_what_is_chosen(open_as: Open, talk: str, language: str) -> None:
    page = open_as(f"/review/conversations/{talk}?turn={talk}-1", language, forced_colors="active")
    press(page, "1")
    press(page, "k")
    assert violations(page) == []
    colours = "one => getComputedStyle(one).backgroundColor"
    assert page.locator("[data-key='1']").evaluate(colours) != page.locator("[data-key='5']").evaluate(colours)
    bar = page.locator(".told .bar-part")
    assert bar.evaluate("one => getComputedStyle(one).fill") != page.locator(".told .bar-whole").evaluate(
        "one => getComputedStyle(one).fill"
    )


@LANGUAGES
@pytest.mark.parametrize("size", [(320, 640), (320, 256)], ids=["320 px", "1280 px at 400 %"])
def test_a_narrow_or_enlarged_page_needs_no_sideways_scrolling(
    open_as: Open, talk: str, language: str, size: tuple[int, int]
) -> None:
    page = open_as(
        f"/review/conversations/{talk}?turn={talk}-1", language, Role.ADMIN,
        viewport={"width": size[0], "height": size[1]},
    )  # fmt: skip
    page.keyboard.press("2")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator(".verdicts").evaluate("one => getComputedStyle(one).position") != "sticky"
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    box = page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert (box["x"] >= 0, box["x"] + box["width"] <= 320) == (True, True)


def test_a_wide_screen_shows_the_turn_its_reasons_and_the_verdicts_at_once(open_as: Open, talk: str) -> None:
    page = open_as(f"/review/conversations/{talk}?turn={talk}-1#turn", viewport={"width": 1280, "height": 800})
    for part in ("#turn .said", "#turn .reply", ".ranking", ".facts", "[data-key='7']", ".states", "#tag"):
        box = page.locator(part).first.bounding_box()
        assert box is not None
        assert box["y"] >= 0, part
        assert box["y"] + box["height"] <= 800, part


def test_what_has_the_focus_is_never_hidden_behind_the_verdicts(open_as: Open, talk: str) -> None:
    page = open_as(f"/review/conversations/{talk}?turn={talk}-4#turn", viewport={"width": 1280, "height": 700})
    hidden = """() => { const one = document.activeElement, box = one.getBoundingClientRect();
        const bar = document.querySelector(".verdicts");
        return !bar.contains(one) && !one.closest(".work") && one.id !== "turn"
            && box.top >= bar.getBoundingClientRect().top && box.bottom <= bar.getBoundingClientRect().bottom; }"""
    for _ in range(40):
        page.keyboard.press("Tab")
        assert not page.evaluate(hidden), page.evaluate("document.activeElement.outerHTML")


@LANGUAGES
def test_hostile_text_in_every_field_is_text(open_as: Open, staff_app: FastAPI, language: str) -> None:
    name = f"hostile-{language}"
    with staff_app.state.review.session() as session, session.begin():
        hostile = turn(
            id=f"{name}-1", text=HOSTILE, reply=HOSTILE, comment=HOSTILE, rating="down", model=HOSTILE[:64],
            intent=HOSTILE[:80], reason=HOSTILE[:80], facts=[HOSTILE], subjects=[], ranking=[[HOSTILE, 0.0]],
            entities=[{"subject": HOSTILE, "text": HOSTILE}], sources=[{"id": "x", "title": HOSTILE, "as_of": HOSTILE}],
        )  # fmt: skip
        conversation(session, [hostile, turn(id=f"{name}-2", text=HOSTILE, reply=HOSTILE)], id=name)
        session.add(Tag(tag=HOSTILE[:40], conversation=name, at=AT))
        session.add(Note(conversation=name, turn=None, text=HOSTILE, by=HOSTILE[:64], at=AT))
        session.add(Work(conversation=name, state=State.NEW, reviewer=HOSTILE[:64], hold=HOSTILE[:200], at=AT))
    page = open_as(f"/review/conversations/{name}?turn={name}-1", language, Role.ADMIN)
    expect(page.locator("#turn .said")).to_have_text(HOSTILE)
    expect(page.locator(".note")).to_have_text(HOSTILE)
    assert page.locator("main").locator("img, b, a[href^='javascript']").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1000
    assert violations(page) == []


def test_a_conversation_of_a_thousand_turns_is_read_through(open_as: Open, staff_app: FastAPI) -> None:
    with staff_app.state.review.session() as session, session.begin():
        conversation(session, [turn(id=f"long-{n}", text=f"vraag {n}") for n in range(1, 1001)], id="long")
    page = open_as("/review/conversations/long?turn=long-500")
    expect(page.locator("li.turn")).to_have_count(25)
    press(page, "j")
    assert chosen(page) == "Turn 501"
    page.get_by_role("link", name="Later turns, from 513").click()
    assert chosen(page) == "Turn 513"
    page.get_by_role("searchbox", name="Search this conversation").fill("vraag 99")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Turn 990", exact=True).click()
    assert chosen(page) == "Turn 990"
    page.get_by_role("link", name="Last turn").click()
    assert chosen(page) == "Turn 1000"
    page.get_by_role("link", name="First turn").click()
    assert chosen(page) == "Turn 1"
