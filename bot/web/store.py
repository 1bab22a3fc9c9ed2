"""Writes what the web process itself records, and forgets a conversation in the whole review store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.erasure import empty_log, overwrite_deleted
from bot.review.database import Database, lock
from bot.review.erasing import erase_records, erase_review
from bot.review.expiry import log
from bot.review.search import clear_words
from bot.web.tables import FailedTurn, Feedback, Message, Reply

RESENT_WITHIN = timedelta(minutes=15)
"""How long a reply is kept for a message that is sent again."""
FORGETTING = timedelta(seconds=30)
"""Between two times that older replies are deleted."""
_MESSAGE, _REPLY = insert(cast(Table, Message.__table__)), insert(cast(Table, Reply.__table__))


class ReviewStore:
    """Writes in short transactions; each call is one. Every call may raise SQLAlchemyError: the store is away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._forgotten = datetime.min.replace(tzinfo=UTC)

    def _session(self) -> Session:
        return self._database.session()

    def answered(
        self,
        session_id: str,
        reply: dict[str, Any],
        client_message_id: str | None = None,
        latency_ms: int | None = None,
    ) -> None:
        """Records that a reply was given, and keeps it for a while when its message may be sent again."""
        now = datetime.now(UTC)
        message = {
            "id": reply["message_id"], "session": session_id, "at": now, "outcome": str(reply.get("outcome")),
            "latency_ms": latency_ms,
        }  # fmt: skip
        kept = {"session": session_id, "client_message": client_message_id, "at": now, "body": reply}
        try:
            # Rows rather than objects: a visitor waits for this.
            with self._session() as session, session.begin():
                session.execute(_MESSAGE, message)
                if client_message_id is not None:
                    session.execute(_REPLY, kept)
        except IntegrityError:  # an answer that was recorded before, as when its message came again to another process
            with self._session() as session, session.begin():
                session.merge(Message(**message))
                if client_message_id is not None:
                    session.merge(Reply(**kept))
        self._forget_replies(now)

    def _forget_replies(self, now: datetime) -> None:
        """Deletes the replies that are no longer asked for, now and then."""
        if now - self._forgotten < FORGETTING:
            return
        with self._session() as session, session.begin():
            session.execute(delete(Reply).where(Reply.at < now - RESENT_WITHIN))
        self._forgotten = now

    def reply(self, session_id: str, client_message_id: str) -> dict[str, Any] | None:
        """The reply that this message got before, else None."""
        with self._session() as session:
            row = session.get(Reply, (session_id, client_message_id))
            return None if row is None else row.body

    def failed(self, session_id: str, text: str, reason: str, message_id: str | None = None) -> None:
        """Records a turn without an answer. `text` must be redacted."""
        now = datetime.now(UTC)
        with self._session() as session, session.begin():
            session.add(FailedTurn(session=session_id, at=now, text=text, reason=reason[:80], message=message_id))

    def rate(self, message_id: str, rating: str, comment: str | None) -> bool:
        """Records feedback, replacing an earlier one. False when there is no such message."""
        with self._session() as session, session.begin():
            if session.get(Message, message_id) is None:
                return False
            session.merge(Feedback(message=message_id, rating=rating, comment=comment, at=datetime.now(UTC)))
            return True

    def forget(self, session_id: str) -> None:
        """Deletes everything about a conversation: what is recorded here, what staff read, and what they added.

        Rasa must have deleted it before: a projection under way is waited for, and a later one finds nothing.
        """
        with self._session() as session, session.begin():
            overwrite_deleted(session)
            lock(session)
            gone = erase_review(session, [session_id]) + erase_records(session, [session_id])
            log(session, datetime.now(UTC), gone)
        clear_words(self._database.engine)
        empty_log(self._database.engine)
