"""Counts of each day, which stay when the conversations are deleted.

`refresh` counts a day again from what is kept, as long as the day is whole. Before old conversations are deleted,
`close` counts their days a last time and closes them. A closed day is never counted again: what happens to be left of
it (a long conversation, one that is held) would take the place of the truth. Nor is a day that lies before the oldest
turn there is, whoever deleted what was there.

What each measure counts, with its SQL, stands in docs/statistics.md. Days are those of UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import (
    Date,
    DateTime,
    Insert,
    Select,
    String,
    TableClause,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import ColumnElement

from bot.review.tables import DailyFigure, Judgement, LogEntry, State, Turn, TurnSubject, Work
from bot.review.times import utc

LATENCY_STEPS = (
    10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 400, 500, 750,
    1000, 1500, 2000, 3000, 4000, 5000, 7500, 10000, 15000, 20000,
)  # fmt: skip
"""Milliseconds. A turn counts at the first step that its response time does not exceed, else at SLOWER."""
SLOWER = "slower"
FINISHED = (State.DONE, State.WONT_FIX)
"""The states in which a conversation counts as reviewed."""
COUNTED_WORK = ("judge", "state", "undo")
"""The actions in the log that change a figure."""
CLOSED = "closed"
"""The measure with one row: nothing of its day, or of the days before, is counted again."""

TABLE = cast(TableClause, DailyFigure.__table__)
DAY = bindparam("day", type_=Date)
START, END = (bindparam(name, type_=DateTime(timezone=True)) for name in ("start", "end"))


def _quoted(value: str) -> ColumnElement[str]:
    """A constant that stands in the SQL itself, so that the SQL can be read."""
    return literal_column("'" + value + "'")


def _turns(value: ColumnElement[Any] | InstrumentedAttribute[Any]) -> Select[Any]:
    """A value of each turn of a day."""
    return select(value.label("value")).select_from(Turn).where(Turn.at >= START, Turn.at < END)


def _definitions() -> dict[str, Select[Any]]:
    """Each measure's query: a value for everything that is counted."""
    steps = ((Turn.latency_ms <= literal_column(str(step)), _quoted(str(step))) for step in LATENCY_STEPS)
    begun = Turn.number == literal_column("1")
    reason = Turn.outcome + _quoted("/") + func.coalesce(Turn.reason, _quoted(""))
    finished = Work.state.in_([_quoted(state.value) for state in FINISHED])
    return {
        "turns": _turns(_quoted("")),
        "conversations": _turns(_quoted("")).where(begun),
        "language": _turns(Turn.language),
        "outcome": _turns(Turn.outcome),
        "reason": _turns(func.substr(reason, literal_column("1"), literal_column("80"))),
        "intent": _turns(Turn.intent).where(Turn.intent.is_not(None)),
        "subject": _turns(TurnSubject.subject).join(TurnSubject, TurnSubject.turn == Turn.id),
        "confidence": _turns(sql_cast(Turn.confidence_band, String)).where(Turn.confidence_band.is_not(None)),
        "feedback": _turns(Turn.rating).where(Turn.rating.is_not(None)),
        "latency": _turns(case(*steps, else_=_quoted(SLOWER))).where(Turn.latency_ms.is_not(None)),
        "verdict": _turns(Judgement.verdict).join(Judgement, Judgement.turn == Turn.id),
        "reviewed": _turns(_quoted("")).join(Work, Work.conversation == Turn.conversation).where(begun, finished),
    }


def _statement(measure: str, values: Select[Any]) -> Insert:
    counted = values.subquery("counted")
    figures = select(DAY, _quoted(measure), counted.c.value, func.count()).group_by(counted.c.value)
    return insert(TABLE).from_select(["day", "measure", "value", "count"], figures)


MEASURES = {measure: _statement(measure, values) for measure, values in _definitions().items()}
"""The statement that counts a measure, for :day from :start up to and without :end."""


def refresh(session: Session, days: Iterable[date]) -> int:
    """Counts the given days again, as far as they are open; returns how many that were.

    Belongs to the session's transaction: others see all of it at once, after the caller's commit.
    """
    _lock(session)
    first = _first_open(session)
    counted = sorted({day for day in days if first is not None and day >= first})
    for day in counted:
        _recount(session, day)
    return len(counted)


def close(session: Session, limit: datetime) -> None:
    """Counts what is about to be deleted a last time and closes its days; call it before the deletion, in its
    transaction. `limit` is the moment before which conversations are deleted: its day is no longer whole either."""
    last = limit.astimezone(UTC).date()
    refresh(session, days_between(_oldest_day(session) or last, last))
    closed = closed_until(session)
    if closed is None or last > closed:
        session.execute(delete(DailyFigure).where(DailyFigure.measure == CLOSED))
        session.add(DailyFigure(day=last, measure=CLOSED, value="", count=0))
        session.flush()


def open_days(session: Session, today: date) -> list[date]:
    """The days up to and including today that can still be counted again, the earliest first."""
    first = _first_open(session)
    return [] if first is None else days_between(first, today)


def judged_since(session: Session, since: datetime) -> set[date]:
    """The days of conversations on which staff have worked since a moment: their verdicts and reviews have changed."""
    worked_on = select(LogEntry.object).where(LogEntry.at >= since, LogEntry.action.in_(COUNTED_WORK))
    times = session.scalars(select(Turn.at).where(Turn.conversation.in_(worked_on)))
    return {utc(at).date() for at in times}


def closed_until(session: Session) -> date | None:
    """The last closed day; None when no day is closed."""
    return session.scalars(select(func.max(DailyFigure.day)).where(DailyFigure.measure == CLOSED)).one()


def days_between(first: date, last: date) -> list[date]:
    """The days from the first up to and including the last."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """The moments from which and before which the days from first up to and including last are."""
    start = datetime.combine(first, time(), UTC)
    return start, datetime.combine(last + timedelta(days=1), time(), UTC)


def _first_open(session: Session) -> date | None:
    """The first day that can be counted again; None when there is no turn."""
    oldest, closed = _oldest_day(session), closed_until(session)
    if oldest is None or closed is None:
        return oldest
    return max(oldest, closed + timedelta(days=1))


def _oldest_day(session: Session) -> date | None:
    at = session.scalars(select(func.min(Turn.at))).one()
    return None if at is None else utc(at).date()


def _recount(session: Session, day: date) -> None:
    session.execute(delete(DailyFigure).where(DailyFigure.day == day, DailyFigure.measure != CLOSED))
    start, end = bounds(day, day)
    for statement in MEASURES.values():
        session.execute(statement, {"day": day, "start": start, "end": end})


def _lock(session: Session) -> None:
    """One recount at a time, while others may read. SQLite lets only one write anyhow."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE daily_figures IN SHARE ROW EXCLUSIVE MODE"))
