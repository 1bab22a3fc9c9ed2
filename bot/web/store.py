"""What the web process itself records: which messages were answered, feedback on them, and turns that failed."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, ForeignKey, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from actions.facts.database import connect


class Base(DeclarativeBase):
    pass


class Message(Base):
    """A reply that was given. No text: that is in the conversations."""

    __tablename__ = "messages"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    session: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    outcome: Mapped[str] = mapped_column(String(20))


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


class ReviewStore:
    """Writes in short transactions; each call is one."""

    def __init__(self, url: str) -> None:
        self._engine = connect(url)
        self._ready = False

    def _session(self) -> Session:
        """A session; the tables are made at first use, so that the door opens also while the store is away."""
        if not self._ready:
            Base.metadata.create_all(self._engine)
            self._ready = True
        return Session(self._engine)

    def answered(self, message_id: str, session_id: str, outcome: str) -> None:
        with self._session() as session, session.begin():
            session.add(Message(id=message_id, session=session_id, at=datetime.now(UTC), outcome=outcome))

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
