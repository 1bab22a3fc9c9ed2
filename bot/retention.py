"""Deletes what is older than the limit from every store, and keeps counts. Knows of Rasa its table of events alone."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Engine, delete, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from actions.facts.database import connect
from bot.erasure import empty_log, overwrite_deleted
from bot.review.events import EVENTS
from bot.review.expiry import count_old, delete_old, held
from bot.settings import Settings

logger = logging.getLogger(__name__)

BATCH = 500
"""Conversations or turns that one transaction deletes at most: who writes at that moment then waits but briefly."""
MOST_DAYS = 36500
"""The longest limit: a century."""


@dataclass
class Purged:
    """What was deleted from a store, or would be: rows by kind. `away` names the error that ended it early.

    `unsure`: nothing was deleted, because the review store is away, which knows what is held.
    """

    store: str
    counts: Counter[str] = field(default_factory=Counter)
    away: str | None = None
    unsure: bool = False


def oldest_kept(days: int, now: datetime) -> datetime:
    """The moment before which everything goes. Raises ValueError for days that make no limit."""
    if not 1 <= days <= MOST_DAYS:
        raise ValueError(f"{days} days is no limit: give 1 to {MOST_DAYS}")
    return now - timedelta(days=days)


def purge(
    settings: Settings, *, days: int | None = None, dry_run: bool = False, now: datetime | None = None
) -> list[Purged]:
    """Deletes, or counts with `dry_run`, what is older than `days` (else the setting's), store by store.

    What is left of a store that is away is deleted the next time. While the review store is away nothing is deleted
    at all: only that store knows which conversations have to be kept. Raises ValueError for days that make no limit.
    """
    now = now or datetime.now(UTC)
    limit = oldest_kept(settings.retention_days if days is None else days, now)
    kept: set[str] = set()
    asked = _purge("review", settings.review_url, lambda engine, _: kept.update(held(engine)))
    if asked.away:
        return [Purged("conversations", away=asked.away, unsure=True), asked]
    act = partial(_count_conversations if dry_run else _delete_conversations, limit=limit, kept=kept)
    conversations = _purge("conversations", settings.conversations_url, act)
    review = partial(delete_old, limit=limit, now=now, elsewhere=conversations.counts, batch=BATCH)
    return [
        conversations,
        _purge("review", settings.review_url, partial(count_old, limit=limit) if dry_run else review),
    ]


def report(purged: Iterable[Purged], dry_run: bool) -> list[str]:
    """A line for each store, to be read by people."""
    verb = "would be deleted" if dry_run else "deleted"
    lines = []
    for part in purged:
        counts = ", ".join(f"{count} {kind}" for kind, count in part.counts.items() if count) or "nothing"
        why = "which ones are held is not known" if part.unsure else "the store is away"
        away = f"; {why} ({part.away}): try again later" if part.away else ""
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


def _count_conversations(engine: Engine, old: Counter[str], limit: datetime, kept: set[str]) -> None:
    if not inspect(engine).has_table(EVENTS.name):
        return
    conversations = select(EVENTS.c.sender_id, func.count()).group_by(EVENTS.c.sender_id)
    with Session(engine) as session:
        sizes = session.execute(conversations.having(func.max(EVENTS.c.timestamp) < limit.timestamp())).all()
    ended = [size for sender, size in sizes if sender not in kept]
    old.update(conversations=len(ended), events=sum(ended))


def _delete_conversations(engine: Engine, gone: Counter[str], limit: datetime, kept: set[str]) -> None:
    """Deletes whole conversations whose newest event is too old, but for those that have to be kept.

    Rasa's lock is not needed. A message that comes in at this moment makes Rasa write back the session that it had
    read, and then the conversation is a new one by the same rule.
    """
    if not inspect(engine).has_table(EVENTS.name):  # Rasa makes it at its first start
        return
    newest, oldest = func.max(EVENTS.c.timestamp), limit.timestamp()
    with Session(engine) as session:
        found = session.scalars(select(EVENTS.c.sender_id).group_by(EVENTS.c.sender_id).having(newest < oldest)).all()
    ended = [sender for sender in found if sender not in kept]
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
