"""Makes what staff read, out of Rasa's events and what the web process itself recorded.

Events are read by a cursor on their ids. It stands before the first event that may still be joined by one with a
smaller id (PostgreSQL gives ids out before it commits), so the newest events are looked at again, and those that were
read are remembered here. Whatever is read twice is written once: a turn has the id of the visitor's message.

Deleting and projecting exclude each other by `database.lock`, which is asked for before events are read: what is gone
from Rasa when a deletion asks for it does not come back.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, String, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from actions.facts.database import connect
from bot.retention import oldest_kept
from bot.review import aggregates, events
from bot.review.database import Database, lock
from bot.review.events import START, Event, Found, Place
from bot.review.landing import fail, land
from bot.review.tables import Cursor, Turn, Work
from bot.review.times import utc
from bot.review.turns import FAILED, Said, Values, parts, values
from bot.settings import Settings
from bot.web.tables import FailedTurn, Feedback, Message

HORIZON = timedelta(seconds=60)
"""How long after an event one with a smaller id may still appear, and how long a message may wait for its answer."""
BATCH = 200
"""Messages, or records of a kind, that one transaction writes at most."""
COUNTED_EVERY = timedelta(seconds=5)
"""Least time between two counts of the days that have changed."""
COUNTING = 20
"""A count is followed by so many times as long without one: a day may have very many turns."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Batch:
    """What one round found: the turns to write, the events that they settle, and where the next round begins."""

    turns: list[Values] = field(default_factory=list)
    settled: set[Place] = field(default_factory=set)
    place: Place = START
    more: bool = False


class Projection:
    """Reads on from where it was, one batch at a time. Not for several threads at once; several processes may.

    Who holds `database.lock` is waited for when `patient`; else there is nothing to do for now.
    """

    def __init__(self, settings: Settings, patient: bool = False) -> None:
        self._patient = patient
        self.database = Database(settings.review_url)
        self.events = connect(settings.conversations_url)
        self._days = settings.retention_days
        self._seen: set[Place] = set()
        self._place, self._at = START, NEVER
        self._count_from = NEVER

    def poll(self) -> bool:
        """Writes what is new, up to a batch; whether more is waiting. Raises SQLAlchemyError when a store is away.

        What the web process recorded itself comes first: it needs no other store.
        """
        now = datetime.now(UTC)
        more = self._take_records(now)
        return self._take_events(now) or more

    def close(self) -> None:
        self.database.engine.dispose()
        self.events.dispose()

    def _take_events(self, now: datetime) -> bool:
        with self.database.session() as session, session.begin():
            if not lock(session, wait=self._patient):
                return False
            cursor = _cursor(session)
            with self.events.connect() as connection:
                batch = self._read(session, connection, cursor, now) if events.there(connection) else Batch()
            _stale(cursor, land(session, batch.turns))
            if (cursor.event, cursor.stamp) != batch.place:
                cursor.event, cursor.stamp = batch.place
            self._count(session, cursor, now)
            at = utc(cursor.at)
        self._seen = {place for place in self._seen | batch.settled if place.id > batch.place.id}
        self._place, self._at = batch.place, at
        return batch.more

    def _read(self, session: Session, connection: Connection, cursor: Cursor, now: datetime) -> Batch:
        place = events.still(connection, Place(cursor.event, cursor.stamp))
        if place != self._place or utc(cursor.at) < self._at:
            # Another process has moved the cursor, or rows that were remembered are gone.
            self._seen.clear()
        passed, fresh, more = self._unseen(connection, place)
        turns, waiting = _turns(connection, fresh, now)
        batch = Batch(
            self._kept(session, connection, turns, now), {each.place for each in fresh} - waiting, place, more
        )
        settled = (now - HORIZON).timestamp()
        for each in passed:
            if each in waiting or each.stamp > settled:
                break
            batch.place = each
        return batch

    def _unseen(self, connection: Connection, place: Place) -> tuple[list[Place], list[Found], bool]:
        """The places that were passed, the rows among them that are new, and whether there are more of them."""
        passed: list[Place] = []
        fresh: list[Found] = []
        for found in events.after(connection, place.id):
            if found.place not in self._seen:
                if len(fresh) == BATCH:
                    return passed, fresh, True
                fresh.append(found)
            passed.append(found.place)
        return passed, fresh, False

    def _kept(self, session: Session, connection: Connection, turns: Sequence[Values], now: datetime) -> list[Values]:
        """The turns of conversations that are not too old to be read, or that have to be kept."""
        limit = oldest_kept(self._days, now)
        old = {turn["conversation"] for turn in turns if turn["at"] < limit}
        if old:
            held = session.scalars(select(Work.conversation).where(Work.conversation.in_(old), Work.hold.is_not(None)))
            recent = {id for id, stamp in events.newest(connection, old).items() if stamp >= limit.timestamp()}
            old -= recent.union(held)
        return [turn for turn in turns if turn["conversation"] not in old]

    def _take_records(self, now: datetime) -> bool:
        """Turns that failed, and what was recorded of turns after they were written."""
        with self.database.session() as session, session.begin():
            if not lock(session, wait=self._patient):
                return False
            cursor = _cursor(session)
            since = utc(cursor.at) - HORIZON
            limit = max(since, oldest_kept(self._days, now))
            found = [_fail(session, limit, since), _rate(session, since), _time(session, since)]
            for days, _ in found:
                _stale(cursor, days)
            _stale(cursor, aggregates.judged_since(session, since))
            more = any(full for _, full in found)
            if not more and now - utc(cursor.at) > HORIZON / 2:
                cursor.at = now
            return more

    def _count(self, session: Session, cursor: Cursor, now: datetime) -> None:
        """Counts the days that have changed again: not at every turn, as a day may be long."""
        if cursor.days and now > self._count_from:
            began = time.monotonic()
            session.flush()
            aggregates.refresh(session, [date.fromisoformat(day) for day in cursor.days])
            cursor.days = []
            self._count_from = now + max(COUNTED_EVERY, COUNTING * timedelta(seconds=time.monotonic() - began))


def _cursor(session: Session) -> Cursor:
    cursor = session.get(Cursor, 1)
    if cursor is None:
        cursor = Cursor(id=1, event=0, stamp=0.0, at=NEVER, days=[])
        session.add(cursor)
        session.flush()
    return cursor


def _stale(cursor: Cursor, days: Iterable[date]) -> None:
    """Remembers the days to be counted again, also over a restart."""
    known = {*cursor.days, *(day.isoformat() for day in days)}
    if len(known) > len(cursor.days):
        cursor.days = sorted(known)


def _turns(connection: Connection, fresh: Sequence[Found], now: datetime) -> tuple[list[Values], set[Place]]:
    """The turns that these rows belong to, and the messages among them that still wait for an answer."""
    own: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events.read(connection, [found.place.id for found in fresh]):
        own[event.conversation].append(event)
    turns, waiting = [], set()
    for conversation, said in own.items():
        if not said[0].of_visitor:
            said = events.begun(connection, conversation, said[0].place.id) + said
        for turn in parts(said):
            if not turn.answered and _waits(connection, turn, now):
                waiting.add(turn.user.place)
            elif (found := values(turn)) is not None:
                turns.append(found)
    return turns, waiting


def _waits(connection: Connection, turn: Said, now: datetime) -> bool:
    """Whether the answer may still come. What has come of it beyond this batch is added to the turn."""
    later = events.rest(connection, turn.user.conversation, turn.user.place.id)
    turn.bots += [event for event in later if not event.of_visitor]
    closed = any(event.of_visitor for event in later)
    return not turn.answered and not closed and turn.user.place.stamp > (now - HORIZON).timestamp()


Change = tuple[set[date], bool]
"""The days (UTC) of what was changed, and whether it was a whole batch."""


def _fail(session: Session, since: datetime, held_since: datetime) -> Change:
    """Writes turns that failed and of which Rasa has no answer, or one that the visitor did not get."""
    id = func.coalesce(FailedTurn.message, literal("failed-") + cast(FailedTurn.id, String))
    held = FailedTurn.session.in_(select(Work.conversation).where(Work.hold.is_not(None)))
    wanted = select(FailedTurn, id).where(or_(FailedTurn.at >= since, held), FailedTurn.at >= held_since)
    written = select(Turn.id).where(Turn.id == id, Turn.outcome == FAILED).exists()
    rows = session.execute(wanted.where(~written).order_by(FailedTurn.at, FailedTurn.id).limit(BATCH)).all()
    days, new = set(), []
    for row, turn_id in rows:
        turn = session.get(Turn, turn_id)
        if turn is None:
            new.append(_failed(row, turn_id))
        else:
            turn.outcome, turn.reason, turn.reply, turn.facts, turn.sources = FAILED, row.reason, "", [], []
            days.add(utc(turn.at).date())
    return days | land(session, new), len(rows) == BATCH


def _failed(row: FailedTurn, id: str) -> Values:
    turn: Values = {
        "id": id, "conversation": row.session, "at": utc(row.at), "text": row.text, "reply": "", "language": None,
        "intent": None, "confidence": None, "confidence_band": None, "ranking": [], "entities": [], "subjects": [],
        "outcome": FAILED, "reason": None, "facts": [], "sources": [], "model": None,
    }  # fmt: skip
    fail(turn, row.reason)
    return turn


def _rate(session: Session, since: datetime) -> Change:
    """Feedback that came after its turn was written, or was changed."""
    other = or_(Turn.rating.is_distinct_from(Feedback.rating), Turn.comment.is_distinct_from(Feedback.comment))
    both = select(Turn, Feedback.rating, Feedback.comment).join(Feedback, Feedback.message == Turn.id)
    rows = session.execute(both.where(Feedback.at >= since, other).limit(BATCH)).all()
    for turn, rating, comment in rows:
        turn.rating, turn.comment = rating, comment
    return {utc(turn.at).date() for turn, *_ in rows}, len(rows) == BATCH


def _time(session: Session, since: datetime) -> Change:
    """Response times of turns that were written before the web process had noted them."""
    missing = (Message.latency_ms.is_not(None), Turn.latency_ms.is_(None))
    both = select(Turn, Message.latency_ms).join(Message, Message.id == Turn.id)
    rows = session.execute(both.where(Message.at >= since, *missing).limit(BATCH)).all()
    for turn, latency in rows:
        turn.latency_ms = latency
    return {utc(turn.at).date() for turn, _ in rows}, len(rows) == BATCH
