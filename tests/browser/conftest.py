"""A browser, the web process with a stand-in for Rasa, and pages that watch what they should not do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from bot.serve import free_port
from bot.settings import Settings
from bot.web.app import create_app
from tests.browser.other_site import other_site
from tests.browser.stand_in import StandIn, served

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)


@pytest.fixture(scope="session")
def _rasa() -> StandIn:
    return StandIn()


@pytest.fixture
def rasa(_rasa: StandIn) -> StandIn:
    """The stand-in for Rasa, present and without memory."""
    _rasa.away = False
    _rasa.asked.clear()
    _rasa.forgotten.clear()
    return _rasa


@pytest.fixture(scope="session")
def site_port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def base(_rasa: StandIn, site_port: int, facts_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the web process."""
    settings = Settings(
        review_url=f"sqlite:///{tmp_path_factory.mktemp('web')}/review.db",
        facts_url=facts_url,
        embed_origins=(f"http://127.0.0.1:{site_port}",),
    )
    with served(create_app(settings, _rasa)) as address:
        yield address


@pytest.fixture(scope="session")
def site(base: str, site_port: int) -> Iterator[str]:
    """The address of another site that embeds the widget."""
    with served(other_site(base), site_port) as address:
        yield address


BUILT = """() => { const chat = document.querySelector("enschede-assistant");
    return !chat || chat.shadowRoot?.childElementCount; }"""
OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, base: str, site_port: int, rasa: StandIn) -> Iterator[OpenPage]:
    """Opens a page in a context of its own, made with the options given.

    At the end nothing may have been refused by a content policy or Trusted Types, nothing asked of another host, and
    no script may have failed.
    """
    complaints: list[str] = []
    contexts: list[BrowserContext] = []
    known = (base, f"http://127.0.0.1:{site_port}", "data:", "blob:")

    def watch(page: Page) -> None:
        page.on("console", lambda message: complaints.append(message.text) if "Policy" in message.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith(known) else complaints.append(request.url))

    def opened(address: str, **options: Any) -> Page:
        context = browser.new_context(**({"viewport": {"width": 1000, "height": 800}} | options))
        contexts.append(context)
        context.on("page", watch)
        page = context.new_page()
        page.goto(address)
        if options.get("java_script_enabled", True):
            page.wait_for_function(BUILT)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


AT_REST = """async () => {
    const roots = [document, ...[...document.querySelectorAll('*')].flatMap(each => each.shadowRoot ?? [])];
    await Promise.allSettled(roots.flatMap(root => root.getAnimations()).map(each => each.finished));
}"""


def violations(page: Page) -> list[str]:
    """The axe findings on a page, shadow roots included, once nothing is fading in any more."""
    page.evaluate(AT_REST)
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{entry['id']}: {node['html'][:120]}" for entry in found for node in entry["nodes"]]


def ask(page: Page, text: str) -> Locator:
    """Types a question, sends it by Enter, and gives the conversation."""
    page.get_by_role("textbox").first.fill(text)
    page.get_by_role("textbox").first.press("Enter")
    return page.get_by_role("log")
