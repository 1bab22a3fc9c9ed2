"""The page of statistics: each figure with a value counted by hand, its definition, and its SQL in the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI

from bot.review.access import Role
from bot.review.aggregates import MEASURES, close, refresh
from bot.review.figures import figures
from bot.review.naming import Names
from bot.review.period import Period
from bot.review.statistics import Section, Writer, headlines, sections
from bot.review.tables import Cursor, Judgement, State
from bot.review.wording import texts
from tests.conftest import ROOT
from tests.review.conftest import Staff
from tests.review.filling import conversation, turn

LANGUAGES = ("nl", "en")
TODAY = datetime.now(UTC).date()
DAY = TODAY - timedelta(days=2)


def at(day: date, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day, 12, minute, tzinfo=UTC)


@pytest.fixture
def filled(app: FastAPI) -> FastAPI:
    """Ten conversations of two turns on one day: the first turn of each is answered, of the second three are not."""
    with app.state.review.session() as session, session.begin():
        for number in range(10):
            second: dict[str, Any] = {"subjects": ["palo_alto"], "latency_ms": 900, "confidence": 0.31}
            if number < 3:
                second |= {"outcome": "not_in_sources", "intent": "unknown/population", "reason": "declined"}
            first = turn(
                id=f"a{number}", at=at(DAY, number), rating="up" if number < 6 else "down" if number < 8 else None
            )
            other = turn(id=f"b{number}", at=at(DAY, number + 20), language="en", **second)
            conversation(
                session, [first, other], id=f"conversation-{number}", state=State.DONE if number < 4 else State.NEW
            )
        for number, verdict in enumerate(("right", "right", "needs_content")):
            session.add(
                Judgement(turn=f"a{number}", conversation="c", verdict=verdict, value=None, by="ria", at=at(DAY, 0))
            )
        session.flush()
        refresh(session, [DAY])
        session.add(Cursor(id=1, event=0, stamp=0.0, at=at(DAY, 50), days=[]))
    return app


@pytest.fixture
def page(filled: FastAPI) -> Iterator[dict[str, Section]]:
    period = Period(DAY - timedelta(days=1), DAY)
    with filled.state.review.session() as session:
        counted = figures(session, period)
    yield {section.key: section for section in sections(counted, period, writer())}


def writer(language: str = "en") -> Writer:
    return Writer(texts(language)["statistics"], language, Names(texts(language)["intents"], {"munster": "Münster"}))


def rows(section: Section) -> list[tuple[str, ...]]:
    return [(row.head, *row.cells) for row in section.rows]


def test_the_figures_in_short(filled: FastAPI) -> None:
    with filled.state.review.session() as session:
        found = headlines(figures(session, Period(DAY, DAY)), writer())
    assert [(figure.key, figure.value, figure.of) for figure in found] == [
        ("conversations", "10", ""),
        ("turns", "20", ""),
        ("answered", "85%", "17 of 20"),
        ("satisfied", "too few to say", "6 of 8"),
        ("reviewed", "too few to say", "4 of 10"),
        ("half", "150 ms", ""),
    ]


def test_each_section_counts_its_measure(page: dict[str, Section]) -> None:
    assert rows(page["language"]) == [("English", "10", "50%"), ("Dutch", "10", "50%")]
    assert rows(page["outcome"]) == [("Answered", "17", "85%"), ("Not in the sources", "3", "15%")]
    assert rows(page["reason"]) == [("Answered: ranked", "17", "85%"), ("Not in the sources: declined", "3", "15%")]
    assert rows(page["subject"]) == [("Münster", "10", "50%"), ("palo_alto", "10", "50%")]
    assert [row[1:] for row in rows(page["intent"])] == [("17", "85%"), ("3", "15%")]
    assert rows(page["confidence"])[3] == ("30% – 40%", "10", "50%")
    assert rows(page["confidence"])[9] == ("90% – 100%", "10", "50%")
    assert rows(page["feedback"]) == [("Up", "6", "too few to say"), ("Down", "2", "too few to say")]
    assert rows(page["verdict"]) == [("Right", "2", "too few to say"), ("Needs content", "1", "too few to say")]
    assert page["verdict"].remark == "3 of 20 turns judged (15%)."


def test_what_is_told_over_time_has_a_row_for_each_step(page: dict[str, Section]) -> None:
    assert [row[1:] for row in rows(page["volume"])] == [("0", "0"), ("10", "20")]
    assert [row[1:] for row in rows(page["latency"])] == [
        ("too few to say", "too few to say", "0"),
        ("150 ms", "1 s", "20"),
    ]
    assert page["latency"].remark == "Over the whole period: half within 150 ms, 95 of 100 within 1 s."


def test_rows_lead_to_the_turns_that_they_count(page: dict[str, Section]) -> None:
    days = f"from={DAY - timedelta(days=1)}&to={DAY}"
    links = {key: [row.link for row in section.rows] for key, section in page.items()}
    assert links["outcome"][1] == f"/review?{days}&outcome=not_in_sources"
    assert links["reason"][1] == f"/review?{days}&outcome=not_in_sources&reason=declined"
    assert links["confidence"][3] == f"/review?{days}&confidence_from=30&confidence_below=40"
    assert links["volume"][1] == f"/review?from={DAY}&to={DAY}"


def test_the_others_are_added_up_in_one_row(app: FastAPI) -> None:
    with app.state.review.session() as session, session.begin():
        for number in range(12):
            conversation(session, [turn(at=at(DAY, number), subjects=[f"subject_{number:02}"])])
        refresh(session, [DAY])
        found = sections(figures(session, Period(DAY, DAY)), Period(DAY, DAY), writer())
    section = next(each for each in found if each.key == "subject")
    assert len(section.rows) == 11
    assert rows(section)[-1] == ("2 others", "2", "too few to say")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reader_sees_each_section_with_its_definition(filled: FastAPI, staff: Staff, language: str) -> None:
    answer = staff(Role.READER, language=language).get("/review/statistics")
    words = texts(language)["statistics"]
    assert answer.status_code == 200
    assert answer.text.count('role="img"') == len(words["sections"])
    for section in words["sections"].values():
        assert section["definition"] in unescape(answer.text)
    assert words["definitions"]["minimum"].format(minimum=20) in answer.text


def test_the_page_needs_a_member_of_staff(app: FastAPI, anyone: Any) -> None:
    assert anyone.get("/review/statistics", follow_redirects=False).status_code == 303


def test_a_period_without_turns_says_so(staff: Staff) -> None:
    answer = staff(Role.READER).get("/review/statistics?from=2020-01-01&to=2020-01-31")
    assert texts("en")["statistics"]["empty"] in answer.text
    assert "<svg" not in answer.text


@pytest.mark.parametrize(
    "query", ["from=2026-12-01&to=2026-11-01", "from=x", "period=8", "from=1000-01-01", "from=2001-01-01&to=2026-01-01"]
)
def test_what_is_no_period_is_said_beside_the_fields(staff: Staff, query: str) -> None:
    answer = staff(Role.READER).get(f"/review/statistics?{query}")
    assert answer.status_code == 400
    assert 'id="period-error"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_what_was_typed_comes_back_as_text(staff: Staff) -> None:
    answer = staff(Role.READER).get("/review/statistics", params={"from": '"><script>alert(1)</script>'})
    assert "<script>alert" not in answer.text


def test_it_says_when_was_counted_and_which_days_were_deleted(filled: FastAPI, staff: Staff) -> None:
    with filled.state.review.session() as session, session.begin():
        close(session, at(DAY, 0))
    answer = staff(Role.READER).get("/review/statistics").text
    assert "Counted on" in answer
    assert f"up to and including {writer().day(DAY)} have been deleted" in answer


def test_the_page_has_no_style_of_its_own(filled: FastAPI, staff: Staff) -> None:
    answer = staff(Role.READER).get("/review/statistics").text
    assert " style=" not in answer
    assert "<style" not in answer


@pytest.mark.parametrize("measure", MEASURES)
def test_the_documentation_shows_the_sql_that_counts(measure: str) -> None:
    documented = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
    assert sql(measure) in documented, f"docs/statistics.md lacks the SQL of {measure}:\n{sql(measure)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_documentation_has_every_definition_in_both_languages(language: str) -> None:
    documented = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
    words = texts(language)["statistics"]
    definitions = [each["definition"] for each in words["sections"].values()] + list(words["definitions"].values())
    assert [text for text in definitions if text.format(minimum=20) not in documented] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_that_is_counted_has_a_name(language: str) -> None:
    from bot.review.filters import OUTCOMES
    from bot.review.tables import Verdict

    values = texts(language)["statistics"]["values"]
    assert set(values["outcome"]) == set(OUTCOMES)
    assert set(values["verdict"]) == {str(verdict.value) for verdict in Verdict}
    assert set(values["language"]) == set(LANGUAGES)


def sql(measure: str) -> str:
    """The statement of a measure as it stands in the documentation."""
    written = re.sub(r" AS (anon|count)_1", "", str(MEASURES[measure]))
    written = re.sub(r" *\n", "\n", written).replace(" WHEN ", "\n  WHEN ").replace(" ELSE ", "\n  ELSE ")
    return written.replace(" SELECT :day", "\nSELECT :day").replace(" GROUP BY", "\nGROUP BY")
