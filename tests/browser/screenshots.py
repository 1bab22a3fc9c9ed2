"""Pictures of the pages for the documentation, into docs/img: `make screenshots`. The answers are the stand-in's."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from actions.facts.database import connect, migrate
from actions.facts.load import load
from actions.facts.schema import parse
from bot.serve import free_port
from bot.settings import Settings
from bot.web.app import create_app
from tests.browser.conftest import ARGUMENTS, BUILT, ask
from tests.browser.other_site import other_site
from tests.browser.stand_in import StandIn, served
from tests.conftest import ROOT

TALL = {"viewport": {"width": 1000, "height": 1140}}
WIDE = {"viewport": {"width": 1200, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}


class Photographer:
    """Opens a page, does what is asked, and takes its picture."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser, self._folder = browser, folder

    def take(self, name: str, address: str, does: Callable[[Page], None] | None = None, **options: Any) -> None:
        context = self._browser.new_context(**({"reduced_motion": "reduce"} | TALL | options))
        page = context.new_page()
        page.goto(address)
        if options.get("java_script_enabled", True):
            page.wait_for_function(BUILT)
        if does:
            does(page)
        page.mouse.move(0, 0)
        page.wait_for_timeout(200)
        page.screenshot(path=self._folder / f"{name}.png")
        context.close()


def question(text: str, source: bool = False) -> Callable[[Page], None]:
    def does(page: Page) -> None:
        ask(page, text)
        page.locator(".message").nth(2).wait_for()
        if source:
            page.locator("summary").last.click()
        page.evaluate("document.activeElement?.shadowRoot?.activeElement?.blur()")

    return does


def widget(text: str) -> Callable[[Page], None]:
    def does(page: Page) -> None:
        page.get_by_role("button", name="Vraag het de assistent").click()
        question(text)(page)

    return does


def without_javascript(page: Page) -> None:
    page.get_by_role("textbox").fill("Sinds wanneer is Münster een partnerstad?")
    page.get_by_role("button", name="Verstuur").click()


def personal(page: Page) -> None:
    ask(page, "Mijn BSN is 111222333, mag ik mee?")


def take_all(photographer: Photographer, base: str, site: str, rasa: StandIn) -> None:
    """The main states, each by its name."""
    cities = "Welke partnersteden heeft Enschede?"
    take = photographer.take
    take("page-nl", f"{base}/nl", viewport={"width": 1000, "height": 860})
    take("page-en", f"{base}/en", question("Which partner cities does Enschede have?", source=True))
    take("page-phone", f"{base}/nl", question("Sinds wanneer is Münster een partnerstad?"), **PHONE)
    take("page-dark", f"{base}/nl", question(cities), color_scheme="dark")
    take("page-without-javascript", f"{base}/nl", without_javascript, java_script_enabled=False)
    take("page-personal-data", f"{base}/nl", personal)
    take("widget-closed", site, **WIDE)
    take("widget-open", site, widget(cities), **WIDE)
    take("widget-phone", site, widget("Sinds wanneer is Münster een partnerstad?"), **PHONE)

    def trouble(page: Page) -> None:
        rasa.away = True
        ask(page, "Wat doet Enschede in Brussel?")
        page.locator(".trouble").wait_for()
        rasa.away = False

    take("page-error", f"{base}/nl", trouble)


def main() -> int:
    folder = ROOT / "docs" / "img"
    folder.mkdir(parents=True, exist_ok=True)
    rasa, port = StandIn(), free_port()
    with TemporaryDirectory() as temporary, sync_playwright() as playwright:
        facts = f"sqlite:///{temporary}/facts.db"
        migrate(connect(facts))
        load(connect(facts), parse(ROOT / "data" / "facts"))
        settings = Settings(
            facts_url=facts,
            review_url=f"sqlite:///{temporary}/review.db",
            embed_origins=(f"http://127.0.0.1:{port}",),
        )
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        with served(create_app(settings, rasa)) as base, served(other_site(base), port) as site:
            take_all(Photographer(browser, folder), base, site, rasa)
    return 0


if __name__ == "__main__":
    sys.exit(main())
