"""The tables of review, in the store of the web process (REVIEW_URL).

Two kinds. What is *projected* (conversations, turns, their subjects) can be made again from Rasa's events and the web
process's own records at any time. What *staff* add (verdicts, tags, notes, states, proposals, accounts) is kept apart
and points at conversations and turns by ids that stay the same: the session id, and the message id of the chat API.
Every text is redacted before it gets here. Times are in UTC.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Float, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.web.tables import Base

Time = DateTime(timezone=True)


class Verdict(StrEnum):
    """What a reviewer finds of a turn."""

    RIGHT = "right"
    WRONG_INTENT = "wrong_intent"
    WRONG_SUBJECT = "wrong_subject"
    RIGHT_ANSWER = "right_answer"
    NEEDS_CONTENT = "needs_content"
    OUT_OF_SCOPE = "out_of_scope"
    IGNORE = "ignore"


class State(StrEnum):
    """How far the work on a conversation is."""

    NEW = "new"
    LATER = "later"
    DONE = "done"
    WONT_FIX = "wont_fix"


# Projected


class Conversation(Base):
    """A visitor's conversation. `state` and `reviewer` repeat what is in `Work`, so that they can be sorted by."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_last_at", "last_at", "id"),
        Index("ix_conversations_state", "state", "last_at", "id"),
        Index("ix_conversations_reviewer", "reviewer", "last_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(Time)
    last_at: Mapped[datetime] = mapped_column(Time)
    turns: Mapped[int]
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(12), default=State.NEW)
    reviewer: Mapped[str | None] = mapped_column(String(64))


class Turn(Base):
    """A visitor's message and what came of it. `id` is the chat API's message id, or failed-N for a failed turn."""

    __tablename__ = "turns"
    __table_args__ = (
        Index("ix_turns_conversation", "conversation", "at", "id"),
        Index("ix_turns_at", "at", "id"),
        *(
            Index(f"ix_turns_{name}", name, "at", "id")
            for name in ("language", "outcome", "reason", "intent", "confidence_band", "rating", "model")
        ),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    """Place in its conversation, from 1."""
    at: Mapped[datetime] = mapped_column(Time)
    text: Mapped[str] = mapped_column(Text)
    reply: Mapped[str] = mapped_column(Text)
    """What was answered, as plain text; empty for a turn that failed without an answer."""
    language: Mapped[str] = mapped_column(String(2))
    intent: Mapped[str | None] = mapped_column(String(80))
    """The intent that the turn was routed by, with its detail: "since", "unknown/population"."""
    confidence: Mapped[float | None] = mapped_column(Float)
    confidence_band: Mapped[int | None]
    """Tenths of the confidence, 0 to 9 (1.0 is in 9)."""
    ranking: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """[[statement or intent, logarithm of its score], ...], the best first."""
    entities: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """[{"subject": slug, "text": as typed}, ...]."""
    subjects: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """Slugs of the subjects that the turn is about."""
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(80))
    """Why it was decided so ("ranked", "declined" ...), or why the turn failed."""
    facts: Mapped[list[Any]] = mapped_column(JSON, default=list)
    sources: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """[{"id", "title", "as_of"}, ...] as the visitor got them."""
    latency_ms: Mapped[int | None]
    """Milliseconds from the visitor's message to the reply, as the web process measured it."""
    model: Mapped[str | None] = mapped_column(String(64))
    """Id of the trained model that understood it."""
    rating: Mapped[str | None] = mapped_column(String(4))
    comment: Mapped[str | None] = mapped_column(Text)


class TurnSubject(Base):
    """Which turns are about a subject."""

    __tablename__ = "turn_subjects"
    __table_args__ = (Index("ix_turn_subjects_turn", "turn"),)

    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime] = mapped_column(Time, primary_key=True)
    turn: Mapped[str] = mapped_column(String(64), primary_key=True)


class Cursor(Base):
    """How far the projection has read: one row. See `projection`."""

    __tablename__ = "projection_cursor"

    id: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[int]
    """Id of the event up to which all events have been read."""
    stamp: Mapped[float] = mapped_column(Float)
    """Its time, in seconds since 1970: by it, another event under the same id is recognised."""
    at: Mapped[datetime] = mapped_column(Time)
    """When the web process's own records were read."""
    days: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """Days (ISO 8601) whose figures have to be counted again."""


class DailyFigure(Base):
    """A count of a day (UTC), kept when the conversations are deleted. See `aggregates` for the measures."""

    __tablename__ = "daily_figures"

    day: Mapped[date] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(String(24), primary_key=True)
    value: Mapped[str] = mapped_column(String(80), primary_key=True)
    count: Mapped[int]


# Staff


class Work(Base):
    """How far staff are with a conversation, and whether it has to be kept."""

    __tablename__ = "work"

    conversation: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(String(12), default=State.NEW)
    reviewer: Mapped[str | None] = mapped_column(String(64))
    hold: Mapped[str | None] = mapped_column(String(200))
    """Why it must not be deleted (a complaint, a court case); None when it may be."""
    at: Mapped[datetime] = mapped_column(Time)


class Judgement(Base):
    """A reviewer's verdict on a turn. `value` is the right intent, subject or statement where the verdict names one."""

    __tablename__ = "judgements"
    __table_args__ = (Index("ix_judgements_verdict", "verdict", "at"), Index("ix_judgements_by", "by", "at"))

    turn: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation: Mapped[str] = mapped_column(String(64), index=True)
    verdict: Mapped[str] = mapped_column(String(20))
    value: Mapped[str | None] = mapped_column(String(120))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Time)


class Tag(Base):
    __tablename__ = "tags"
    __table_args__ = (Index("ix_tags_conversation", "conversation"),)

    tag: Mapped[str] = mapped_column(String(40), primary_key=True)
    conversation: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(Time)


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation: Mapped[str] = mapped_column(String(64), index=True)
    turn: Mapped[str | None] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Time)


class SavedView(Base):
    """A filter of the inbox under a name; `query` is what stands behind the question mark of its address."""

    __tablename__ = "saved_views"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64), index=True)


class Proposal(Base):
    """What a verdict asks to be changed: a training example, a test question, an alias or new content."""

    __tablename__ = "proposals"
    __table_args__ = (Index("ix_proposals_status", "status", "kind", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    turn: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    """example, question, alias or content."""
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(String(12))
    """proposed, confirmed, exported or refused."""
    why: Mapped[str | None] = mapped_column(String(200))
    """Why it was refused."""
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Time)


class ContentChange(Base):
    """What an editor proposes to change in the facts. Approved by another one, it lies over them under the same id."""

    __tablename__ = "content_changes"
    __table_args__ = (Index("ix_content_changes_status", "status", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    puts: Mapped[list[Any]] = mapped_column(JSON)
    """See `actions.facts.layer.Put`."""
    status: Mapped[str] = mapped_column(String(12))
    """proposed, approved, refused, withdrawn or reverted."""
    note: Mapped[str] = mapped_column(Text)
    """What its maker says to who has to approve it; may be empty."""
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Time)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(Time)
    why: Mapped[str | None] = mapped_column(String(200))
    """Why it was refused or reverted."""


class Account(Base):
    """Who may log in. `subject` is the id at the OpenID provider, when there is one."""

    __tablename__ = "accounts"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(10))
    password: Mapped[str | None] = mapped_column(String(200))
    """Argon2 hash; None for an account that logs in by OpenID only."""
    subject: Mapped[str | None] = mapped_column(String(200), unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Time)
    language: Mapped[str] = mapped_column(String(2), default="nl")
    generation: Mapped[int] = mapped_column(default=0)
    """Goes up when the password or the role changes: sessions begun before that end."""
    at: Mapped[datetime] = mapped_column(Time)


class LogEntry(Base):
    """Who read or changed what, and when. Never holds a visitor's words."""

    __tablename__ = "review_log"
    __table_args__ = (Index("ix_review_log_by", "by", "id"), Index("ix_review_log_object", "object", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Time, index=True)
    by: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(24))
    """login, logout, refused, read, judge, tag, note, state, hold, undo, export, delete, account ..."""
    object: Mapped[str | None] = mapped_column(String(120))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What undoing needs: the value before."""
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)


# Gaps: made again at each search, see `gap_search`


class GapRun(Base):
    """A search for gaps. The last one that is finished is shown."""

    __tablename__ = "gap_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(Time)
    finished_at: Mapped[datetime | None] = mapped_column(Time)
    turns: Mapped[int] = mapped_column(default=0)
    """Turns that were looked at."""
    failed: Mapped[str | None] = mapped_column(String(80))
    """What ended it early, when something did."""


class Gap(Base):
    """Questions without an answer that mean about the same."""

    __tablename__ = "gaps"

    id: Mapped[int] = mapped_column(primary_key=True)
    run: Mapped[int] = mapped_column(index=True)
    statement: Mapped[str | None] = mapped_column(String(160))
    """Id of the statement whose question comes nearest."""
    similarity: Mapped[float | None] = mapped_column(Float)
    """The cosine of the gap and that question, 0 to 1."""


class GapTurn(Base):
    """A turn in a gap. `similarity` is its cosine with the middle of the gap."""

    __tablename__ = "gap_turns"
    __table_args__ = (Index("ix_gap_turns_nearest", "gap", "similarity"), Index("ix_gap_turns_turn", "turn"))

    gap: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    turn: Mapped[str] = mapped_column(String(64), primary_key=True)
    similarity: Mapped[float] = mapped_column(Float)


class TextVector(Base):
    """A text's meaning as the sentence encoder gave it, so that a text is encoded once."""

    __tablename__ = "text_vectors"

    digest: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Of the text, see `vectors`. The text itself is not kept here."""
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    """Float16 values."""
