"""The counts of each day, with values counted by hand, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.review.aggregates import CLOSED, LATENCY_STEPS, close, closed_until, judged_since, open_days, refresh
from bot.review.database import Database
from bot.review.log import record
from bot.review.tables import Conversation, DailyFigure, Judgement, State, Turn
from tests.review.filling import conversation, turn
from tests.review.stores import Stores

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


@pytest.fixture
def session(stores: Stores) -> Iterator[Session]:
    database = Database(stores.settings.review_url)
    with database.session() as session:
        yield session
    database.engine.dispose()


@pytest.fixture
def filled(session: Session) -> Session:
    """On Monday one conversation of three turns, of which the last is after midnight; on Tuesday one of a turn."""
    conversation(
        session,
        [
            turn(id="m1", at=at(MONDAY, 23, 58), latency_ms=10, rating="up"),
            turn(id="m2", at=at(MONDAY, 23, 59), latency_ms=11, subjects=["munster", "dalian"], confidence=1.0),
            turn(id="t1", at=at(TUESDAY, 0, 0), language="en", outcome="not_in_sources", reason="declined", intent="unknown/population", confidence=0.42, latency_ms=20001, rating="down"),
        ],
        state=State.DONE,
    )  # fmt: skip
    failed = {"intent": None, "confidence": None, "latency_ms": None, "subjects": []}
    conversation(session, [turn(id="t2", at=at(TUESDAY, 13), outcome="failed", reason="ReadTimeout", **failed)])
    session.add(Judgement(turn="m1", conversation="c", verdict="right", value=None, by="ria", at=at(WEDNESDAY)))
    session.add(Judgement(turn="t1", conversation="c", verdict="needs_content", value=None, by="ria", at=at(WEDNESDAY)))
    session.flush()
    return session


def figures(session: Session, day: date) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    rows = select(DailyFigure).where(DailyFigure.day == day, DailyFigure.measure != CLOSED)
    for row in session.scalars(rows):
        found.setdefault(row.measure, {})[row.value] = row.count
    return found


def test_a_day_is_counted_by_every_measure(filled: Session) -> None:
    assert refresh(filled, [MONDAY, TUESDAY]) == 2

    assert figures(filled, MONDAY) == {
        "turns": {"": 2},
        "conversations": {"": 1},
        "language": {"nl": 2},
        "outcome": {"answered": 2},
        "reason": {"answered/ranked": 2},
        "intent": {"since": 2},
        "subject": {"munster": 2, "dalian": 1},
        "confidence": {"9": 2},
        "feedback": {"up": 1},
        "latency": {"10": 1, "15": 1},
        "verdict": {"right": 1},
        "reviewed": {"": 1},
    }
    assert figures(filled, TUESDAY) == {
        "turns": {"": 2},
        "conversations": {"": 1},
        "language": {"en": 1, "nl": 1},
        "outcome": {"not_in_sources": 1, "failed": 1},
        "reason": {"not_in_sources/declined": 1, "failed/ReadTimeout": 1},
        "intent": {"unknown/population": 1},
        "subject": {"munster": 1},
        "confidence": {"4": 1},
        "feedback": {"down": 1},
        "latency": {"slower": 1},
        "verdict": {"needs_content": 1},
    }


def test_counting_again_replaces_what_was_counted(filled: Session) -> None:
    refresh(filled, [MONDAY, TUESDAY])
    filled.execute(delete(Turn).where(Turn.id == "t2"))
    filled.execute(delete(Judgement).where(Judgement.turn == "t1"))
    refresh(filled, [TUESDAY])

    counted = figures(filled, TUESDAY)
    assert counted["turns"] == {"": 1}
    assert "verdict" not in counted
    assert figures(filled, MONDAY)["turns"] == {"": 2}


def test_it_belongs_to_the_transaction_of_the_caller(stores: Stores, filled: Session) -> None:
    filled.commit()
    refresh(filled, [MONDAY])
    with Session(stores.review) as other:
        assert figures(other, MONDAY) == {}
    filled.rollback()
    assert figures(filled, MONDAY) == {}


def test_a_long_reason_is_cut_to_what_fits(session: Session) -> None:
    conversation(session, [turn(at=at(MONDAY), outcome="not_in_sources", reason="x" * 80)])
    refresh(session, [MONDAY])
    assert figures(session, MONDAY)["reason"] == {("not_in_sources/" + "x" * 80)[:80]: 1}


@pytest.mark.parametrize(
    ("milliseconds", "step"), [(0, "10"), (10, "10"), (11, "15"), (20000, "20000"), (20001, "slower")]
)
def test_a_response_time_counts_at_the_first_step_that_holds_it(session: Session, milliseconds: int, step: str) -> None:
    conversation(session, [turn(at=at(MONDAY), latency_ms=milliseconds)])
    refresh(session, [MONDAY])
    assert figures(session, MONDAY)["latency"] == {step: 1}


def test_the_steps_of_the_response_time_grow_by_half_at_most() -> None:
    assert all(1 < high / low <= 1.5 for low, high in pairwise(LATENCY_STEPS))


def test_a_day_that_is_closed_keeps_its_figures(filled: Session) -> None:
    close(filled, at(MONDAY, 23, 59))
    filled.execute(delete(Turn))
    filled.execute(delete(Conversation))

    assert refresh(filled, [MONDAY]) == 0
    assert figures(filled, MONDAY)["turns"] == {"": 2}
    assert closed_until(filled) == MONDAY


def test_what_is_left_of_a_closed_day_does_not_take_the_place_of_the_whole(filled: Session) -> None:
    close(filled, at(TUESDAY, 6))
    filled.execute(delete(Turn).where(Turn.id != "m1"))  # as when its conversation has to be kept

    assert refresh(filled, [MONDAY, TUESDAY]) == 0
    assert figures(filled, MONDAY)["turns"] == {"": 2}
    assert figures(filled, TUESDAY)["turns"] == {"": 2}


def test_closing_counts_a_last_time(filled: Session) -> None:
    refresh(filled, [MONDAY])
    filled.add(Judgement(turn="m2", conversation="c", verdict="ignore", value=None, by="ria", at=at(WEDNESDAY)))
    filled.flush()
    close(filled, at(TUESDAY))
    assert figures(filled, MONDAY)["verdict"] == {"right": 1, "ignore": 1}


def test_closing_never_opens_a_day_again(filled: Session) -> None:
    close(filled, at(TUESDAY))
    close(filled, at(MONDAY))
    assert closed_until(filled) == TUESDAY
    assert filled.scalars(select(DailyFigure.day).where(DailyFigure.measure == CLOSED)).all() == [TUESDAY]


def test_a_day_before_the_oldest_turn_is_not_counted_to_nothing(filled: Session) -> None:
    refresh(filled, [MONDAY])
    filled.execute(delete(Turn).where(Turn.id.in_(["m1", "m2"])))
    assert refresh(filled, [MONDAY]) == 0
    assert figures(filled, MONDAY)["turns"] == {"": 2}


def test_an_empty_store_has_no_open_days(session: Session) -> None:
    assert open_days(session, WEDNESDAY) == []
    assert refresh(session, [MONDAY]) == 0


def test_days_are_open_from_the_day_after_the_closed_ones(filled: Session) -> None:
    assert open_days(filled, WEDNESDAY) == [MONDAY, TUESDAY, WEDNESDAY]
    close(filled, at(MONDAY))
    assert open_days(filled, WEDNESDAY) == [TUESDAY, WEDNESDAY]


def test_work_of_staff_names_the_days_of_its_conversation(filled: Session) -> None:
    own = filled.get(Turn, "m1")
    assert own is not None
    before = datetime.now(UTC) - timedelta(seconds=5)
    record(filled, by="ria", action="read", object=own.conversation)
    filled.flush()
    assert judged_since(filled, before) == set()
    record(filled, by="ria", action="judge", object=own.conversation)
    filled.flush()
    assert judged_since(filled, before) == {MONDAY, TUESDAY}
    assert judged_since(filled, datetime.now(UTC) + timedelta(seconds=5)) == set()
