"""The chat page in a real Chromium, with a stand-in for Rasa."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, ask, violations
from tests.browser.stand_in import CONTACT, HOSTILE, MUNSTER, StandIn

pytestmark = pytest.mark.browser

WORDS = {
    "nl": {
        "send": "Verstuur",
        "source": "gecontroleerd in november 2026",
        "start": "Welke partnersteden heeft Enschede?",
    },
    "en": {"send": "Send", "source": "checked in November 2026", "start": "Which partner cities does Enschede have?"},
}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_typed_question_is_answered_with_its_source_and_date(open_page: OpenPage, base: str, language: str) -> None:
    page = open_page(f"{base}/{language}")
    log = ask(page, "Since when Münster?")
    expect(log).to_contain_text(MUNSTER[language])
    expect(log.locator("summary")).to_contain_text(WORDS[language]["source"])
    expect(log.locator("details li")).to_be_hidden()
    log.locator("summary").click()
    expect(log.locator("details li")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_visitor_is_greeted_with_four_questions_and_told_what_this_is(
    open_page: OpenPage, base: str, language: str
) -> None:
    page = open_page(f"{base}/{language}")
    starters = page.locator(".starters button")
    expect(starters).to_have_count(4)
    expect(page.locator(".chat-notice")).to_contain_text(re.compile("computer"))
    expect(page.locator(".chat-notice a")).to_have_attribute("href", "mailto:info-internationaal@enschede.nl")
    assert violations(page) == []
    page.get_by_role("button", name=WORDS[language]["start"]).click()
    expect(page.get_by_role("log")).to_contain_text("Palo Alto")
    expect(page.locator(".starters")).to_be_hidden()


def test_the_conversation_is_a_log_in_which_each_message_names_its_speaker(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/nl")
    log = ask(page, "Münster?")
    expect(page.get_by_role("log", name="Gesprek")).to_be_visible()
    expect(log.locator(".message")).to_have_count(3)
    assert log.locator(".message-speaker").all_inner_texts() == ["Assistent", "U", "Assistent"]
    expect(page.get_by_role("textbox", name="Uw vraag")).to_be_focused()


def test_enter_sends_and_shift_with_enter_breaks_the_line_but_not_while_composing(
    open_page: OpenPage, base: str, rasa: StandIn
) -> None:
    page = open_page(f"{base}/nl")
    field = page.get_by_role("textbox")
    field.press_sequentially("een")
    field.press("Shift+Enter")
    field.press_sequentially("twee")
    assert field.input_value() == "een\ntwee"
    field.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    assert field.input_value() == "een\ntwee"
    field.press("Enter")
    expect(page.locator(".message--visitor")).to_contain_text("een\ntwee", use_inner_text=True)
    expect(page.locator(".message--assistant")).to_have_count(2)
    assert rasa.asked == ["een\ntwee"]


def test_everything_can_be_done_by_keyboard(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/en")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the conversation")).to_be_focused()
    page.keyboard.press("Enter")
    reached: list[str] = []
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
        if reached[-1].startswith("TEXTAREA"):
            break
    assert [name.split(":")[0] for name in reached] == ["A"] + ["BUTTON"] * 4 + ["TEXTAREA"]
    page.keyboard.type("which")
    page.keyboard.press("Enter")
    choice = page.get_by_role("button", name="Palo Alto")
    expect(choice).to_be_visible()
    for _ in range(6):
        page.keyboard.press("Shift+Tab")
        if page.evaluate(FOCUSED) == "BUTTON:Palo Alto":
            break
    page.keyboard.press("Enter")
    expect(page.locator(".message--visitor").last).to_contain_text("Since when Palo Alto?")
    expect(page.get_by_role("textbox")).to_be_focused()


FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return `${at.tagName}:${at.textContent.trim()}`;
}"""


def test_what_was_typed_before_the_scripts_arrived_is_kept(open_page: OpenPage, base: str) -> None:
    page = open_page("about:blank")
    page.route("**/v1/texts/en", lambda route: (page.get_by_role("textbox").fill("half a quest"), route.continue_()))
    page.goto(f"{base}/en")
    expect(page.locator(".hint-keys")).to_be_attached()
    field = page.get_by_role("textbox")
    expect(field).to_have_value("half a quest")
    expect(field).to_be_focused()


def test_hostile_text_of_an_answer_is_shown_as_text(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/nl")
    log = ask(page, "hostile")
    expect(log).to_contain_text(HOSTILE)
    expect(log.get_by_role("button", name=HOSTILE)).to_be_visible()
    assert page.locator(".chat-log img, .chat-log b, .chat-log a, .chat-log script").count() == 0
    assert violations(page) == []


def test_addresses_in_an_answer_become_links(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/nl")
    log = ask(page, "contact")
    expect(log).to_contain_text(CONTACT)
    assert log.locator(".message-text a").evaluate_all("links => links.map((link) => link.getAttribute('href'))") == [
        "mailto:info-internationaal@enschede.nl",
        "tel:14053",
        "https://www.enschede.nl",
        "https://voorbeeld.example/pad?a=1",
    ]


def test_an_answer_can_be_had_in_the_other_language(open_page: OpenPage, base: str, rasa: StandIn) -> None:
    page = open_page(f"{base}/nl")
    log = ask(page, "Münster?")
    page.get_by_role("button", name="Answer in English").click()
    expect(log).to_contain_text(MUNSTER["en"])
    assert rasa.asked == ["Münster?", "Answer in English"]
    expect(page.locator(".message-body").last).to_have_attribute("lang", "en")
    expect(page.locator("summary").last).to_contain_text("Source: International cooperation")
    expect(page.get_by_role("button", name="Answer in English")).to_have_count(0)
    assert violations(page) == []


def test_an_opinion_is_given_with_a_thumb_and_perhaps_a_word(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/nl")
    ask(page, "Münster?")
    sent: list[Any] = []
    page.on("request", lambda request: sent.append(request.post_data_json) if "feedback" in request.url else None)
    thumb = page.get_by_role("button", name="Nee", exact=True)
    thumb.click()
    expect(page.get_by_role("status")).to_have_text("Dank u wel.")
    expect(thumb).to_have_attribute("aria-pressed", "true")
    assert violations(page) == []
    page.get_by_role("textbox", name="waarom").fill("Te kort")
    page.get_by_role("textbox", name="waarom").press("Enter")
    expect(page.get_by_role("textbox", name="waarom")).to_have_count(0)
    assert [(body["rating"], body.get("comment")) for body in sent] == [("down", None), ("down", "Te kort")]


def test_a_long_answer_folds(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/nl")
    log = ask(page, "long")
    fold = log.locator(".message-text summary")
    expect(fold).to_have_text("Toon het hele antwoord", use_inner_text=True)
    rest = log.locator(".message-text .message-text")
    expect(rest).to_be_hidden()
    assert violations(page) == []
    fold.click()
    expect(rest).to_be_visible()
    expect(fold).to_have_text("Toon minder", use_inner_text=True)
    assert violations(page) == []
    fold.press("Enter")
    expect(rest).to_be_hidden()


def test_a_slow_answer_is_announced_and_questions_wait_for_it(open_page: OpenPage, base: str, rasa: StandIn) -> None:
    page = open_page(f"{base}/en")
    ask(page, "slow")
    expect(page.get_by_role("status")).to_have_text("I am looking it up …")
    ask(page, "another")
    expect(page.get_by_role("status")).to_contain_text("One moment.")
    expect(page.locator(".message--assistant")).to_have_count(2)
    expect(page.get_by_role("status")).to_have_text("")
    assert rasa.asked == ["slow"]
    assert page.get_by_role("textbox").input_value() == "another"


def test_a_quick_answer_has_no_waiting_text(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/en")
    page.evaluate(
        """() => { const status = document.querySelector("enschede-assistant").shadowRoot.querySelector("[role=status]");
        window.said = []; new MutationObserver(() => window.said.push(status.textContent)).observe(status, {childList: true}); }"""
    )
    ask(page, "Münster?")
    expect(page.locator(".message--assistant")).to_have_count(2)
    assert [text for text in page.evaluate("window.said") if text] == []


def test_a_conversation_can_be_copied_and_saved(open_page: OpenPage, base: str, tmp_path: Path) -> None:
    page = open_page(f"{base}/nl", permissions=["clipboard-read", "clipboard-write"])
    expect(page.get_by_role("button", name="Kopieer")).to_be_hidden()
    ask(page, "Münster?")
    expect(page.locator(".message--assistant")).to_have_count(2)
    page.get_by_role("button", name="Kopieer").click()
    expect(page.get_by_role("status")).to_have_text("Het gesprek is gekopieerd.")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.splitlines()[:3] == ["U: Münster?", "", f"Assistent: {MUNSTER['nl']}"]
    assert "gecontroleerd in november 2026" in text
    with page.expect_download() as download:
        page.get_by_role("button", name="Bewaar als tekst").click()
    download.value.save_as(tmp_path / "saved.txt")
    assert (tmp_path / "saved.txt").read_text(encoding="utf-8") == text
    assert download.value.suggested_filename == "gesprek-enschede.txt"


def test_a_reload_and_the_other_language_keep_the_conversation(open_page: OpenPage, base: str, rasa: StandIn) -> None:
    page = open_page(f"{base}/nl")
    ask(page, "Münster?")
    expect(page.locator(".message")).to_have_count(3)
    page.reload()
    expect(page.locator(".message")).to_have_count(3)
    expect(page.locator(".starters")).to_be_hidden()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("log", name="Conversation")).to_contain_text(MUNSTER["nl"])
    assert rasa.asked == ["Münster?"]


def _session(page: Page) -> str:
    return str(page.evaluate("JSON.parse(sessionStorage.getItem('enschede-assistant')).session"))


def test_two_tabs_are_two_conversations_also_when_one_opened_the_other(open_page: OpenPage, base: str) -> None:
    first = open_page(f"{base}/nl")
    ask(first, "Münster?")
    expect(first.locator(".message")).to_have_count(3)
    second = first.context.new_page()
    second.goto(f"{base}/nl")
    # A tab that a page opens begins with a copy of its sessionStorage.
    with first.context.expect_page() as opened:
        first.evaluate("void window.open('/nl')")
    third = opened.value
    for tab in (second, third):
        expect(tab.locator(".message")).to_have_count(1)
    assert len({_session(tab) for tab in (first, second, third)}) == 3


def test_a_conversation_is_deleted_here_and_on_the_server_after_a_second_word(
    open_page: OpenPage, base: str, rasa: StandIn
) -> None:
    page = open_page(f"{base}/nl")
    ask(page, "Münster?")
    session = _session(page)
    page.get_by_role("button", name="Wis gesprek").click()
    expect(page.get_by_role("button", name="Ja, wis het gesprek")).to_be_focused()
    assert violations(page) == []
    page.get_by_role("button", name="Nee, bewaar het").click()
    expect(page.get_by_role("button", name="Wis gesprek")).to_be_focused()
    assert rasa.forgotten == []
    page.get_by_role("button", name="Wis gesprek").click()
    page.get_by_role("button", name="Ja, wis het gesprek").click()
    expect(page.get_by_role("status")).to_have_text("Het gesprek is gewist.")
    expect(page.locator(".message")).to_have_count(1)
    expect(page.locator(".starters")).to_be_visible()
    assert rasa.forgotten == [session]
    assert _session(page) != session


def test_a_conversation_that_could_not_be_deleted_stays(open_page: OpenPage, base: str, rasa: StandIn) -> None:
    page = open_page(f"{base}/nl")
    ask(page, "Münster?")
    expect(page.locator(".message")).to_have_count(3)
    rasa.away = True
    page.get_by_role("button", name="Wis gesprek").click()
    page.get_by_role("button", name="Ja, wis het gesprek").click()
    expect(page.get_by_role("status")).to_contain_text("Wissen lukt nu niet")
    expect(page.locator(".message")).to_have_count(3)


def test_the_pages_of_the_site_are_one_click_away(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/en")
    for name, path in [
        ("Nederlands", "/nl"),
        ("About this assistant", "/en/about"),
        ("What the assistant knows", "/en/facts"),
        ("Accessibility", "/en/about#accessibility"),
        ("Privacy", "/en/about#privacy"),
    ]:
        expect(page.get_by_role("link", name=name, exact=True)).to_have_attribute("href", path)
    about = page.context.request.get(f"{base}/en/about").text()
    assert 'id="accessibility"' in about
    assert 'id="privacy"' in about


@pytest.mark.parametrize("width", [320, 1000])
def test_what_is_pressed_is_large_enough(open_page: OpenPage, base: str, width: int) -> None:
    page = open_page(f"{base}/nl", viewport={"width": width, "height": 700})
    ask(page, "which")
    expect(page.locator(".message")).to_have_count(3)
    ask(page, "Münster?")
    expect(page.locator(".message")).to_have_count(5)
    small = page.locator("button:visible, summary:visible, textarea:visible, input:visible").evaluate_all(
        "all => all.filter((one) => one.getBoundingClientRect().height < 44 || one.getBoundingClientRect().width < 44)"
        ".map((one) => one.outerHTML)"
    )
    assert small == []


@pytest.mark.parametrize(("width", "height"), [(320, 640), (320, 256)])
def test_a_narrow_or_magnified_page_is_usable_without_sideways_scrolling(
    open_page: OpenPage, base: str, width: int, height: int
) -> None:
    page = open_page(f"{base}/en", viewport={"width": width, "height": height})
    log = ask(page, "Which partner cities")
    expect(log).to_contain_text("Palo Alto")
    log.locator("summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Nothing stays put over the conversation: what is read can have the whole window.
    assert page.locator(".dock").evaluate("dock => getComputedStyle(dock).position") == "static"
    answer = log.locator(".message-text").last
    answer.scroll_into_view_if_needed()
    expect(answer.locator("li").first).to_be_in_viewport()
    assert violations(page) == []


@pytest.mark.parametrize(
    "options", [{"color_scheme": "dark"}, {"forced_colors": "active"}, {"reduced_motion": "reduce"}]
)
def test_other_colours_and_less_motion_are_accessible(open_page: OpenPage, base: str, options: dict[str, str]) -> None:
    page = open_page(f"{base}/nl", **options)
    assert violations(page) == []
    ask(page, "mijn nummer is 06-12345678")
    expect(page.get_by_role("alert")).to_contain_text("telefoonnummer")
    assert violations(page) == []
    page.get_by_role("button", name="Toch versturen").click()
    ask(page, "which partnersteden")
    page.locator("summary").last.click()
    assert violations(page) == []
