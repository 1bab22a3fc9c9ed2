"""The pages of figures in a real Chromium: statistics, gaps and the sample, accessible on every screen and on paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from fastapi import FastAPI
from playwright.sync_api import expect

from bot.review.access import Role
from bot.review.aggregates import open_days, refresh
from bot.review.clustering import Vectors
from bot.review.gap_search import Question, search
from bot.review.tables import Cursor, Judgement, State, Verdict
from bot.settings import Settings
from bot.web.app import create_app
from tests.browser.conftest import OpenPage, violations
from tests.browser.staff import Open, opener
from tests.browser.stand_in import StandIn, served
from tests.review.filling import conversation, turn

pytestmark = pytest.mark.browser

NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
LONG = "Kunt u mij vertellen hoeveel inwoners Münster heeft, want ik schrijf een werkstuk over partnersteden?"
PAGES = ["statistics", "statistics?period=90", "gaps", "sample", "sample?seed=3&n=20&of=all"]
OUTCOMES = ("answered", "answered", "answered", "not_in_sources", "clarify", "smalltalk", "out_of_scope", "failed")


def meanings(texts: Sequence[str]) -> Vectors:
    """Stands in for the sentence encoder: texts with the same first letter mean the same."""
    return np.eye(26, dtype=np.float32)[[(ord(text[0].lower()) - ord("a")) % 26 for text in texts]]


@pytest.fixture(scope="module")
def staff_app(facts_url: str, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    review_url = f"sqlite:///{tmp_path_factory.mktemp('insight')}/review.db"
    app = create_app(Settings(review_url=review_url, facts_url=facts_url, secret_key="k" * 32), StandIn())
    with app.state.review.session() as session, session.begin():
        for number in range(120):
            outcome, other = OUTCOMES[number % 8], number % 3 == 0
            text = [LONG, "Population of Dalian?", "Zwembad open?", "who is mayor"][number % 4]
            made = turn(
                id=f"turn-{number}", text=text, outcome=outcome, language="en" if other else "nl",
                intent=["unknown/population", "since", "out_of_scope/services"][number % 3], latency_ms=40 + number * 7,
                reason="declined" if outcome == "not_in_sources" else "ranked", rating=["up", "down", None][number % 3],
                at=NOW - timedelta(days=number % 30, minutes=number), confidence=(number % 10) / 10,
            )  # fmt: skip
            conversation(session, [made], id=f"conversation-{number}", state=State.DONE if number % 2 else State.NEW)
            if number % 2:
                verdict = list(Verdict)[number % 7]
                session.add(
                    Judgement(
                        turn=made.id, conversation=made.conversation, verdict=verdict, value=None, by="ria", at=NOW
                    )
                )
        refresh(session, open_days(session, NOW.date()))
        session.add(Cursor(id=1, event=0, stamp=0.0, at=NOW, days=[]))
    search(app.state.review, [Question("munster.since", LONG)], meanings)
    return app


@pytest.fixture(scope="module")
def base(staff_app: FastAPI) -> Iterator[str]:
    with served(staff_app) as address:
        yield address


@pytest.fixture
def as_member(open_page: OpenPage, base: str, staff_app: FastAPI) -> Open:
    """Opens a page with a member of staff logged in."""

    open_as = opener(staff_app, base, open_page, Role.REVIEWER, "nl")
    return lambda path, *who, **options: open_as(f"/review/{path}", *who, **options)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible(as_member: Open, path: str, language: str, scheme: str) -> None:
    assert violations(as_member(path, language, color_scheme=scheme)) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_in_forced_colours(as_member: Open, path: str) -> None:
    assert violations(as_member(path, forced_colors="active")) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_narrow_screen_needs_no_sideways_scrolling(as_member: Open, path: str) -> None:
    for language, height in (("nl", 640), ("en", 256)):  # a phone; a screen of 1280 by 1024 at 400 per cent
        page = as_member(path, language, viewport={"width": 320, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert violations(page) == []


def test_a_picture_keeps_its_letters_on_a_narrow_screen_and_shows_shorter_labels(as_member: Open) -> None:
    size = "getComputedStyle(document.querySelector('.picture text')).fontSize"
    wide, narrow = as_member("statistics"), as_member("statistics", viewport={"width": 320, "height": 640})
    assert wide.evaluate(size) == narrow.evaluate(size)
    intent = ".statistic:has(#intent) .picture"
    assert wide.locator(f"{intent} .label--wide").first.is_visible()
    assert not narrow.locator(f"{intent} .label--wide").first.is_visible()
    assert narrow.locator(f"{intent} .label--narrow").first.is_visible()


@pytest.mark.parametrize("width", [320, 700, 1000, 1600])
def test_no_letters_of_a_picture_lie_over_others(as_member: Open, width: int) -> None:
    page = as_member("statistics", viewport={"width": width, "height": 900})
    clashes = page.evaluate("""() => [...document.querySelectorAll(".picture")].flatMap(picture => {
        const shown = [...picture.querySelectorAll("text")].map(text => [text.textContent, text.getBoundingClientRect()])
            .filter(([, box]) => box.width);
        return shown.flatMap(([one, a], place) => shown.slice(place + 1).filter(([, b]) =>
            a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3)
            .map(([other]) => `${one} | ${other}`)); })""")
    assert clashes == []


def test_every_picture_has_its_table_beside_it(as_member: Open) -> None:
    page = as_member("statistics")
    pictures = page.locator(".picture")
    assert pictures.count() == page.locator("table").count() == 10
    first, table = pictures.first.bounding_box(), page.locator("table").first.bounding_box()
    assert first is not None
    assert table is not None
    assert first["x"] + first["width"] <= table["x"]


def test_lines_are_told_apart_by_dashes_and_marks_in_forced_colours(as_member: Open) -> None:
    page = as_member("statistics", forced_colors="active")
    dash = "getComputedStyle(document.querySelector('.series--{} .stroke')).strokeDasharray"
    assert page.evaluate(dash.format(1)) == "none"
    assert page.evaluate(dash.format(2)) != "none"
    assert page.locator("#volume ~ .beside .series--2 rect").count() > 0


def test_a_period_is_chosen_without_scripts(as_member: Open) -> None:
    page = as_member("statistics", "en", java_script_enabled=False)
    page.get_by_role("link", name="7 days").click()
    expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    page.get_by_label("From", exact=True).fill(f"{(NOW - timedelta(days=3)).date()}")
    page.get_by_role("button", name="Show").click()
    assert page.locator("#volume ~ .beside tbody tr").count() == 4


def test_a_table_that_scrolls_is_reached_by_keyboard(as_member: Open) -> None:
    page = as_member("statistics", "en")
    region = page.get_by_role("region", name="Conversations and turns, per day")
    region.focus()
    before = region.evaluate("each => each.scrollTop")
    page.keyboard.press("End")
    page.wait_for_function("() => document.querySelector('.figures-table').scrollTop > 0")
    assert before == 0


def test_content_is_asked_for_without_scripts(as_member: Open) -> None:
    page = as_member("gaps", "en", java_script_enabled=False)
    gap = page.locator(".gap").first
    question = gap.locator("h3").inner_text()
    gap.locator("summary").click()
    gap.get_by_label("What is missing?").fill("A page with figures of all partner cities.")
    gap.get_by_role("button", name="Ask the editors").click()
    expect(page.get_by_role("status")).to_contain_text("The editors have been asked for content")
    asked = page.locator(".gap", has=page.locator("h3", has_text=question.strip("‘’“”"))).first
    expect(asked).to_contain_text("Content asked for")
    asked.get_by_role("link", name="To the proposals").click()
    expect(page.locator("main")).to_contain_text("A page with figures of all partner cities.")


def test_the_turns_of_a_gap_are_shown_in_the_inbox(as_member: Open) -> None:
    page = as_member("gaps", "en")
    page.get_by_role("link", name="Show these turns").first.click()
    expect(page.get_by_role("list", name="Chosen filters")).to_contain_text("Group of questions without an answer")


def test_a_sample_is_drawn_and_leads_to_its_first_turn(as_member: Open) -> None:
    page = as_member("sample", "en", java_script_enabled=False)
    page.get_by_label("Number of turns").fill("20")
    page.get_by_label("All turns").check()
    page.get_by_role("button", name="Draw").click()
    expect(page.locator(".sampled tbody tr")).to_have_count(20)
    page.get_by_role("link", name="To the first turn without a verdict").click()
    assert "/review/conversations/conversation-" in page.url


@pytest.mark.parametrize("path", ["statistics?period=90", "gaps", "sample?seed=3&n=20&of=all"])
def test_on_paper_everything_fits_and_nothing_is_to_be_pressed(as_member: Open, path: str) -> None:
    page = as_member(path, viewport={"width": 718, "height": 1000})  # A4 less its margins
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    assert not page.locator("form").first.is_visible()
    cut = page.evaluate("""() => [...document.querySelectorAll(".scroll")]
        .filter(each => each.scrollHeight > each.clientHeight + 1 && getComputedStyle(each).overflowY !== "visible").length""")
    assert cut == 0


def test_the_printed_sample_has_room_for_a_signature_and_no_visitors_words(as_member: Open) -> None:
    page = as_member("sample?seed=3&n=20&of=all", "en")
    assert not page.locator(".signature").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".signature").is_visible()
    assert page.locator(".sampled td.id").first.is_visible()
    assert not page.locator(".sampled th.no-print").first.is_visible()
    assert "Zwembad" not in page.locator("main").inner_text()
