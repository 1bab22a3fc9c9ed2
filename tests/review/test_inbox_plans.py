"""How SQLite finds the rows of the inbox: no single filter goes through all turns, or sorts them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from math import inf
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.review.choices import choices
from bot.review.database import Database
from bot.review.filters import Filter, parse
from bot.review.listing import Key, Listing, arranged
from bot.review.terms import terms
from bot.review.times import utc
from tests.review.filling import AT
from tests.review.test_inbox import statements

TODAY = date(2026, 11, 26)
PLACE = Key(utc(AT), "x")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('plans')}/review.db")
    with database.session() as opened:
        yield opened


def listed(address: str, size: float, every_turn: bool = False) -> Listing:
    filter: Filter = parse(parse_qsl(address))[0]
    parts = terms(filter, "sqlite")
    return arranged(filter, parts, dict.fromkeys(parts, size), TODAY, every_turn=every_turn)


def plan(session: Session, query: object) -> list[tuple[int, str]]:
    """The steps of a query: the number of the step that each is part of, and what it does."""
    sql = str(query.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))  # type: ignore[attr-defined]
    # An offset without a limit gets a limit that SQLAlchemy leaves a parameter: -1, none.
    sql = sql.replace("LIMIT ? OFFSET", "LIMIT -1 OFFSET")
    rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").all()
    return [(parent, detail) for _, parent, _, detail in rows]


def sorts(steps: list[tuple[int, str]]) -> list[int]:
    return [parent for parent, detail in steps if "TEMP B-TREE" in detail]


def scans(steps: list[tuple[int, str]]) -> list[str]:
    """Steps that go through a whole table, or a whole index in no useful order."""
    return [detail for _, detail in steps if re.match(r"SCAN turns_\d", detail) and "INDEX ix_turns_at" not in detail]


ONE_VALUE = {
    "language=nl": "ix_turns_language (language=?",
    "outcome=failed": "ix_turns_outcome (outcome=?",
    "reason=ranked": "ix_turns_reason (reason=?",
    "intent=since": "ix_turns_intent (intent=?",
    "model=m1": "ix_turns_model (model=?",
    "feedback=down": "ix_turns_rating (rating=?",
    "confidence_from=40&confidence_below=50": "ix_turns_confidence_band (confidence_band=?",
    "subject=munster": "(subject=?",
    "state=done": "ix_conversations_state (state=?",
    "reviewer=anna": "ix_conversations_reviewer (reviewer=?",
}
"""The index that each filter must use."""


@pytest.mark.parametrize("order", ["", "&sort=oldest"])
@pytest.mark.parametrize("beyond", [None, PLACE], ids=["first", "later"])
@pytest.mark.parametrize(("address", "index"), ONE_VALUE.items())
def test_the_rows_of_one_value_come_from_its_index_in_order(
    session: Session, address: str, index: str, beyond: Key | None, order: str
) -> None:
    steps = plan(session, listed(address, inf).keys(51, beyond, newest_first=not order))
    assert sorts(steps) == []
    assert scans(steps) == []
    assert index in steps[0][1]
    # From a place on, the index begins there.
    assert beyond is None or re.search(r"at[<>]\?|at,(id|turn)\)[<>]", steps[0][1])


@pytest.mark.parametrize(
    ("address", "index"),
    [
        ("", "SCAN conversations_1 USING COVERING INDEX ix_conversations_last_at"),
        ("period=today", "SEARCH conversations_1 USING COVERING INDEX ix_conversations_last_at (last_at>?)"),
        ("to=2026-11-01", "SEARCH turns_1 USING INDEX ix_turns_at (at<?)"),
        ("from=2026-11-01&to=2026-11-02", "SEARCH turns_1 USING INDEX ix_turns_at (at>? AND at<?)"),
        ("verdict=none", "SCAN turns_1 USING INDEX ix_turns_at"),
        ("verdict=right", "SCAN turns_1 USING INDEX ix_turns_at"),
        ("tag=klacht", "SCAN conversations_1 USING COVERING INDEX ix_conversations_last_at"),
        ("q=brug", "SCAN turns_1 USING INDEX ix_turns_at"),
    ],
)
def test_what_is_not_one_value_of_a_column_goes_by_time(session: Session, address: str, index: str) -> None:
    """Also when more rows fit than can be sorted: then one goes by time until the page is full."""
    steps = plan(session, listed(address, inf).keys(51))
    assert sorts(steps) == []
    assert steps[0][1] == index


@pytest.mark.parametrize(
    "address", ["outcome=failed&outcome=refused&outcome=clarify", "confidence_below=50", "state=done&state=later"]
)
def test_of_several_values_only_the_first_rows_of_each_are_sorted(session: Session, address: str) -> None:
    steps = plan(session, listed(address, inf).keys(51))
    sorted_parts = set(sorts(steps))
    assert len(sorted_parts) > 1
    # What is sorted is what a part with a limit gave, nothing else.
    sources = [detail for parent, detail in steps if parent in sorted_parts and "TEMP B-TREE" not in detail]
    assert all(detail.startswith(("CO-ROUTINE anon", "SCAN anon")) for detail in sources), sources
    assert scans(steps) == []


@pytest.mark.parametrize("address", ["verdict=right", "tag=klacht", "q=brug", "tag=klacht&outcome=failed"])
@pytest.mark.parametrize("every_turn", [False, True])
def test_rare_things_are_found_by_themselves(session: Session, address: str, every_turn: bool) -> None:
    steps = plan(session, listed(address, 10, every_turn).keys(51))
    assert scans(steps) == []
    assert [detail for _, detail in steps if "ix_turns_at" in detail] == []


@pytest.mark.parametrize("address", [*ONE_VALUE, "verdict=none", "to=2026-11-01", "q=brug"])
def test_whether_a_later_turn_fits_is_looked_up_in_the_conversation(session: Session, address: str) -> None:
    found = listed(address, inf)
    steps = plan(session, found.keys(51))
    later = [detail for _, detail in steps if "turns_2" in detail]
    assert later == [] if found.of_conversations else len(later) == 1
    assert all("ix_turns_conversation (conversation=? AND " in detail for detail in later)


@pytest.mark.parametrize(
    ("address", "lead"),
    [
        ("outcome=answered&language=nl&subject=munster", None),
        ("state=done&outcome=answered", "ix_turns_outcome"),
        ("intent=since&feedback=up", "ix_turns_intent"),
        ("q=brug&intent=since", "ix_turns_intent"),
    ],
)
def test_what_does_not_lead_is_checked_without_its_index(session: Session, address: str, lead: str | None) -> None:
    steps = plan(session, listed(address, inf).keys(51))
    used = {word for _, detail in steps for word in detail.split() if word.startswith("ix_turns_")}
    assert used == {"ix_turns_conversation", lead} - {None}


def test_the_values_that_there_are_come_from_indexes(session: Session) -> None:
    with statements(session) as seen:
        choices(session)
    for sql, values in seen:
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
        touched = [row[3] for row in rows if any(name in row[3] for name in ("turns", "turn_subjects", "tags"))]
        assert all("COVERING INDEX" in detail for detail in touched), touched


def test_an_index_is_missed_when_it_is_not_there(tmp_path: Path) -> None:
    """That these tests can fail."""
    with Database(f"sqlite:///{tmp_path}/review.db").session() as session:
        session.execute(text("DROP INDEX ix_turns_outcome"))
        steps = plan(session, listed("outcome=failed", inf).keys(51))
        assert "ix_turns_outcome" not in steps[0][1]
        assert session.scalar(select(1)) == 1
