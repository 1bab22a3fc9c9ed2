"""What a visitor sees of the off switch: in a conversation that is under way, and on the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, expect

from bot.review.switch import state, switch_off, switch_on
from bot.settings import Settings
from bot.web.app import create_app
from tests.browser.conftest import ask, violations
from tests.browser.stand_in import MUNSTER, StandIn, served

pytestmark = pytest.mark.browser
REASON = {"nl": "Wij zoeken uit waarom een antwoord niet klopt.", "en": "We are finding out why an answer is wrong."}


@pytest.fixture
def settings(tmp_path: Path, facts_url: str) -> Settings:
    urls = {f"{name}_url": f"sqlite:///{tmp_path}/{name}.db" for name in ("review", "conversations")}
    return Settings(**urls, facts_url=facts_url, secret_key="k" * 32, contact_email="help@enschede.nl")  # type: ignore[arg-type]


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return create_app(settings, StandIn())


@pytest.fixture
def own(app: FastAPI) -> Iterator[str]:
    """The address of a web process of this test's own: the others stay on."""
    with served(app) as address:
        yield address


def switch(app: FastAPI, off: bool) -> None:
    """Switches, and lets the web process look: the server of these tests starts nothing beside the app."""
    with app.state.review.session() as session, session.begin():
        if off:
            switch_off(session, "kim", REASON["nl"], REASON["en"])
        else:
            switch_on(session, "kim")
    with app.state.review.session() as session:
        app.state.switch.off = state(session)


def test_a_conversation_that_is_under_way_is_told_why_and_goes_on_afterwards(
    browser: Browser, app: FastAPI, own: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{own}/en")
    page.wait_for_selector("enschede-assistant .composer textarea")
    switch(app, True)
    log = ask(page, "Münster?")
    expect(log).to_contain_text(f"switched off at the moment. {REASON['en']} You can email your question to")
    expect(log.get_by_role("link", name="help@enschede.nl")).to_have_attribute("href", "mailto:help@enschede.nl")
    switch(app, False)
    page.get_by_role("button", name="Send again").click()
    expect(log).to_contain_text(MUNSTER["en"])
    context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_page_says_so_instead_of_the_chat(browser: Browser, app: FastAPI, own: str, scripts: bool) -> None:
    switch(app, True)
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 400, "height": 800})
    page = context.new_page()
    for language, reason in REASON.items():
        page.goto(f"{own}/{language}")
        expect(page.get_by_role("alert")).to_contain_text(reason)
        expect(page.get_by_role("textbox")).to_have_count(0)
        if scripts:
            assert violations(page) == []
    context.close()
