"""The page of the proposals in a browser: accessible in both languages, usable without scripts and at phone width."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI

from bot.review.access import Role
from bot.review.proposals import propose
from bot.review.tables import Proposal, Verdict
from bot.settings import Settings
from bot.web.app import create_app
from tests.browser.conftest import OpenPage, violations
from tests.browser.staff import Open, opener
from tests.browser.stand_in import StandIn, served
from tests.review.filling import conversation, turn

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def staff_app(facts_url: str, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    review_url = f"sqlite:///{tmp_path_factory.mktemp('proposals')}/review.db"
    app = create_app(Settings(review_url=review_url, facts_url=facts_url, secret_key="k" * 32), StandIn())
    with app.state.review.session() as session:
        first = turn(text="Hoe kom ik aan een plattegrond met Münster erop?", outcome="out_of_scope", facts=[])
        second = turn(text="en waarom?", entities=[])
        third = turn(text="Does the Dalien council have a pandas park?", language="en")
        fourth = turn(text="Does Enschede go it alone in Europe, or is it teaming up?", language="en")
        conversation(session, [first, second])
        conversation(session, [third])
        conversation(session, [fourth])
        propose(session, first, Verdict.RIGHT_ANSWER, "munster.location", "anna")
        propose(session, second, Verdict.RIGHT, None, "anna")
        propose(session, third, Verdict.WRONG_SUBJECT, "dalian", "anna")
        propose(session, fourth, Verdict.WRONG_INTENT, "about", "anna")
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
@pytest.mark.parametrize("query", ["", "?status=refused", "?kind=alias"])
def test_no_axe_findings(open_as: Open, language: str, query: str) -> None:
    page = open_as(f"/review/proposals{query}", language)
    assert page.locator("html").get_attribute("lang") == language
    assert violations(page) == []


def test_confirming_and_refusing_work_without_scripts(open_as: Open, staff_app: FastAPI) -> None:
    page = open_as("/review/proposals?kind=example", java_script_enabled=False)
    card = page.locator("article").first
    card.get_by_label("Wat er wordt gevraagd").fill("hoe kom ik aan een kaart met Münster, mail a@b.nl")
    card.get_by_role("button", name="Goedkeuren").click()
    assert "Vink aan" in page.get_by_role("alert").inner_text()
    card = page.locator("article").first
    assert card.get_by_label("Wat er wordt gevraagd").input_value().endswith("mail [e-mail]")
    card.get_by_label("Er staat geen naam").check()
    card.get_by_role("button", name="Goedkeuren").click()
    assert "is goedgekeurd" in page.get_by_role("status").inner_text()
    assert urlsplit(page.url).query.startswith("kind=example")
    card = page.locator("article").first
    assert "apart wordt gehouden" in card.inner_text()
    card.get_by_role("button", name="Afwijzen").click()
    assert "is afgewezen" in page.get_by_role("status").inner_text()
    with staff_app.state.review.session() as session:
        decided = {row.status: row for row in session.query(Proposal).where(Proposal.kind == "example")}
    assert set(decided) == {"confirmed", "refused"}
    assert decided["refused"].why.startswith("Dit is bijna gelijk")


def test_the_forms_fit_a_phone(open_as: Open) -> None:
    page = open_as("/review/proposals", viewport={"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_an_error_is_read_before_the_form(open_as: Open) -> None:
    page = open_as("/review/proposals?kind=question", "en")
    page.get_by_role("button", name="Approve").first.click()
    alert = page.get_by_role("alert")
    assert "Tick that no name" in alert.inner_text()
    assert alert.get_attribute("id") in (page.locator("article textarea").first.get_attribute("aria-describedby") or "")
    assert violations(page) == []
