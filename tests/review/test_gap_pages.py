"""The page of gaps: what readers see, what reviewers ask for, and where it leads."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot.review import gap_commands
from bot.review.access import Role
from bot.review.filters import parse
from bot.review.gap_search import Question, search
from bot.review.tables import Gap, GapRun, GapTurn, LogEntry, Proposal
from bot.review.wording import texts
from bot.settings import Settings
from tests.review.conftest import Staff, StaffClient
from tests.review.filling import conversation, turn
from tests.review.test_gaps import Meanings

NOW = datetime.now(UTC).replace(microsecond=0)
HERE = "/review/gaps"


@pytest.fixture
def filled(app: FastAPI) -> FastAPI:
    """Three questions about inhabitants, of which one is in English and one is old; and one alone."""
    with app.state.review.session() as session, session.begin():
        for id, text, language, days in (
            ("i1", "inwoners <b>van</b> Münster", "nl", 3),
            ("i2", "inwoners of Dalian", "en", 2),
            ("i3", "inwoners van vroeger", "nl", 60),
            ("x1", "alone in this", "en", 1),
        ):
            made = turn(
                id=id,
                text=text,
                language=language,
                outcome="not_in_sources",
                intent="unknown/population",
                at=NOW - timedelta(days=days),
            )
            conversation(session, [made], id=f"conversation-{id}")
    search(app.state.review, [Question("munster.since", "inwoners")], Meanings())
    return app


def gap_of(app: FastAPI, turn_id: str) -> int:
    with app.state.review.session() as session:
        return session.scalars(select(GapTurn.gap).where(GapTurn.turn == turn_id)).one()


def form(app: FastAPI, turn_id: str, days: int = 28, **more: str) -> tuple[str, dict[str, str]]:
    first, last = ((NOW - timedelta(days=each)).date().isoformat() for each in (days, 0))
    return f"{HERE}/{gap_of(app, turn_id)}/content", {"from": first, "to": last} | more


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_reader_sees_gaps_with_examples_intent_and_statement(filled: FastAPI, staff: Staff, language: str) -> None:
    page = unescape(staff(Role.READER, language=language).get(HERE).text)
    words = texts(language)["gaps"]
    assert words["count"].format(count=2) in page
    assert words["once"] in page
    assert words["languages"].format(nl=1, en=1) in page
    assert "inwoners of Dalian" in page
    assert "inwoners van vroeger" not in page
    assert texts(language)["intents"]["unknown/population"] in page
    assert ("Since when" if language == "en" else "Sinds wanneer") in page
    assert page.index("inwoners of Dalian") < page.index("alone in this")


def test_a_statement_that_does_not_come_near_is_not_named(filled: FastAPI, staff: Staff) -> None:
    with filled.state.review.session() as session, session.begin():
        for each in session.scalars(select(Gap)):
            each.similarity = 0.49
    page = staff(Role.READER).get(HERE).text
    assert page.count(texts("en")["gaps"]["no_statement"]) == 2


def test_what_visitors_typed_is_text_in_its_own_language(filled: FastAPI, staff: Staff) -> None:
    page = staff(Role.READER).get(HERE).text
    assert "inwoners &lt;b&gt;van&lt;/b&gt; Münster" in page
    assert re.search(r'<a [^>]*href="/review/conversations/conversation-i1\?turn=i1"', page)
    assert re.search(r'lang="nl">inwoners &lt;b', page)


def test_a_longer_period_counts_more(filled: FastAPI, staff: Staff) -> None:
    page = staff(Role.READER).get(f"{HERE}?period=90").text
    assert "asked 3 times" in page
    assert "inwoners van vroeger" in page


def test_the_inbox_shows_the_turns_of_a_gap(filled: FastAPI, staff: Staff) -> None:
    reader = staff(Role.READER)
    link = re.search(rf'href="(/review\?gap={gap_of(filled, "i1")}&amp;[^"]*)"', reader.get(HERE).text)
    assert link is not None
    shown = reader.get(unescape(link[1])).text
    assert "conversation-i1?" in shown
    assert "conversation-i2?" in shown
    assert "conversation-i3?" not in shown
    assert "conversation-x1?" not in shown


@pytest.mark.parametrize("raw", ["x", "-1", "1" * 10, "1.5"])
def test_a_number_of_a_gap_that_is_none_is_left_out_of_the_filter(raw: str) -> None:
    assert parse([("gap", raw)])[1] == ("gap",)


def test_a_reader_may_not_ask_for_content(filled: FastAPI, staff: Staff) -> None:
    reader = staff(Role.READER)
    path, values = form(filled, "i1")
    assert "/content" not in reader.get(HERE).text
    assert reader.submit(path, values).status_code == 403
    assert reader.submit(f"{HERE}/search").status_code == 403


def test_a_reviewer_asks_for_content_once(filled: FastAPI, staff: Staff) -> None:
    reviewer = staff(Role.REVIEWER)
    path, values = form(filled, "i1", note="Bel 053-481 81 81 hierover.")
    first = reviewer.submit(path, values)
    assert (first.status_code, first.headers["location"].partition("#")[2]) == (303, f"gap-{gap_of(filled, 'i1')}")
    reviewer.submit(path, values)

    with filled.state.review.session() as session:
        proposal = session.scalars(select(Proposal)).one()
        logged = session.scalars(select(LogEntry).where(LogEntry.action == "propose")).one()
    assert (proposal.kind, proposal.status, proposal.by) == ("content", "proposed", "reviewer")
    assert proposal.turn in ("i1", "i2")
    assert "481" not in proposal.payload["note"]
    assert "Asked 2 times" in proposal.payload["note"]
    assert proposal.payload["verdict"] == "needs_content"
    assert (logged.by, logged.object) == ("reviewer", f"proposal {proposal.id}")

    page = reviewer.get(unescape(first.headers["location"])).text
    assert texts("en")["gaps"]["done"] in page
    assert texts("en")["gaps"]["asked"] in page
    proposals = reviewer.get("/review/proposals?kind=content").text
    assert "Asked 2 times" in proposals


def test_a_gap_that_is_no_longer_there_is_said(filled: FastAPI, staff: Staff) -> None:
    reviewer = staff(Role.REVIEWER)
    _, values = form(filled, "i1")
    answer = reviewer.submit(f"{HERE}/999999/content", values)
    assert answer.status_code == 303
    assert texts("en")["gaps"]["gone"] in reviewer.get(answer.headers["location"]).text


@pytest.mark.parametrize("values", [{"from": "x"}, {"from": "2026-11-01"}, {"from": "2026-11-01", "to": ""}])
def test_a_form_without_a_period_is_refused(filled: FastAPI, staff: Staff, values: dict[str, str]) -> None:
    assert staff(Role.REVIEWER).submit(f"{HERE}/1/content", values).status_code == 400


def test_a_form_without_the_token_changes_nothing(filled: FastAPI, staff: Staff) -> None:
    reviewer = staff(Role.REVIEWER)
    path, values = form(filled, "i1")
    assert reviewer.submit(path, values | {"csrf": "x"}).status_code == 403
    with filled.state.review.session() as session:
        assert session.scalars(select(Proposal)).all() == []


def test_a_search_is_asked_for_where_one_can_run(
    filled: FastAPI, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviewer = staff(Role.REVIEWER)
    assert reviewer.submit(f"{HERE}/search").headers["location"] == f"{HERE}?said=not_started"
    monkeypatch.setattr(filled.state.gap_searching, "ask", lambda: True)
    assert reviewer.submit(f"{HERE}/search").headers["location"] == f"{HERE}?said=started"


def test_the_page_says_what_the_search_is_doing(app: FastAPI, staff: Staff) -> None:
    reviewer: StaffClient = staff(Role.REVIEWER)
    words = texts("en")["gaps"]
    assert words["never"] in reviewer.get(HERE).text
    with app.state.review.session() as session, session.begin():
        session.add(GapRun(started_at=datetime.now(UTC), turns=0))
    page = reviewer.get(HERE).text
    assert words["running"] in page
    assert f"{HERE}/search" not in page
    with app.state.review.session() as session, session.begin():
        run = session.scalars(select(GapRun)).one()
        run.finished_at, run.failed = datetime.now(UTC), "MemoryError"
    assert words["failed"].format(error="MemoryError") in reviewer.get(HERE).text


def test_a_period_in_which_everything_was_answered_says_so(filled: FastAPI, staff: Staff) -> None:
    page = staff(Role.READER).get(f"{HERE}?from=2020-01-01&to=2020-01-02").text
    assert texts("en")["gaps"]["empty"] in page


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=1001"])
def test_a_page_that_cannot_be_is_refused(staff: Staff, query: str) -> None:
    assert staff(Role.READER).get(f"{HERE}?{query}").status_code == 400


def test_the_questions_of_the_facts_come_in_both_languages(facts_url: str) -> None:
    found = gap_commands.questions(facts_url)
    assert {each.text for each in found if each.statement == "munster.since"} >= {
        "Since when has Münster been a partner city of Enschede?"
    }
    assert len(found) % 2 == 0


def test_without_facts_there_are_no_questions(settings: Settings, tmp_path: object) -> None:
    assert gap_commands.questions(f"sqlite:///{tmp_path}/none.db") == []
