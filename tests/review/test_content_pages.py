"""The content pages: what is told, forms with checks and a preview, and four eyes before it is told."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.facts import compose, queries
from actions.facts.content import Content
from actions.facts.database import connect, migrate, reading
from actions.facts.load import edits, load
from actions.facts.schema import parse
from bot.languages import LANGUAGES
from bot.review import content_findings
from bot.review.access import Role
from bot.review.tables import ContentChange, LogEntry
from bot.review.wording import texts
from bot.settings import Settings
from bot.web.app import create_app
from tests.bot.web.fake_rasa import FakeRasa
from tests.conftest import ROOT
from tests.review.conftest import Staff, StaffClient
from tests.review.filling import conversation, turn

NEW = "/review/content/new"
MUNSTER = "/review/content/statements/munster.since"
CITY = {
    "name_nl": "Gent", "name_en": "Ghent", "kind": "city", "tie_kind": "partner_city", "tie_since": "2024",
    "evidence": "page/munster/1", "aspect_1": "since", "text_nl_1": "Gent is sinds 2024 een partnerstad van Enschede.",
    "text_en_1": "Ghent has been a partner city of Enschede since 2024.", "aspect_2": "location",
    "text_nl_2": "Gent ligt in België.", "text_en_2": "Ghent is in Belgium.",
}  # fmt: skip
SOURCE = {
    "title_nl": "Raadsbesluit", "title_en": "Council decision", "language": "nl", "as_of": "2026-11-23",
    "dated": "published", "url": "https://www.example.org/besluit", "owner": "Internationale samenwerking",
    "review_by": "2027-11", "parts": "Besluit: 2\nBijlage",
}  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path, content: Content) -> Settings:
    """With facts of their own, which a test changes, and a copy of the files."""
    engine = connect(f"sqlite:///{tmp_path}/facts.db")
    migrate(engine)
    load(engine, content)
    engine.dispose()
    folder = shutil.copytree(ROOT / "data" / "facts", tmp_path / "data" / "facts")
    return Settings(
        review_url=f"sqlite:///{tmp_path}/review.db", conversations_url=f"sqlite:///{tmp_path}/conversations.db",
        facts_url=f"sqlite:///{tmp_path}/facts.db", facts_folder=str(folder), secret_key="k" * 32,
    )  # fmt: skip


@pytest.fixture
def anna(staff: Staff) -> StaffClient:
    return staff(Role.EDITOR, "anna")


@pytest.fixture
def bram(staff: Staff) -> StaffClient:
    return staff(Role.EDITOR, "bram", "nl")


def based_on(client: StaffClient, path: str) -> str:
    found = re.search(r'name="based_on" value="(\w+)"', client.get(path).text)
    assert found is not None
    return found[1]


def fields(client: StaffClient, path: str) -> dict[str, str]:
    """The fields of a form as it begins: hidden ones, texts, areas and choices."""
    page = client.get(path).text
    form = page[page.index('<form method="post" action="/review/content') :]
    values = dict(re.findall(r'<input(?=[^>]*\bid=)[^>]*name="(\w+)" value="([^"]*)" maxlength', form))
    values |= dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>([^<]*)</textarea>', form))
    for name, options in re.findall(r'<select id="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        values[name] = next(iter(re.findall(r'value="([^"]*)" selected', options)), "")
    if 'name="yes" value="yes" checked' in form:
        values["yes"] = "yes"
    return values | {"based_on": based_on(client, path)}


def send(client: StaffClient, path: str, act: str = "propose", **values: str) -> Any:
    return client.submit(path, fields(client, path) | values | {"act": act})


def proposed(client: StaffClient, path: str, **values: str) -> str:
    """Proposes a change and returns its page."""
    answer = send(client, path, **values)
    assert answer.status_code == 303, re.findall(r"<li>.*?</li>", answer.text)
    return str(answer.headers["location"].partition("?")[0])


def decided(client: StaffClient, page: str, act: str = "approve", why: str = "") -> str:
    answer = client.submit(page, {"act": act, "why": why})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"].partition("said=")[2])


def told(settings: Settings, statement: str, language: str = "nl") -> str:
    with reading(connect(settings.facts_url)) as session:
        return compose.answer(session, [statement], language).text


def test_the_list_shows_use_and_ratings_and_what_is_overdue(app: FastAPI, anna: StaffClient, monkeypatch: Any) -> None:
    with app.state.review.session() as session:
        conversation(session, [turn(rating="down"), turn(rating="up"), turn()])
        session.commit()
    page = anna.get("/review/content?q=sinds+münster&show=asked").text
    assert re.findall(r'<td class="number">(\d)</td>', anna.get("/review/content?q=munster.since").text) == [
        "3",
        "1",
        "1",
    ]
    assert "No facts found" in page
    monkeypatch.setattr("bot.review.content_pages.today", lambda: __import__("datetime").date(2028, 1, 1))
    late = anna.get("/review/content?show=overdue").text
    assert "overdue</span>" in late and "facts rest on" in late


def test_a_city_with_two_facts_is_told_after_another_editor_approved(
    settings: Settings, anna: StaffClient, bram: StaffClient, app: FastAPI
) -> None:
    checked = send(anna, NEW, "check", **CITY)
    assert (checked.status_code, "This can be proposed" in checked.text) == (200, True)
    assert (
        "Sinds wanneer is Gent een partnerstad van Enschede?" in checked.text and "Ghent is in Belgium." in checked.text
    )
    page = proposed(anna, NEW, **CITY)
    refused = anna.submit(page, {"act": "approve"})
    assert (refused.status_code, "cannot approve your own" in refused.text) == (422, True)
    with reading(connect(settings.facts_url)) as session:
        assert queries.subject(session, "ghent") is None
    assert "Gent ligt in België." in bram.get(page).text
    assert decided(bram, page) == "approved"
    assert told(settings, "ghent.since") == CITY["text_nl_1"]
    assert "Ghent" in told(settings, "partner_cities.count", "en")
    assert "diff --git a/data/facts/subjects/ghent.yml" in anna.get("/review/content/patch").text
    with app.state.review.session() as session:
        log = [(entry.by, entry.action) for entry in session.scalars(select(LogEntry).order_by(LogEntry.id))]
    assert log == [("anna", "content_propose"), ("bram", "content_approve")]
    assert anna.submit(page, {"act": "approve"}).status_code == 422


def test_an_approved_change_can_be_taken_back(settings: Settings, anna: StaffClient, bram: StaffClient) -> None:
    old = told(settings, "munster.since")
    page = proposed(anna, MUNSTER, text_nl="Al sinds 2021 is Münster een officiële partnerstad van Enschede.")
    decided(bram, page)
    assert told(settings, "munster.since").startswith("Al sinds")
    assert anna.submit(page, {"act": "revert"}).status_code == 422
    assert decided(anna, page, "revert", "Toch niet") == "reverted"
    assert told(settings, "munster.since") == old
    assert "Toch niet" in bram.get(page).text


def test_a_change_can_be_refused_and_withdrawn(settings: Settings, anna: StaffClient, bram: StaffClient) -> None:
    page = proposed(anna, MUNSTER, text_nl="Al sinds 2021 is Münster partnerstad van Enschede.", note="Korter")
    assert "Korter" in bram.get(page).text
    assert bram.submit(page, {"act": "refuse"}).status_code == 422
    assert decided(bram, page, "refuse", "Officieel moet erin blijven") == "refused"
    other = proposed(anna, MUNSTER, text_nl="Al sinds 2021 is Münster partnerstad van Enschede.")
    assert decided(anna, other, "refuse") == "withdrawn"
    assert "Al sinds" not in told(settings, "munster.since")
    for status, shown in (("refused", page), ("withdrawn", other)):
        assert shown in anna.get(f"/review/content/changes?status={status}").text


def test_what_has_changed_keeps_what_it_was(settings: Settings, anna: StaffClient, bram: StaffClient) -> None:
    page = proposed(
        anna, "/review/content/statements/munster.status", change="changed", since="2026-12",
        text_nl="Münster is een zusterstad van Enschede, sinds 2021.", text_en="Münster is a sister city of Enschede, since 2021.",
    )  # fmt: skip
    assert "Tot december 2026: Münster is een officiële partnerstad van Enschede, sinds 2021." in bram.get(page).text
    decided(bram, page)
    with Session(connect(settings.facts_url)) as session:
        assert [row.id for row in queries.earlier(session, "munster.status")] == ["munster.status@2026-12"]
    assert "Until 2026-12" in anna.get("/review/content/subjects/munster").text


def test_a_source_a_fact_that_rests_on_it_and_a_name(settings: Settings, anna: StaffClient, bram: StaffClient) -> None:
    decided(bram, proposed(anna, "/review/content/sources/new", **SOURCE))
    path = "/review/content/subjects/munster/statements/new"
    fact = {
        "aspect": "", "new_aspect": "hotels", "question_nl": "Zijn er hotels in Münster?", "question_en": "Are there hotels in Münster?",
        "text_nl": "Münster heeft 9 hotels.", "text_en": "Münster has 9 hotels.", "evidence": "council_decision/besluit/2",
    }  # fmt: skip
    checked = send(anna, path, "check", **fact)
    assert "is a new kind of question" in checked.text and "published in 23 November 2026" in checked.text
    decided(bram, proposed(anna, path, **fact))
    decided(
        bram, proposed(anna, "/review/content/subjects/munster/edit", aliases_both="Munster\nMuenster\nMimigernaford")
    )
    with reading(connect(settings.facts_url)) as session:
        sources = compose.answer(session, ["munster.hotels"], "nl").sources
        assert [(each["title"], each["as_of"], each["url"]) for each in sources] == [
            ("Raadsbesluit", "2026-11-23", SOURCE["url"])
        ]
        assert "Mimigernaford" in {name.text for name in queries.names(session)}
    assert "Bijlage 1" in anna.get("/review/content/sources").text


def test_a_fact_can_be_taken_away(settings: Settings, anna: StaffClient, bram: StaffClient) -> None:
    decided(bram, proposed(anna, MUNSTER, remove="yes"))
    with pytest.raises(compose.NoSuchFact):
        told(settings, "munster.since")
    assert anna.get(MUNSTER).status_code == 404


@pytest.mark.parametrize(
    ("path", "values", "said"),
    [
        (MUNSTER, {"text_nl": ""}, "This must be filled in."),
        (MUNSTER, {"text_nl": "Sinds 2020 is Münster een partnerstad."}, "Dutch: 2020. English: 2021."),
        (MUNSTER, {"text_nl": "Sinds 2021, zie a@enschede.nl."}, "The addresses are not the same"),
        (MUNSTER, {"text_nl": "Je weet het: Münster is sinds 2021 partnerstad."}, "is for friends"),
        (MUNSTER, {"evidence": "", "evidence_2": ""}, "Nothing is told without a source."),
        (MUNSTER, {"evidence": "page/nowhere/1"}, "names no heading"),
        (MUNSTER, {"review_by": "next year"}, "is no date such as"),
        (MUNSTER, {"change": "changed", "since": "2026-12"}, "Write what is different now."),
        (MUNSTER, {}, "Nothing has been changed."),
        (MUNSTER, {"text_nl": "Al sinds 2021.", "based_on": "0"}, "Somebody else has changed this meanwhile."),
        (NEW, {**CITY, "name_en": "Dalian"}, "dalian is there already."),
        (NEW, {**CITY, "aliases_both": "Palo Alto"}, "is the name of more than one subject"),
        (NEW, {**CITY, "tie_since": "lang geleden"}, "is no year such as"),
        (NEW, {**CITY, "aspect_2": "since"}, "ghent.since is there already."),
        ("/review/content/sources/new", {**SOURCE, "url": "http://example.org"}, "must begin with https://"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_not_proposed(
    path: str, values: dict[str, str], said: str, anna: StaffClient, app: FastAPI
) -> None:
    answer = send(anna, path, **values)
    assert (answer.status_code, said in answer.text) == (422, True), re.findall(r"<li>.*?</li>", answer.text)
    with app.state.review.session() as session:
        assert session.scalars(select(ContentChange)).all() == []


def test_an_edit_that_came_too_late_is_refused_by_name(
    settings: Settings, anna: StaffClient, bram: StaffClient
) -> None:
    first = proposed(anna, MUNSTER, text_nl="Al sinds 2021 is Münster partnerstad van Enschede.")
    second = proposed(anna, MUNSTER, text_nl="Vanaf 2021 is Münster partnerstad van Enschede.")
    decided(bram, first)
    late = bram.submit(second, {"act": "approve"})
    assert (late.status_code, "statements/munster.since/nl" in late.text) == (409, True)
    assert told(settings, "munster.since").startswith("Al sinds")


def test_where_the_files_can_be_written_an_approved_change_stands_in_them(
    settings: Settings, anna: StaffClient, staff: Staff
) -> None:
    object.__setattr__(settings, "content_dir", settings.facts_folder)
    bram = staff(Role.EDITOR, "bram")
    page = proposed(anna, NEW, **CITY)
    assert decided(bram, page) == "written"
    assert (Path(settings.facts_folder) / "subjects" / "ghent.yml").exists()
    with Session(connect(settings.facts_url)) as session:
        assert edits(session) == [] and queries.version(session) == parse(Path(settings.facts_folder)).digest
    assert "the files have it" in bram.get(page).text
    assert "diff" not in bram.get("/review/content/patch").text
    assert "The files have this change" in bram.submit(page, {"act": "revert", "why": "x"}).text


def test_where_the_files_are_wrong_the_change_is_told_all_the_same(
    settings: Settings, anna: StaffClient, bram: StaffClient
) -> None:
    object.__setattr__(settings, "content_dir", settings.facts_folder)
    (Path(settings.facts_folder) / "roles.yml").write_text("- {person: nobody}\n", encoding="utf-8")
    page = proposed(anna, MUNSTER, text_nl="Al sinds 2021 is Münster partnerstad van Enschede.")
    assert decided(bram, page) == "approved"
    assert told(settings, "munster.since").startswith("Al sinds")


def test_without_facts_the_pages_say_that_they_are_away(tmp_path: Path) -> None:
    from tests.review.conftest import log_in

    away = Settings(
        review_url=f"sqlite:///{tmp_path}/r.db", facts_url=f"sqlite:///{tmp_path}/none.db", secret_key="k" * 32
    )
    client = log_in(create_app(away, FakeRasa()), Role.EDITOR, "anna")
    for path in ("/review/content", MUNSTER, NEW, "/review/content/patch", "/review/content/sources"):
        assert client.get(path).status_code == 503, path


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_its_words(language: str) -> None:
    source = "".join(path.read_text() for path in (ROOT / "bot" / "review").glob("content_*.py"))
    keys = set(re.findall(r'(?:Finding|NotAllowed)\("(\w+)"', source)) | set(content_findings.KNOWN_PROBLEMS)
    assert keys == set(texts(language)["content"]["findings"])
