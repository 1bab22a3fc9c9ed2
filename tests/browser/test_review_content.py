"""The content pages in a browser: accessible in both languages, checked while one types, usable without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import expect

from actions.facts.content import Content
from actions.facts.database import connect, migrate
from actions.facts.load import load
from bot.review.access import Role
from bot.review.content_changes import propose
from bot.review.content_drafts import subject
from bot.review.content_view import documents_of
from bot.review.knowledge import open_facts
from bot.settings import Settings
from bot.web.app import create_app
from tests.browser.conftest import OpenPage, violations
from tests.browser.staff import Open, opener
from tests.browser.stand_in import StandIn, served
from tests.review.filling import conversation, turn
from tests.review.test_content_pages import CITY

pytestmark = pytest.mark.browser
PAGES = (
    "", "?show=overdue", "/sources", "/subjects/munster", "/subjects/munster/edit", "/subjects/munster/statements/new",
    "/statements/munster.since", "/new", "/sources/new", "/sources/page", "/changes", "/changes/one",
)  # fmt: skip


@pytest.fixture(scope="module")
def staff_app(content: Content, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    folder = tmp_path_factory.mktemp("content")
    facts_url = f"sqlite:///{folder}/facts.db"
    engine = connect(facts_url)
    migrate(engine)
    load(engine, content)
    settings = Settings(review_url=f"sqlite:///{folder}/review.db", facts_url=facts_url, secret_key="k" * 32)
    app = create_app(settings, StandIn())
    with app.state.review.session() as session, open_facts(facts_url) as facts:
        conversation(session, [turn(rating="up"), turn()])
        change = propose(session, subject(documents_of(facts), None, CITY).puts, "Raadsbesluit", "carla")
        change.id = "one"
        session.commit()
    return app


@pytest.fixture(scope="module")
def base(staff_app: FastAPI) -> Iterator[str]:
    """The address of the web process: `open_page` watches that nothing is asked of another."""
    with served(staff_app) as address:
        yield address


@pytest.fixture
def open_as(staff_app: FastAPI, base: str, open_page: OpenPage) -> Open:
    """Opens a staff page as an editor of a language."""
    return opener(staff_app, base, open_page, Role.EDITOR, "nl")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_no_axe_findings_and_no_scrolling_sideways_on_a_phone(open_as: Open, language: str, path: str) -> None:
    page = open_as(f"/review/content{path}", language, viewport={"width": 320, "height": 640})
    assert page.locator("html").get_attribute("lang") == language
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(page) == []


def test_what_is_filled_in_is_checked_and_shown_while_one_types(open_as: Open) -> None:
    page = open_as("/review/content/statements/munster.since")
    dutch = page.get_by_label("Antwoord in het Nederlands")
    dutch.fill("Münster is sinds 2020 een officiële partnerstad van Enschede.")
    checked = page.locator("#checked")
    expect(checked).to_contain_text("De getallen zijn niet gelijk in beide talen", timeout=20_000)
    expect(checked.get_by_role("status")).to_have_text("Moet eerst goed: 1.")
    dutch.fill("Al sinds 2021 is Münster een officiële partnerstad van Enschede.")
    expect(checked.locator('.answer[lang="nl"]')).to_contain_text("Al sinds 2021 is Münster", timeout=20_000)
    expect(checked.locator('.answer[lang="nl"]')).to_contain_text("gecontroleerd in november 2026")
    assert dutch.evaluate("field => field === document.activeElement")
    assert violations(page) == []


def test_an_editor_proposes_without_scripts_and_reads_what_is_wrong_at_the_field(open_as: Open) -> None:
    page = open_as("/review/content/new", java_script_enabled=False)
    page.get_by_label("Naam in het Nederlands").fill("Luik")
    page.get_by_role("button", name="Voorstellen").click()
    english = page.get_by_label("Naam in het Engels")
    assert english.get_attribute("aria-invalid") == "true"
    assert (
        page.locator(f"#{(english.get_attribute('aria-describedby') or '').split()[-1]}").inner_text()
        == "Dit moet zijn ingevuld."
    )
    english.fill("Liège")
    page.get_by_label("Sinds (jaar)").fill("2025")
    page.get_by_label("Waar het staat").select_option("page/munster/1")
    page.get_by_role("button", name="Controleren").click()
    assert page.get_by_role("status").inner_text() == "Dit kan worden voorgesteld."
    page.get_by_role("button", name="Voorstellen").click()
    assert page.get_by_role("status").inner_text() == "Uw wijziging is voorgesteld."
    assert page.get_by_role("button", name="Goedkeuren").count() == 0
