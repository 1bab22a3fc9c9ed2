"""Rasa's stores as this assistant uses them: an error is an error, never a silent loss."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable
from contextlib import closing
from contextvars import ContextVar
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT_NAME_KEY
from sqlalchemy import BindParameter, Engine, Table, bindparam, delete, event, func, insert, select, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import sessionmaker

from actions.facts.database import connect
from bot.erasure import empty_log, overwrite_deleted
from bot.kept_trackers import KeptTrackers, Mark

RECENT = 3
"""Messages of a conversation, from the last one back, that may still be sent again."""


PREPARING = 7_406_321
"""Key of PostgreSQL's advisory lock of who makes the tables: any number that nothing else uses."""
PAUSE = 1.0
"""Seconds between two attempts to reach a database that is not there at the start."""
LONGEST_STATEMENT = 10
"""Seconds that a statement may take on PostgreSQL. All conversations of a process wait for it."""

message_under_way: ContextVar[str | None] = ContextVar("message_under_way", default=None)
"""The id of the message that is being handled. The channel sets it, so that none is recorded twice."""

logger = logging.getLogger(__name__)

EVENTS: Table = SQLTrackerStore.SQLEvent.__table__
_SENDER: BindParameter[str] = bindparam("sender")
_MINE = EVENTS.c.sender_id == _SENDER
# Rasa looks for a session's beginning by time: when the clock is set back, everything said since would be left out.
_BEGAN = select(func.coalesce(func.max(EVENTS.c.id), 0)).where(
    _MINE, EVENTS.c.type_name == SessionStarted.type_name
).scalar_subquery()  # fmt: skip
# Made once: putting a query together takes longer than carrying it out.
SESSION = (
    select(
        EVENTS.c.data,
        select(func.max(EVENTS.c.id))
        .where(_MINE, EVENTS.c.type_name == UserUttered.type_name, EVENTS.c.id < _BEGAN)
        .scalar_subquery()
        .label("earlier"),
    )
    .where(_MINE, EVENTS.c.id >= _BEGAN)
    .order_by(EVENTS.c.id)
)
"""The events of a conversation since its last session began; `earlier` is the last message before that."""
CONVERSATION = select(EVENTS.c.data).where(_MINE).order_by(EVENTS.c.id)
STORED = select(func.count(), _BEGAN).where(_MINE, EVENTS.c.id >= _BEGAN)
"""The mark of a conversation."""
ADDED = insert(EVENTS)
ALONE = select(func.pg_advisory_xact_lock(PREPARING, func.hashtext(_SENDER)))
"""Of two processes that write to a conversation, one after the other."""


class StoreAway(BaseException):
    """The store of conversations cannot be reached. A BaseException, because Rasa swallows every Exception here."""


class AlreadyRecorded(BaseException):
    """The message under way was recorded before. `reply` is what it got, empty when it got none.

    A BaseException for the same reason.
    """

    def __init__(self, reply: dict[str, Any]) -> None:
        super().__init__()
        self.reply = reply


class StrictTrackerStore(SQLTrackerStore):
    """Rasa's SQL tracker store, by one URL.

    Rasa wraps every store in a FailSafeTrackerStore, which answers an error with an empty conversation and then keeps
    going in memory: amnesia. It does so by catching Exception, so errors of this store leave as `StoreAway`, which is
    none, up to the channel, which answers 503: nothing was recorded, send it again.
    """

    engine: Engine

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        address = host or "sqlite:///var/conversations.db"  # Rasa hands over endpoints.yml's `url` as `host`
        engine = _engine(address)
        _prepare(engine, self.Base)
        # A whole URL in the place of the host is taken as it is. Rasa's engine knows no time-outs.
        super().__init__(domain, host=address, event_broker=event_broker)
        self.engine.dispose()
        self.engine = engine
        self.sessionmaker = sessionmaker(bind=engine)
        self.kept = KeptTrackers()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation since its last session began. Raises StoreAway, and AlreadyRecorded.

        Whether the message under way was recorded is looked at here because Rasa holds the conversation's lock by now:
        the same message may still have been under way in another process when this one got it.
        """
        kept = self.kept.take(sender_id)
        try:
            with self.engine.connect() as connection:
                if kept is not None and Mark(*connection.execute(STORED, {"sender": sender_id}).one()) != kept.mark:
                    kept = None  # another process has added something, or it has been deleted
                rows = [] if kept else connection.execute(SESSION, {"sender": sender_id}).all()
        except SQLAlchemyError as error:
            raise StoreAway(type(error).__name__) from error
        if kept is not None:
            tracker, earlier = kept.tracker, kept.earlier
        else:
            tracker = self._tracker(sender_id, [json.loads(row.data) for row in rows])
            earlier = rows[0].earlier if rows else None
        if tracker is None:
            return None
        message_id = message_under_way.get()
        may_be = message_id is not None and _may_be_recorded(message_id, tracker.events, earlier)
        if may_be and (reply := self.reply_to(sender_id, str(message_id))) is not None:
            raise AlreadyRecorded(reply)
        tracker.stored, tracker.earlier = len(tracker.events), earlier
        return tracker

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        """As Rasa's, which makes objects of whole rows: that takes longer than the query."""
        statement = CONVERSATION if fetch_events_from_all_sessions else SESSION
        with self.engine.connect() as connection:
            rows = connection.execute(statement, {"sender": sender_id}).all()
        return self._tracker(sender_id, [json.loads(row.data) for row in rows])

    def _tracker(self, sender_id: str, events: list[dict[str, Any]]) -> DialogueStateTracker | None:
        if not events or not self.domain:
            return None
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Adds what is new, in one statement. Raises StoreAway, also when another process has added something.

        Rasa takes as many events for stored as there are rows. Were these another process's, which can only be when a
        lock was lost, this turn would be cut to pieces.
        """
        await self.stream_events(tracker)
        events = list(tracker.events)
        began = max((n for n, each in enumerate(events) if isinstance(each, SessionStarted)), default=0)
        known = getattr(tracker, "stored", None)
        try:
            with self.engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(ALONE, {"sender": tracker.sender_id})
                stored, began_at = connection.execute(STORED, {"sender": tracker.sender_id}).one()
                if known is not None and stored != known:
                    raise StoreAway("the conversation has changed meanwhile")
                if rows := [_row(tracker.sender_id, each) for each in events[stored:]]:
                    connection.execute(ADDED, rows)
        except SQLAlchemyError as error:
            raise StoreAway(type(error).__name__) from error
        # Only now: the end of the transaction may have failed.
        tracker.stored = len(events) - began
        if events and began == 0:  # else it holds events of before its session, which a tracker that is read does not
            self.kept.keep(tracker, Mark(len(events), began_at), getattr(tracker, "earlier", None))

    def reply_to(self, sender_id: str, message_id: str) -> dict[str, Any] | None:
        """The reply recorded for one of the last messages of a conversation. Raises StoreAway.

        None when the message was not recorded: Rasa saves a message together with what came of it. Empty when it was
        recorded and nothing came of it, as when the action server was away.
        """
        mine = select(EVENTS.c.id, EVENTS.c.data).where(EVENTS.c.sender_id == sender_id)
        said = mine.where(EVENTS.c.type_name == UserUttered.type_name).order_by(EVENTS.c.id.desc()).limit(RECENT)
        try:
            with self.engine.connect() as connection:
                next_said = None
                for number, data in connection.execute(said).all():
                    if json.loads(data).get("message_id") == message_id:
                        after = mine.where(EVENTS.c.id > number, EVENTS.c.type_name == BotUttered.type_name)
                        if next_said is not None:
                            after = after.where(EVENTS.c.id < next_said)
                        bot = connection.execute(after.order_by(EVENTS.c.id).limit(1)).first()
                        return ((json.loads(bot.data).get("data") or {}).get("custom") if bot else None) or {}
                    next_said = number
        except SQLAlchemyError as error:
            raise StoreAway(type(error).__name__) from error
        return None

    def delete(self, sender_id: str) -> None:
        """Deletes a conversation with all its sessions. Raises StoreAway.

        Hold the conversation's lock: a message under way would bring it back.
        """
        self.kept.forget(sender_id)
        try:
            with self.session_scope() as session:
                overwrite_deleted(session)
                session.execute(delete(self.SQLEvent).where(self.SQLEvent.sender_id == sender_id))
                session.commit()
            empty_log(self.engine)
        except SQLAlchemyError as error:
            raise StoreAway(type(error).__name__) from error


def _may_be_recorded(message_id: str, session: Iterable[Event], earlier: int | None) -> bool:
    """Whether a message can be among the last ones: by the events of this session, or in one before it."""
    said = [each.message_id for each in session if each.type_name == UserUttered.type_name]
    return message_id in said or (len(said) < RECENT and earlier is not None)


def _row(sender_id: str, each: Event) -> dict[str, Any]:
    """An event as a row of Rasa's table."""
    data = each.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": each.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get(INTENT_NAME_KEY),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }


def _engine(url: str) -> Engine:
    engine = connect(url)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        with closing(connection.cursor()) as cursor:
            if engine.dialect.name == "postgresql":
                cursor.execute(f"SET statement_timeout = '{LONGEST_STATEMENT}s'")
                connection.commit()
            else:
                cursor.execute("PRAGMA synchronous=NORMAL")

    return engine


def _prepare(engine: Engine, base: Any) -> None:
    """Makes what is missing, one process after the other; waits for a database that is not there yet.

    Finding where a session began must not cost more in a long conversation. Rasa has an index on the sender only.
    """
    while True:
        try:
            with engine.begin() as connection:
                if engine.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": PREPARING})
                base.metadata.create_all(connection)
                connection.execute(
                    text("CREATE INDEX IF NOT EXISTS ix_events_sessions ON events (sender_id, type_name, id)")
                )
            return
        except OperationalError as error:
            if engine.dialect.name == "sqlite":
                raise
            logger.warning("the store of conversations is away (%s): waiting for it", type(error).__name__)
            time.sleep(PAUSE)
