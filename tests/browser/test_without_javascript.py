"""The chat page without JavaScript: forms, and the same look."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, violations
from tests.browser.stand_in import HOSTILE, MUNSTER, StandIn

pytestmark = pytest.mark.browser


def test_a_conversation_is_held_rated_and_deleted(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/nl", java_script_enabled=False)
    page.get_by_role("button", name="Sinds wanneer is Münster een partnerstad?").click()
    log = page.get_by_role("log", name="Gesprek")
    expect(log).to_contain_text(MUNSTER["nl"])
    expect(log.locator("summary")).to_contain_text("gecontroleerd in november 2026")
    page.get_by_role("textbox", name="Uw vraag").fill("which")
    page.get_by_role("button", name="Verstuur").click()
    page.get_by_role("button", name="Palo Alto").click()
    expect(log.locator(".message--visitor")).to_have_text(
        ["USinds wanneer is Münster een partnerstad?", "Uwhich", "USince when Palo Alto?"]
    )
    page.get_by_role("button", name="Answer in English").click()
    expect(log).to_contain_text(MUNSTER["en"])
    page.get_by_role("button", name="Ja").click()
    expect(page.get_by_text("Dank u wel.")).to_be_visible()
    page.get_by_role("button", name="Wis gesprek").click()
    expect(page.get_by_text("Het gesprek is gewist.")).to_be_visible()
    expect(log.locator(".message")).to_have_count(1)


def test_what_was_typed_is_kept_when_it_could_not_be_sent(open_page: OpenPage, base: str, rasa: StandIn) -> None:
    page = open_page(f"{base}/en", java_script_enabled=False)
    rasa.away = True
    page.get_by_role("textbox").fill("my question")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(page.get_by_role("textbox")).to_have_value("my question")


def test_hostile_text_is_shown_as_text(open_page: OpenPage, base: str) -> None:
    page = open_page(f"{base}/nl", java_script_enabled=False)
    page.get_by_role("textbox").fill("hostile")
    page.get_by_role("button", name="Verstuur").click()
    expect(page.get_by_role("log")).to_contain_text(HOSTILE)
    assert page.locator(".chat-log img, .chat-log b, .chat-log script").count() == 0
    assert page.locator(".chat-log a[href^='javascript']").count() == 0


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_looks_as_with_javascript(open_page: OpenPage, base: str, language: str) -> None:
    """Each part that both have is at the same place, with the same colours and size."""
    places = []
    for script in (True, False):
        page = open_page(f"{base}/{language}", java_script_enabled=script)
        parts = [
            page.locator(part).first for part in ("h1", ".chat-notice", ".message-body", ".starters button", "textarea")
        ]
        places.append([part.bounding_box() for part in parts])
    with_script, without = places
    assert with_script == without


@pytest.mark.parametrize("options", [{}, {"viewport": {"width": 320, "height": 256}}, {"color_scheme": "dark"}])
def test_it_is_accessible(open_page: OpenPage, base: str, options: dict[str, object]) -> None:
    """axe needs scripts, so the page is loaded without the element's own."""
    page = open_page("about:blank", **options)
    page.route("**/static/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(f"{base}/nl")
    assert violations(page) == []
    page.get_by_role("textbox").fill("partnersteden")
    page.get_by_role("button", name="Verstuur").click()
    expect(page.get_by_role("log")).to_contain_text("Palo Alto")
    page.locator("summary").last.click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
