"""The pages to read: about the assistant, and the facts with their sources."""

from __future__ import annotations

import html
import re
import shutil
import time
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, delete, update
from sqlalchemy.orm import Session

from actions.facts import compose, queries
from actions.facts.tables import Base, Source, Statement, Version
from bot.web.wording import texts
from tests.bot.web.conftest import AWAY, Start

LANGUAGES = ("nl", "en")
PAGES = [f"/{language}{page}" for language in LANGUAGES for page in ("/about", "/facts", "/facts/munster")]


@pytest.fixture
def facts_file(facts_url: str, tmp_path: Path) -> Path:
    """A copy of the facts that a test may change."""
    copy = tmp_path / "facts.db"
    shutil.copy(facts_url.removeprefix("sqlite:///"), copy)
    return copy


@pytest.fixture
def changeable(start: Start, facts_file: Path) -> TestClient:
    return TestClient(start(facts_url=f"sqlite:///{facts_file}"), raise_server_exceptions=False)


def words(page: httpx.Response) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def links(page: httpx.Response) -> set[str]:
    return {html.unescape(found) for found in re.findall(r'<a [^>]*href="([^"]+)"', page.text)}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_plain_html_in_its_language(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-cache"
    assert f'<html lang="{path[1:3]}"' in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert page.text.count("<h1>") == 1
    assert not re.search(r"\{\w*\}", page.text)
    assert client.head(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_page_names_itself_and_the_other_language(client: TestClient, path: str) -> None:
    page, rest = client.get(path), path[3:]
    other = "en" if path.startswith("/nl") else "nl"
    assert f'<link rel="canonical" href="{path}">' in page.text
    assert f'<link rel="alternate" hreflang="{other}" href="/{other}{rest}">' in page.text
    for code in LANGUAGES:
        assert f'</{code}{rest}>; rel="alternate"; hreflang="{code}"' in page.headers["Link"]
    assert f"/{other}{rest}" in links(page)


@pytest.mark.parametrize("path", ["/about", "/facts", "/facts/munster"])
@pytest.mark.parametrize(("header", "language"), [("en-GB,nl;q=0.5", "en"), ("nl", "nl"), ("", "nl")])
def test_an_address_without_language_leads_to_the_visitors(
    client: TestClient, path: str, header: str, language: str
) -> None:
    answer = client.get(path, headers={"Accept-Language": header}, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/{language}{path}"
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["/", "/about", "/facts"])
def test_a_redirect_never_leaves_the_site(client: TestClient, path: str) -> None:
    answer = client.get(f"{path}?next=//evil.example", follow_redirects=False)
    assert "evil" not in answer.headers["location"]


ABOUT = {
    "nl": ("geen generatieve AI", "Autoriteit Persoonsgegevens", "WCAG 2.2", "26 november 2026", "Wis gesprek"),
    "en": ("no generative AI", "Data Protection Authority", "WCAG 2.2", "26 November 2026", "Delete"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_assistant_says_what_it_is_keeps_and_knows(client: TestClient, language: str) -> None:
    page = client.get(f"/{language}/about")
    for said in (*ABOUT[language], "28", "2017", "info-internationaal@enschede.nl"):
        assert said in words(page)
    for anchor in ("privacy", "accessibility", "contact", "sources"):
        assert f'<section id="{anchor}"' in page.text
        assert f"#{anchor}" in links(page)


def test_what_it_says_follows_the_settings(start: Start) -> None:
    settings = {"retention_days": 7, "contact_email": "hulp@enschede.nl", "general_contact": "www.voorbeeld.example"}
    page = TestClient(start(**settings)).get("/nl/about")
    assert "7 dagen" in words(page)
    assert "28" not in words(page).replace("2028", "")
    assert {"mailto:hulp@enschede.nl", "https://www.voorbeeld.example"} <= links(page)


def test_it_says_who_it_is_also_while_the_facts_are_away(start: Start) -> None:
    page = TestClient(start(facts_url=AWAY)).get("/nl/about")
    assert page.status_code == 200
    assert texts("nl")["reading"]["about"]["sources_away"] in words(page)
    assert 'id="privacy"' in page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_subject_with_statements_is_listed_under_its_kind(
    client: TestClient, facts: Session, language: str
) -> None:
    page = client.get(f"/{language}/facts")
    subjects = {statement.subject for statement in queries.statements(facts)}
    assert {f"/{language}/facts/{slug}" for slug in subjects} <= links(page)
    cities = page.text.partition('<section id="city"')[2].partition("</section>")[0]
    assert "/facts/munster" in cities
    assert "/facts/euregio" not in cities
    for source in facts.query(Source):
        assert (source.title_nl if language == "nl" else source.title_en) in words(page)


def test_subjects_stand_in_alphabetical_order_without_their_article(client: TestClient) -> None:
    section = client.get("/en/facts").text.partition('<section id="region"')[2].partition("</section>")[0]
    assert section.index("The Euregio") < section.index("North Rhine-Westphalia") < section.index("The urban area")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_subject_has_a_page_with_all_its_statements_as_visitors_get_them(
    client: TestClient, facts: Session, language: str
) -> None:
    for subject in queries.subjects(facts):
        page = client.get(f"/{language}/facts/{subject.slug}")
        assert page.status_code == 200, subject.slug
        said = words(page)
        for statement in queries.statements(facts, subject.slug):
            answer = compose.answer(facts, [statement.id], language)
            assert (statement.question_nl if language == "nl" else statement.question_en) in said
            for line in answer.text.splitlines():
                told = " ".join(line.removeprefix("• ").split())
                assert told.replace(" .", ".") in said.replace(" .", "."), statement.id
            assert f'id="{statement.aspect}"' in page.text
            for source in answer.sources:
                assert str(source["title"]) in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_between_facts_resolves(client: TestClient, facts: Session, language: str) -> None:
    known = {f"/{code}/facts/{subject.slug}" for code in LANGUAGES for subject in queries.subjects(facts)}
    for subject in queries.subjects(facts):
        found = {link for link in links(client.get(f"/{language}/facts/{subject.slug}")) if "/facts/" in link}
        assert found <= known, subject.slug


def test_a_subject_tells_its_tie_country_date_and_role(client: TestClient) -> None:
    assert "Band met Enschede partnerstad sinds 2021" in words(client.get("/nl/facts/munster"))
    assert "Tie with Enschede partner city since 2021" in words(client.get("/en/facts/munster"))
    assert "/nl/facts/germany" in links(client.get("/nl/facts/munster"))
    assert "Wanneer juli 2017" in words(client.get("/nl/facts/smart_city_conference"))
    assert "When July 2017" in words(client.get("/en/facts/smart_city_conference"))
    assert "Position mayor of Enschede (2017)" in words(client.get("/en/facts/van_veldhuizen"))


def test_sources_have_their_date_in_words_and_their_note(client: TestClient) -> None:
    nl, en = words(client.get("/nl/facts/dalian")), words(client.get("/en/facts/dalian"))
    assert "gecontroleerd in november 2026" in nl
    assert "uitgegeven in 2017" in nl
    assert "Sindsdien kan er iets veranderd zijn." in nl
    assert "checked in November 2026" in en
    assert "published in 2017" in en


def test_a_subject_without_statements_says_so_and_links_to_those_that_name_it(client: TestClient) -> None:
    page = client.get("/en/facts/china")
    assert texts("en")["reading"]["subject"]["nothing"] in words(page)
    assert "/en/facts/dalian" in links(page)


def test_a_list_is_a_list(client: TestClient) -> None:
    page = client.get("/nl/facts/partner_cities")
    assert "<li>Palo Alto (zusterstad sinds 1980)</li>" in page.text
    assert "•" not in page.text


MISSING = ["/nl/facts/nope", "/en/facts/nope", "/nl/facts/<script>alert(1)</script>", "/nl/nope", "/en/nope/deeper"]


@pytest.mark.parametrize("path", MISSING)
def test_what_is_not_there_gets_a_page_that_says_so(client: TestClient, path: str) -> None:
    page = client.get(path, headers={"Accept": "text/html"})
    language = path[1:3]
    assert page.status_code == 404
    assert f'<html lang="{language}"' in page.text
    assert texts(language)["reading"]["errors"]["missing"]["heading"] in words(page)
    assert {f"/{language}", f"/{language}/facts"} <= links(page)
    assert '<meta name="robots" content="noindex">' in page.text
    assert "<script" not in page.text
    assert "Link" not in page.headers


@pytest.mark.parametrize(("header", "language"), [("en", "en"), ("nl", "nl")])
def test_an_unknown_address_without_language_is_told_in_the_visitors(
    client: TestClient, header: str, language: str
) -> None:
    page = client.get("/nope", headers={"Accept": "text/html,*/*", "Accept-Language": header})
    assert page.status_code == 404
    assert f'<html lang="{language}"' in page.text


@pytest.mark.parametrize(
    ("path", "accept"), [("/nope", "*/*"), ("/v1/nope", "text/html"), ("/static/nope", "text/html")]
)
def test_a_program_gets_a_problem(client: TestClient, path: str, accept: str) -> None:
    answer = client.get(path, headers={"Accept": accept})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/nl/facts", "/en/facts", "/nl/facts/munster", "/en/facts/munster"])
def test_while_the_facts_are_away_a_page_says_so(start: Start, tmp_path: Path, path: str) -> None:
    for url in (AWAY, f"sqlite:///{tmp_path}/empty.db"):
        page = TestClient(start(facts_url=url)).get(path)
        assert page.status_code == 503
        assert page.headers["Retry-After"] == "5"
        assert texts(path[1:3])["reading"]["errors"]["facts_away"]["heading"] in words(page)


def test_facts_that_are_being_replaced_are_away(changeable: TestClient, facts_file: Path) -> None:
    with Session(create_engine(f"sqlite:///{facts_file}")) as session, session.begin():
        session.execute(delete(Version))
    assert changeable.get("/nl/facts").status_code == 503


def test_a_changed_fact_is_shown_at_once(changeable: TestClient, facts_file: Path) -> None:
    assert "Nieuwe tekst." not in changeable.get("/nl/facts/munster").text
    with Session(create_engine(f"sqlite:///{facts_file}")) as session, session.begin():
        session.execute(update(Statement).where(Statement.id == "munster.since").values(text_nl="Nieuwe tekst."))
    began = time.monotonic()
    assert "Nieuwe tekst." in changeable.get("/nl/facts/munster").text
    assert time.monotonic() - began < 2


def test_since_and_until_when_a_fact_holds_is_told_in_words(changeable: TestClient, facts_file: Path) -> None:
    with Session(create_engine(f"sqlite:///{facts_file}")) as session, session.begin():
        dates = {"valid_from": "2021-03", "valid_until": "2027-01-31"}
        session.execute(update(Statement).where(Statement.id == "munster.since").values(**dates))
    assert "Geldt sinds maart 2021. Geldt tot 31 januari 2027." in words(changeable.get("/nl/facts/munster"))
    assert "Holds since March 2021. Holds until 31 January 2027." in words(changeable.get("/en/facts/munster"))


HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>' javascript:alert(1)"


@pytest.mark.parametrize("path", [*PAGES, "/nl/facts/eu_projects", "/en/facts/van_veldhuizen"])
def test_hostile_facts_are_shown_as_text(changeable: TestClient, facts_file: Path, path: str) -> None:
    with Session(create_engine(f"sqlite:///{facts_file}")) as session, session.begin():
        for table in Base.metadata.sorted_tables:
            if columns := [column.name for column in table.columns if column.name.endswith(("_nl", "_en"))]:
                session.execute(update(table).values(dict.fromkeys(columns, HOSTILE)))
        session.execute(update(Source).values(url="javascript:alert(1)"))
    page = changeable.get(path)
    assert page.status_code == 200
    assert "&lt;script&gt;" in page.text
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert not any(link.startswith("javascript:") for link in links(page))


def test_a_source_with_an_address_is_a_link(changeable: TestClient, facts_file: Path) -> None:
    with Session(create_engine(f"sqlite:///{facts_file}")) as session, session.begin():
        session.execute(update(Source).where(Source.id == "page").values(url="https://www.enschede.nl/internationaal"))
    assert "https://www.enschede.nl/internationaal" in links(changeable.get("/nl/facts/munster"))
