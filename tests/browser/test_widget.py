"""The widget on another site: one script, one tag, under that site's own strict content policy."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, ask, violations
from tests.browser.stand_in import MUNSTER, StandIn
from tests.browser.test_page import FOCUSED

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}}
MAGNIFIED = {"viewport": {"width": 320, "height": 256}}


def _open(page: Page, name: str = "Vraag het de assistent") -> None:
    page.get_by_role("button", name=name).click()


@pytest.mark.parametrize(("language", "name"), [("nl", "Vraag het de assistent"), ("en", "Ask the assistant")])
def test_a_question_is_answered_on_another_site(open_page: OpenPage, site: str, language: str, name: str) -> None:
    page = open_page(f"{site}/?language={language}")
    assert violations(page) == []
    _open(page, name)
    log = ask(page, "Münster?")
    expect(log).to_contain_text(MUNSTER[language])
    assert violations(page) == []


def test_the_panel_takes_the_focus_and_gives_it_back(open_page: OpenPage, site: str) -> None:
    page = open_page(site)
    launcher = page.get_by_role("button", name="Vraag het de assistent")
    expect(launcher).to_have_attribute("aria-expanded", "false")
    launcher.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Vraag over internationale samenwerking")
    expect(panel).to_be_visible()
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(launcher).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sluiten").click()
    expect(launcher).to_be_focused()


def test_the_keyboard_can_leave_the_panel(open_page: OpenPage, site: str) -> None:
    page = open_page(site)
    _open(page)
    seen = []
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        seen.append(page.evaluate(FOCUSED))
    assert "A:Lees verder over de samenwerking" in seen


def test_the_site_and_the_widget_leave_each_other_alone(open_page: OpenPage, site: str) -> None:
    page = open_page(site)
    heading = page.locator("h1").bounding_box()
    _open(page)
    style: dict[str, Any] = page.locator(".message-body").first.evaluate(
        "one => { const { fontStyle, textAlign, fontFamily } = getComputedStyle(one); return { fontStyle, textAlign, fontFamily }; }"
    )
    assert style["fontStyle"] == "normal"
    assert style["textAlign"] == "start"
    assert "Noto Sans" in style["fontFamily"]
    assert page.locator("h1").bounding_box() == heading
    assert page.locator("h1").evaluate("one => getComputedStyle(one).fontStyle") == "italic"


def test_the_launcher_and_the_panel_are_at_the_bottom_right(open_page: OpenPage, site: str) -> None:
    page = open_page(site)
    box = page.get_by_role("button", name="Vraag het de assistent").bounding_box()
    assert box is not None
    assert (round(1000 - box["x"] - box["width"]), round(800 - box["y"] - box["height"])) == (16, 16)
    _open(page)
    page.wait_for_timeout(300)
    panel = page.get_by_role("dialog").bounding_box()
    assert panel is not None
    assert (round(1000 - panel["x"] - panel["width"]), round(800 - panel["y"] - panel["height"])) == (16, 16)


@pytest.mark.parametrize("options", [PHONE, MAGNIFIED, {"viewport": {"width": 320, "height": 640}}])
def test_on_a_small_screen_the_panel_is_the_whole_screen_and_scrolls(
    open_page: OpenPage, site: str, options: dict[str, Any]
) -> None:
    page = open_page(site, **options)
    _open(page)
    log = ask(page, "partnersteden")
    expect(log).to_contain_text("Palo Alto")
    page.wait_for_timeout(300)
    size = options["viewport"]
    assert page.get_by_role("dialog").bounding_box() == {"x": 0, "y": 0, **size}
    expect(log.locator(".message").last).to_be_in_viewport()
    assert page.get_by_role("dialog").evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    if size["height"] < 300:
        # Magnified four times, nothing stays put: what is read can have the whole window.
        assert page.get_by_role("dialog").evaluate("panel => panel.scrollHeight > panel.clientHeight")
    page.get_by_role("button", name="Wis gesprek").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Wis gesprek")).to_be_in_viewport()
    assert violations(page) == []


def test_a_conversation_goes_along_to_the_next_page_of_the_site(open_page: OpenPage, site: str, rasa: StandIn) -> None:
    page = open_page(site)
    _open(page)
    ask(page, "Münster?")
    expect(page.locator(".message")).to_have_count(3)
    page.goto(f"{site}/second")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("log")).to_contain_text(MUNSTER["nl"])
    assert page.evaluate(FOCUSED).startswith("BODY")
    assert rasa.asked == ["Münster?"]


def test_a_message_that_failed_can_be_sent_again(open_page: OpenPage, site: str, rasa: StandIn) -> None:
    page = open_page(site)
    _open(page)
    rasa.away = True
    log = ask(page, "Münster?")
    expect(log).to_contain_text("niet bereikbaar")
    # Retry-After reaches a page of another site only because the server lets it.
    expect(log).to_contain_text("seconden weer proberen")
    assert violations(page) == []
    rasa.away = False
    page.get_by_role("button", name="Stuur nog eens").click()
    expect(log).to_contain_text(MUNSTER["nl"])


def test_a_conversation_is_rated_and_deleted_from_another_site(open_page: OpenPage, site: str, rasa: StandIn) -> None:
    page = open_page(site)
    _open(page)
    ask(page, "Münster?")
    page.get_by_role("button", name="Ja", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Dank u wel.")
    page.get_by_role("button", name="Wis gesprek").click()
    page.get_by_role("button", name="Ja, wis het gesprek").click()
    expect(page.get_by_role("status")).to_have_text("Het gesprek is gewist.")
    assert len(rasa.forgotten) == 1


@pytest.mark.parametrize("options", [{"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_other_colours_are_accessible(open_page: OpenPage, site: str, options: dict[str, str]) -> None:
    page = open_page(site, **options)
    _open(page)
    for turn, question in enumerate(("long", "which", "partnersteden"), 1):
        ask(page, question)
        expect(page.locator(".message--assistant")).to_have_count(turn + 1)
    assert violations(page) == []


def test_without_the_server_a_site_stays_as_it_was(open_page: OpenPage, site: str, base: str) -> None:
    page = open_page("about:blank")
    page.route(f"{base}/v1/texts/*", lambda route: route.abort())
    page.goto(site)
    expect(page.locator("h1")).to_be_visible()
    assert page.get_by_role("button").count() == 0
