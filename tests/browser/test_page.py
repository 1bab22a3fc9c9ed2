"""The chat page in a real Chromium, with a stand-in for Rasa."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.serve import free_port
from bot.settings import Settings
from bot.web.app import create_app
from tests.bot.web.test_app import REPLY, FakeRasa

pytestmark = pytest.mark.browser
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
HOSTILE = '<img src=x onerror="alert(1)"><b>bold</b>'


class TalkingRasa(FakeRasa):
    """Asks back, or answers with hostile text when asked to."""

    async def ask(self, sender: str, text: str, language: str | None) -> dict[str, Any]:
        reply = await super().ask(sender, text, language)
        if "hostile" in text:
            return reply | {"messages": [{"text": HOSTILE, "buttons": []}]}
        if "which" in text:
            buttons = [{"title": "Since when?", "payload": "Since when?"}]
            return reply | {
                "outcome": "clarify",
                "language": "en",
                "sources": [],
                "messages": [{"text": "Do you mean?", "buttons": buttons}],
            }
        return reply


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)


@pytest.fixture(scope="module")
def rasa() -> TalkingRasa:
    return TalkingRasa()


@pytest.fixture(scope="module")
def base(rasa: TalkingRasa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port, folder = free_port(), tmp_path_factory.mktemp("web")
    app = create_app(Settings(review_url=f"sqlite:///{folder}/review.db"), rasa)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def page(browser: Browser, base: str, rasa: TalkingRasa) -> Iterator[Page]:
    """A fresh page; at the end nothing may have been refused by the content policy, nor asked of another host."""
    rasa.away = False
    context = browser.new_context(viewport={"width": 1000, "height": 800})
    page = context.new_page()
    complaints: list[str] = []
    foreign: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request", lambda request: foreign.append(request.url) if not request.url.startswith((base, "data:")) else None
    )
    yield page
    context.close()
    assert complaints == []
    assert foreign == []


def violations(page: Page) -> list[str]:
    return [entry["id"] for entry in Axe().run(page, options=RULES).response["violations"]]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_typed_question_is_answered_with_its_source(page: Page, base: str, language: str) -> None:
    page.goto(f"{base}/{language}")
    assert violations(page) == []
    page.get_by_role("textbox").fill("Sinds wanneer is Münster partnerstad?")
    page.keyboard.press("Enter")
    log = page.get_by_role("log")
    expect(log).to_contain_text("Münster is sinds 2021 een partnerstad.")
    log.locator("summary").click()
    expect(log.locator("details")).to_contain_text("2026-11")
    assert violations(page) == []


def test_a_start_question_takes_one_click(page: Page, base: str) -> None:
    page.goto(f"{base}/en")
    page.get_by_role("button", name="Which partner cities does Enschede have?").click()
    expect(page.get_by_role("log")).to_contain_text("Which partner cities does Enschede have?")
    expect(page.get_by_role("log")).to_contain_text("Münster is sinds 2021")


def test_a_button_asks_what_it_says_by_keyboard(page: Page, base: str, rasa: TalkingRasa) -> None:
    page.goto(f"{base}/en")
    page.get_by_role("textbox").fill("which one")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Since when?").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".message.user").last).to_contain_text("Since when?")
    assert rasa.asked[-1] == "Since when?"


def test_hostile_text_is_shown_as_text(page: Page, base: str) -> None:
    page.goto(f"{base}/nl")
    page.get_by_role("textbox").fill("hostile")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text(HOSTILE)
    assert page.locator(".log img").count() == 0


def test_a_message_that_failed_can_be_sent_again(page: Page, base: str, rasa: TalkingRasa) -> None:
    page.goto(f"{base}/en")
    rasa.away = True
    page.get_by_role("textbox").fill("hello there")
    page.keyboard.press("Enter")
    again = page.get_by_role("button", name="Send again")
    expect(again).to_be_visible()
    assert violations(page) == []
    rasa.away = False
    again.click()
    expect(page.get_by_role("log")).to_contain_text("Münster is sinds 2021")
    assert page.locator(".message.user").count() == 1


def test_personal_data_is_flagged_before_it_is_sent(page: Page, base: str, rasa: TalkingRasa) -> None:
    page.goto(f"{base}/nl")
    before = len(rasa.asked)
    page.get_by_role("textbox").fill("mail me at jan@voorbeeld.nl")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("persoonlijk gegeven")
    assert len(rasa.asked) == before


def test_the_page_works_without_javascript(browser: Browser, base: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{base}/nl")
    page.get_by_role("textbox").fill("Sinds wanneer?")
    page.get_by_role("button", name="Verstuur").click()
    expect(page.get_by_role("log")).to_contain_text("Münster is sinds 2021")


def test_a_narrow_screen_needs_no_sideways_scrolling(browser: Browser, base: str) -> None:
    page = browser.new_context(viewport={"width": 320, "height": 640}).new_page()
    page.goto(f"{base}/en")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_dark_and_forced_colours_are_accessible(browser: Browser, base: str) -> None:
    for options in ({"color_scheme": "dark"}, {"forced_colors": "active"}):
        page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
        page.goto(f"{base}/nl")
        assert violations(page) == []


def test_the_reply_used_here_is_one_of_the_contract() -> None:
    from bot.web.api import MessageOut

    MessageOut.model_validate({"message_id": "x", **REPLY})
