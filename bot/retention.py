"""Deletes what is older than the limit from every store, and keeps counts. Knows of Rasa its table of events alone."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial

from sqlalchemy import DateTime, Engine, String, column, delete, func, inspect, select, table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from actions.facts.database import connect
from bot.erasure import empty_log, overwrite_deleted
from bot.settings import Settings
from bot.web.store import Base, FailedTurn, Feedback, Message, Reply

logger = logging.getLogger(__name__)

BATCH = 500
"""Conversations or turns that one transaction deletes at most: who writes at that moment then waits but briefly."""
MOST_DAYS = 36500
"""The longest limit: a century."""
AGED = (FailedTurn, Reply)
"""Tables of the review store whose rows only have an age. Messages have feedback too, and are counted."""
EVENTS = table("events", column("sender_id"), column("timestamp"))
"""Rasa's table: `sender_id` is the conversation, `timestamp` seconds since 1970."""


class DailyCount(Base):
    """Turns of a day (UTC) by outcome whose records were deleted. Those still in `messages` come on top."""

    __tablename__ = "daily_counts"

    day: Mapped[date] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int]


class Deletion(Base):
    """That so many rows of a kind were deleted. It says nothing of whose they were."""

    __tablename__ = "deletions"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    count: Mapped[int]


@dataclass
class Purged:
    """What was deleted from a store, or would be: rows by kind. `away` names the error that ended it early."""

    store: str
    counts: Counter[str] = field(default_factory=Counter)
    away: str | None = None


def oldest_kept(days: int, now: datetime) -> datetime:
    """The moment before which everything goes. Raises ValueError for days that make no limit."""
    if not 1 <= days <= MOST_DAYS:
        raise ValueError(f"{days} days is no limit: give 1 to {MOST_DAYS}")
    return now - timedelta(days=days)


def purge(
    settings: Settings, *, days: int | None = None, dry_run: bool = False, now: datetime | None = None
) -> list[Purged]:
    """Deletes, or counts with `dry_run`, what is older than `days` (else the setting's), store by store.

    A store that is away stops no other: what is left of it is deleted the next time. Raises ValueError for days that
    make no limit.
    """
    now = now or datetime.now(UTC)
    limit = oldest_kept(settings.retention_days if days is None else days, now)
    conversations = _purge(
        "conversations",
        settings.conversations_url,
        partial(_count_conversations if dry_run else _delete_conversations, limit=limit),
    )
    review = partial(_delete_review, limit=limit, now=now, elsewhere=conversations.counts)
    return [
        conversations,
        _purge("review", settings.review_url, partial(_count_review, limit=limit) if dry_run else review),
    ]


def report(purged: Iterable[Purged], dry_run: bool) -> list[str]:
    """A line for each store, to be read by people."""
    verb = "would be deleted" if dry_run else "deleted"
    lines = []
    for part in purged:
        counts = ", ".join(f"{count} {kind}" for kind, count in part.counts.items() if count) or "nothing"
        away = f"; the store is away ({part.away}): try again later" if part.away else ""
        lines.append(f"{part.store}: {counts} {verb}{away}")
    return lines


def _purge(store: str, url: str, act: Callable[[Engine, Counter[str]], None]) -> Purged:
    purged = Purged(store)
    try:
        engine = connect(url)
        try:
            act(engine, purged.counts)
        finally:
            engine.dispose()
    except (SQLAlchemyError, OSError) as error:
        # Its name alone: the message of such an error repeats the values of the query.
        purged.away = type(error).__name__
        logger.warning("the store %s is away, what is too old there stays for now: %s", store, purged.away)
    return purged


def _count_conversations(engine: Engine, old: Counter[str], limit: datetime) -> None:
    if not inspect(engine).has_table(EVENTS.name):
        return
    conversations = select(func.count()).select_from(EVENTS).group_by(EVENTS.c.sender_id)
    with Session(engine) as session:
        sizes = session.scalars(conversations.having(func.max(EVENTS.c.timestamp) < limit.timestamp())).all()
    old.update(conversations=len(sizes), events=sum(sizes))


def _delete_conversations(engine: Engine, gone: Counter[str], limit: datetime) -> None:
    """Deletes whole conversations whose newest event is too old.

    Rasa's lock is not needed. A message that comes in at this moment makes Rasa write back the session that it had
    read, and then the conversation is a new one by the same rule.
    """
    if not inspect(engine).has_table(EVENTS.name):  # Rasa makes it at its first start
        return
    newest, oldest = func.max(EVENTS.c.timestamp), limit.timestamp()
    with Session(engine) as session:
        ended = session.scalars(select(EVENTS.c.sender_id).group_by(EVENTS.c.sender_id).having(newest < oldest)).all()
    for start in range(0, len(ended), BATCH):
        batch = EVENTS.c.sender_id.in_(ended[start : start + BATCH])
        # Asked again in the deletion itself: a message may have come in between.
        resumed = select(EVENTS.c.sender_id).where(batch, EVENTS.c.timestamp >= oldest)
        with Session(engine) as session, session.begin():
            overwrite_deleted(session)
            too_old = delete(EVENTS).where(batch, EVENTS.c.sender_id.not_in(resumed))
            senders = session.scalars(too_old.returning(EVENTS.c.sender_id)).all()
        gone.update(conversations=len(set(senders)), events=len(senders))
    empty_log(engine)


def _count_review(engine: Engine, old: Counter[str], limit: datetime) -> None:
    tables = set(inspect(engine).get_table_names())
    with Session(engine) as session:
        for kind in (Message, *AGED):
            if kind.__tablename__ in tables:
                rows = select(func.count()).select_from(kind).where(kind.at < limit)
                old[kind.__tablename__] = session.scalars(rows).one()
        if {"messages", "feedback"} <= tables:
            rated = select(func.count()).select_from(Feedback).join(Message).where(Message.at < limit)
            old["feedback"] = session.scalars(rated).one()


def _delete_review(engine: Engine, gone: Counter[str], limit: datetime, now: datetime, elsewhere: Counter[str]) -> None:
    """Deletes and counts in one transaction, a batch at a time. Logs what was deleted `elsewhere` too."""
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        _log(session, now, elsewhere)
    while True:
        with Session(engine) as session, session.begin():
            overwrite_deleted(session)
            batch = _delete_turns(session, limit)
            for kind in AGED:
                rows = session.scalars(delete(kind).where(kind.at < limit).returning(kind.at)).all()
                batch[kind.__tablename__] = len(rows)
            _log(session, now, batch)
        gone.update(batch)
        if batch["messages"] < BATCH:
            break
    empty_log(engine)


def _delete_turns(session: Session, limit: datetime) -> Counter[str]:
    """Deletes a batch of answered turns with the feedback on them, which is never older, and adds them to the counts.

    What is counted is what the deletion itself returns: no turn twice, none missed.
    """
    ids = session.scalars(select(Message.id).where(Message.at < limit).limit(BATCH)).all()
    feedback = session.scalars(delete(Feedback).where(Feedback.message.in_(ids)).returning(Feedback.rating)).all()
    turns = session.execute(delete(Message).where(Message.id.in_(ids)).returning(Message.at, Message.outcome)).all()
    for (day, outcome), count in Counter((_day(at), outcome) for at, outcome in turns).items():
        kept = session.get(DailyCount, (day, outcome))
        if kept is None:
            session.add(DailyCount(day=day, outcome=outcome, count=count))
        else:
            kept.count += count
    return Counter(messages=len(turns), feedback=len(feedback))


def _day(at: datetime) -> date:
    """The day in UTC. SQLite gives times without a zone: they were written in UTC."""
    return (at.astimezone(UTC) if at.tzinfo else at).date()


def _log(session: Session, now: datetime, counts: Counter[str]) -> None:
    session.add_all(Deletion(at=now, kind=kind, count=count) for kind, count in counts.items() if count)
