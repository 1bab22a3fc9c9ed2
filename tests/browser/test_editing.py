"""From an editor's form to a visitor's answer, in a browser and through the real processes, without training.

An editor adds a partner city with two facts, another one approves it, and visitors ask about it in both languages.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.serve import free_port
from tests.browser.conftest import OpenPage, ask
from tests.conftest import ROOT
from tests.processes.conftest import _wait

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PASSWORD = "correct horse battery staple"
PICKED_UP = 5.0
"""Seconds within which all processes answer by what was approved."""
SINCE = {
    "nl": "Gent is sinds 2024 een partnerstad van Enschede.",
    "en": "Ghent has been a partner city of Enschede since 2024.",
}
PLACE = {"nl": "Gent ligt in België.", "en": "Ghent is in Belgium."}
ASKED = {
    "nl": ("Sinds wanneer is Gent een partnerstad?", "Waar ligt Gent?", "gecontroleerd in november 2026"),
    "en": ("Since when has Ghent been a partner city?", "Where is Ghent?", "checked in November 2026"),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an assistant with facts of its own, which it writes approved changes into."""
    if not (ROOT / "models" / "assistant.tar.gz").exists():
        pytest.fail("there is no model: `make test` trains it first")
    folder = tmp_path_factory.mktemp("editing")
    shutil.copytree(ROOT / "data" / "facts", folder / "facts")
    port = free_port()
    urls = {f"{name}_URL": f"sqlite:///{folder}/{name.lower()}.db" for name in ("FACTS", "CONVERSATIONS", "REVIEW")}
    environment = {**os.environ, **urls, "PORT": str(port), "SECRET_KEY": "k" * 32}
    environment |= {"FACTS_FOLDER": str(folder / "facts"), "CONTENT_DIR": str(folder / "facts")}
    for name in ("anna", "bram"):
        command = [sys.executable, "-m", "bot", "review", "add-user", name, "--role", "editor", "--password-stdin"]
        subprocess.run(command, cwd=ROOT, env=environment, input=f"{PASSWORD}\n", text=True, check=True)
    process = subprocess.Popen([sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=environment)
    try:
        _wait(f"http://127.0.0.1:{port}/health/ready", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(40) == 0


def log_in(page: Page, base: str, name: str) -> None:
    page.goto(f"{base}/review/login?language=nl")
    page.get_by_label("Naam").fill(name)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Inloggen").click()
    expect(page.get_by_role("link", name="Inhoud", exact=True)).to_be_visible()


def add_city(page: Page) -> None:
    """Fills in the form of a new subject."""
    page.get_by_role("link", name="Inhoud", exact=True).click()
    page.get_by_role("link", name="Nieuw onderwerp").click()
    page.get_by_label("Naam in het Nederlands").fill("Gent")
    page.get_by_label("Naam in het Engels").fill("Ghent")
    page.get_by_label("Soort band").select_option("partner_city")
    page.get_by_label("Sinds (jaar)").fill("2024")
    page.get_by_label("Waar het staat").select_option("page/munster/1")
    for number, aspect, texts in ((1, "since", SINCE), (2, "location", PLACE)):
        fact = page.get_by_role("group", name=f"Feit {number}")
        fact.get_by_label("Waar het feit over gaat").select_option(aspect)
        fact.get_by_label("Antwoord in het Nederlands").fill(texts["nl"])
        fact.get_by_label("Antwoord in het Engels").fill(texts["en"])
    expect(page.locator("#checked .answer")).to_have_count(4, timeout=30_000)


def test_a_partner_city_that_an_editor_adds_is_told_to_visitors_with_source_and_date(
    base: str, open_page: OpenPage, tmp_path: Path
) -> None:
    anna, bram = open_page(f"{base}/nl"), open_page(f"{base}/nl")
    for page, name in ((anna, "anna"), (bram, "bram")):
        log_in(page, base, name)
    before = open_page(f"{base}/nl")
    expect(ask(before, ASKED["nl"][0])).not_to_contain_text(SINCE["nl"])
    add_city(anna)
    anna.get_by_role("button", name="Voorstellen").click()
    expect(anna.get_by_role("status")).to_have_text("Uw wijziging is voorgesteld.")
    assert anna.get_by_role("button", name="Goedkeuren").count() == 0
    bram.goto(f"{base}/review/content")
    bram.get_by_role("link", name="Wijziging van anna").click()
    bram.get_by_role("button", name="Goedkeuren").click()
    expect(bram.get_by_role("status")).to_contain_text("staat in de bestanden", timeout=30_000)
    time.sleep(PICKED_UP)
    for language, (since, place, dated) in ASKED.items():
        visitor = open_page(f"{base}/{language}")
        log = ask(visitor, since)
        expect(log).to_contain_text(SINCE[language], timeout=20_000)
        expect(log.locator("summary").last).to_contain_text(dated)
        log = ask(visitor, place)
        expect(log).to_contain_text(PLACE[language], timeout=20_000)
    visitor.goto(f"{base}/en/facts/ghent")
    expect(visitor.locator("main")).to_contain_text(SINCE["en"])
