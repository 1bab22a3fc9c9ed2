"""What the web process itself records: which messages were answered, feedback on them, and turns that failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, String, Text, delete, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from actions.facts.database import connect
from bot.erasure import empty_log, overwrite_deleted

RESENT_WITHIN = timedelta(minutes=15)
"""How long a reply is kept for a message that is sent again."""


class Base(DeclarativeBase):
    pass


class Message(Base):
    """A reply that was given. No text: that is in the conversations."""

    __tablename__ = "messages"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    session: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    outcome: Mapped[str] = mapped_column(String(20))
    latency_ms: Mapped[int | None]
    """Milliseconds until Rasa's reply was there."""


class Feedback(Base):
    __tablename__ = "feedback"

    message: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    rating: Mapped[str] = mapped_column(String(4))
    comment: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class FailedTurn(Base):
    """A message that got no answer. Rasa leaves no trace of those. The text is redacted."""

    __tablename__ = "failed_turns"

    id: Mapped[int] = mapped_column(primary_key=True)
    session: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(80))


class Reply(Base):
    """A reply, for the message being sent again. It holds nothing that a visitor typed."""

    __tablename__ = "replies"

    session: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_message: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


class ReviewStore:
    """Writes in short transactions; each call is one. Every call may raise SQLAlchemyError: the store is away."""

    def __init__(self, url: str) -> None:
        self._engine = connect(url)
        self._ready = False

    def _session(self) -> Session:
        """A session; the tables are made at first use, so that the door opens also while the store is away."""
        if not self._ready:
            Base.metadata.create_all(self._engine)
            self._ready = True
        return Session(self._engine)

    def answered(
        self,
        session_id: str,
        reply: dict[str, Any],
        client_message_id: str | None = None,
        latency_ms: int | None = None,
    ) -> None:
        """Records that a reply was given, and keeps it for a while when its message may be sent again."""
        now = datetime.now(UTC)
        outcome = str(reply.get("outcome"))
        with self._session() as session, session.begin():
            session.add(
                Message(id=reply["message_id"], session=session_id, at=now, outcome=outcome, latency_ms=latency_ms)
            )
            session.execute(delete(Reply).where(Reply.at < now - RESENT_WITHIN))
            if client_message_id is not None:
                session.merge(Reply(session=session_id, client_message=client_message_id, at=now, body=reply))

    def reply(self, session_id: str, client_message_id: str) -> dict[str, Any] | None:
        """The reply that this message got before, else None."""
        with self._session() as session:
            row = session.get(Reply, (session_id, client_message_id))
            return None if row is None else row.body

    def failed(self, session_id: str, text: str, reason: str) -> None:
        """Records a turn without an answer. `text` must be redacted."""
        with self._session() as session, session.begin():
            session.add(FailedTurn(session=session_id, at=datetime.now(UTC), text=text, reason=reason[:80]))

    def rate(self, message_id: str, rating: str, comment: str | None) -> bool:
        """Records feedback, replacing an earlier one. False when there is no such message."""
        with self._session() as session, session.begin():
            if session.get(Message, message_id) is None:
                return False
            session.merge(Feedback(message=message_id, rating=rating, comment=comment, at=datetime.now(UTC)))
            return True

    def forget(self, session_id: str) -> None:
        """Deletes everything about a conversation."""
        with self._session() as session, session.begin():
            overwrite_deleted(session)
            messages = select(Message.id).where(Message.session == session_id)
            session.execute(delete(Feedback).where(Feedback.message.in_(messages)))
            for table in (Message, FailedTurn, Reply):
                session.execute(delete(table).where(table.session == session_id))
        empty_log(self._engine)
