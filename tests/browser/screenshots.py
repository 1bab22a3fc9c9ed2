"""Pictures of a running assistant's page for the README: `make screenshots`, with BASE=http://127.0.0.1:8080."""

from __future__ import annotations

import os
import shutil
import sys

from playwright.sync_api import sync_playwright

from tests.browser.test_page import ARGUMENTS
from tests.conftest import ROOT

QUESTIONS = {"nl": "Sinds wanneer is Münster een partnerstad?", "en": "Which partner cities does Enschede have?"}


def main() -> int:
    base, folder = os.environ.get("BASE", "http://127.0.0.1:8080"), ROOT / "docs" / "img"
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for language, question in QUESTIONS.items():
            page = browser.new_context(viewport={"width": 900, "height": 1000}).new_page()
            page.goto(f"{base}/{language}")
            page.get_by_role("textbox").fill(question)
            page.keyboard.press("Enter")
            page.locator(".log summary").click()
            page.screenshot(path=folder / f"page-{language}.png", full_page=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
