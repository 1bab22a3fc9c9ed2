"""What the web process itself records: which messages were answered, feedback on them, and turns that failed.

They lie in the store at REVIEW_URL, and so do the tables of review (`bot.review.tables`). `bot.review.database` makes
them all.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


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
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class FailedTurn(Base):
    """A message that got no answer. Mostly Rasa leaves no trace of those. The text is redacted."""

    __tablename__ = "failed_turns"

    id: Mapped[int] = mapped_column(primary_key=True)
    session: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(80))
    message: Mapped[str | None] = mapped_column(String(32), index=True)
    """The message id under which Rasa got it; None in rows from before it was kept."""


class Reply(Base):
    """A reply, for the message being sent again. It holds nothing that a visitor typed."""

    __tablename__ = "replies"

    session: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_message: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


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
