"""Rasa's stores as this assistant uses them: an error is an error, never a silent loss."""

from __future__ import annotations

import json
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import Engine, delete, event, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Query, Session

from bot.erasure import empty_log, overwrite_deleted

RECENT = 3
"""Messages of a conversation, from the last one back, that may still be sent again."""


class StoreAway(BaseException):
    """The store of conversations cannot be reached. A BaseException, because Rasa swallows every Exception here."""


class StrictTrackerStore(SQLTrackerStore):
    """Rasa's SQL tracker store, by one URL.

    Rasa wraps every store in a FailSafeTrackerStore, which answers an error with an empty conversation and then keeps
    going in memory: amnesia. It does so by catching Exception, so errors of this store leave as `StoreAway`, which is
    none, up to the channel, which answers 503: nothing was recorded, send it again.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        address = host or "sqlite:///var/conversations.db"  # Rasa hands over endpoints.yml's `url` as `host`
        # A whole URL in the place of the host is taken as it is.
        super().__init__(domain, host=address, event_broker=event_broker)
        if make_url(address).get_backend_name() == "sqlite":
            _use_write_ahead_log(self.engine)
        _index_sessions(self.engine)

    def _event_query(self, session: Session, sender_id: str, fetch_events_from_all_sessions: bool) -> Query[Any]:
        """The events of a conversation, by default since its last session began.

        Rasa looks for that beginning by time: when the clock is set back, everything said since would be left out.
        """
        event = self.SQLEvent
        events = session.query(event).filter(event.sender_id == sender_id)
        if not fetch_events_from_all_sessions:
            began = select(func.max(event.id)).where(
                event.sender_id == sender_id, event.type_name == SessionStarted.type_name
            )
            events = events.filter(event.id >= func.coalesce(began.scalar_subquery(), 0))
        return events.order_by(event.id)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        try:
            return await super().retrieve(sender_id)
        except SQLAlchemyError as error:
            raise StoreAway(type(error).__name__) from error

    async def save(self, tracker: DialogueStateTracker) -> None:
        try:
            await super().save(tracker)
        except SQLAlchemyError as error:
            raise StoreAway(type(error).__name__) from error

    def reply_to(self, sender_id: str, message_id: str) -> dict[str, Any] | None:
        """The reply recorded for one of the last messages of a conversation; None when there is none. Raises StoreAway.

        Rasa saves a message together with what came of it: what is not there was not recorded at all.
        """
        event = self.SQLEvent
        mine = select(event.id, event.data).where(event.sender_id == sender_id)
        said = mine.where(event.type_name == UserUttered.type_name).order_by(event.id.desc()).limit(RECENT)
        try:
            with self.session_scope() as session:
                for number, data in session.execute(said):
                    if json.loads(data).get("message_id") == message_id:
                        after = mine.where(event.id > number, event.type_name == BotUttered.type_name)
                        bot = session.execute(after.order_by(event.id).limit(1)).first()
                        return bot and (json.loads(bot.data).get("data") or {}).get("custom")
        except SQLAlchemyError as error:
            raise StoreAway(type(error).__name__) from error
        return None

    def delete(self, sender_id: str) -> None:
        """Deletes a conversation with all its sessions. Raises StoreAway.

        Hold the conversation's lock: a message under way would bring it back.
        """
        try:
            with self.session_scope() as session:
                overwrite_deleted(session)
                session.execute(delete(self.SQLEvent).where(self.SQLEvent.sender_id == sender_id))
                session.commit()
            empty_log(self.engine)
        except SQLAlchemyError as error:
            raise StoreAway(type(error).__name__) from error


def _use_write_ahead_log(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()


def _index_sessions(engine: Engine) -> None:
    """Finding where a session began must not cost more in a long conversation. Rasa has an index on the sender only."""
    with engine.begin() as connection:
        connection.execute(text("CREATE INDEX IF NOT EXISTS ix_events_sessions ON events (sender_id, type_name, id)"))
