"""Fills the stores: turns and conversations as staff read them, and Rasa's events and the web process's records behind them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Column, Engine, Float, Integer, MetaData, String, Table, Text, insert
from sqlalchemy.orm import Session

from bot.review.tables import Conversation, State, Turn, TurnSubject, Work
from bot.web.tables import FailedTurn, Feedback, Message

MODEL = "31ac94d07d75467a99b133c48b58f252"
AT = datetime(2026, 11, 26, 9, tzinfo=UTC)
_numbers = count(1)

EVENTS = Table(
    "events",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("sender_id", String(255), nullable=False, index=True),
    Column("type_name", String(255), nullable=False),
    Column("timestamp", Float(53)),
    Column("intent_name", String(255)),
    Column("action_name", String(255)),
    Column("data", Text),
)
"""Rasa's table, as Rasa makes it."""
SOURCE = {"id": "page", "title": "Pagina", "url": None, "as_of": "2026-11", "dated": "checked", "note": None}


# What staff read


def turn(**values: Any) -> Turn:
    """A turn that was answered; give what matters. Each has another id, unless one is given."""
    number = next(_numbers)
    made: dict[str, Any] = {
        "id": f"{number:032x}",
        "conversation": f"conversation-{number}",
        "number": 1,
        "at": AT,
        "text": "Sinds wanneer is Münster een partnerstad?",
        "reply": "Münster is sinds 2021 een partnerstad.",
        "language": "nl",
        "intent": "since",
        "confidence": 0.93,
        "ranking": [["munster.since", -0.07], ["munster.about", -4.2]],
        "entities": [{"subject": "munster", "text": "Münster"}],
        "subjects": ["munster"],
        "outcome": "answered",
        "reason": "ranked",
        "facts": ["munster.since"],
        "sources": [{key: SOURCE[key] for key in ("id", "title", "as_of")}],
        "latency_ms": 120,
        "model": MODEL,
        "rating": None,
        "comment": None,
    } | values
    confidence = made["confidence"]
    made.setdefault("confidence_band", None if confidence is None else min(9, int(confidence * 10)))
    return Turn(**made)


def conversation(
    session: Session, turns: Sequence[Turn], *, state: str = State.NEW, reviewer: str | None = None, **values: Any
) -> Conversation:
    """Adds the turns as one conversation, a minute apart unless they have other times, with their subjects."""
    own = values.pop("id", turns[0].conversation)
    for number, each in enumerate(turns, 1):
        each.conversation, each.number = own, number
        if number > 1 and each.at == AT:
            each.at = turns[number - 2].at + timedelta(minutes=1)
        session.add(each)
        session.add_all(TurnSubject(subject=subject, at=each.at, turn=each.id) for subject in each.subjects)
    made = Conversation(
        id=own, started_at=turns[0].at, last_at=turns[-1].at, turns=len(turns), language=turns[-1].language,
        state=state, reviewer=reviewer, **values,
    )  # fmt: skip
    session.add(made)
    if state != State.NEW or reviewer:
        session.add(Work(conversation=own, state=state, reviewer=reviewer, hold=None, at=turns[-1].at))
    session.flush()
    return made


# What Rasa and the web process wrote


def user_event(message: str, text: str = "Sinds wanneer?", *, at: datetime, **decision: Any) -> dict[str, Any]:
    """A visitor's message as Rasa keeps it, with the decision about it."""
    decided = {
        "intent": "since", "detail": None, "confidence": 0.93, "statements": ["munster.since"],
        "subjects": ["munster"], "reason": "ranked", "scores": [["munster.since", -0.07], ["munster.about", -4.2]],
    } | decision  # fmt: skip
    entities = [{"entity": "subject", "value": "munster", "start": 0, "end": 5, "extractor": "SubjectLinking"}]
    parsed = {
        "intent": {"name": decided["intent"], "confidence": 0.93}, "entities": entities, "text": text,
        "message_id": message, "metadata": {"language": "nl"}, "language": "nl", "decision": decided,
    }  # fmt: skip
    return {
        "event": "user", "timestamp": at.timestamp(), "text": text, "parse_data": parsed, "message_id": message,
        "input_channel": "assistant", "metadata": {"language": "nl", "model_id": MODEL},
    }  # fmt: skip


def bot_event(text: str = "Sinds 2021.", *, at: datetime, **reply: Any) -> dict[str, Any]:
    """A message of the assistant as Rasa keeps it, with the chat API's reply."""
    custom = {
        "language": "nl", "outcome": "answered", "messages": [{"text": text, "buttons": []}],
        "facts": ["munster.since"], "sources": [SOURCE],
    } | reply  # fmt: skip
    return {"event": "bot", "timestamp": at.timestamp(), "text": text, "data": {"buttons": None, "custom": custom}}


def other_event(kind: str, at: datetime) -> dict[str, Any]:
    """An event that is part of no turn: session_started, restart, slot, action ..."""
    return {"event": kind, "timestamp": at.timestamp(), "name": kind}


def store(events: Engine, conversation: str, *made: dict[str, Any], first_id: int | None = None) -> None:
    """Writes events of a conversation in one transaction, as Rasa does after a message."""
    EVENTS.metadata.create_all(events)
    rows: list[dict[str, Any]] = [
        {
            "sender_id": conversation,
            "type_name": each["event"],
            "timestamp": each["timestamp"],
            "data": json.dumps(each),
        }
        for each in made
    ]
    for place, row in enumerate(rows):
        row |= {} if first_id is None else {"id": first_id + place}
    with events.begin() as connection:
        connection.execute(insert(EVENTS), rows)


def said(
    events: Engine,
    conversation: str,
    message: str,
    text: str = "Sinds wanneer?",
    *,
    at: datetime | None = None,
    **reply: Any,
) -> None:
    """A whole turn: the visitor's message, the assistant's answer, and what Rasa keeps around them."""
    at = at or datetime.now(UTC)
    later = at + timedelta(milliseconds=50)
    store(
        events,
        conversation,
        user_event(message, text, at=at),
        other_event("action", later),
        bot_event(at=later, **reply),
        other_event("slot", later),
    )


def recorded(session: Session, conversation: str, message: str, at: datetime, latency_ms: int | None = 120) -> None:
    """What the web process keeps of an answer."""
    session.add(Message(id=message, session=conversation, at=at, outcome="answered", latency_ms=latency_ms))
    session.flush()


def rated(session: Session, message: str, at: datetime, rating: str = "down", comment: str | None = None) -> None:
    """Feedback on an answer that was recorded."""
    session.merge(Feedback(message=message, rating=rating, comment=comment, at=at))
    session.flush()


def failure(session: Session, conversation: str, at: datetime, message: str | None = None, **values: Any) -> None:
    """What the web process keeps of a message without an answer."""
    values = {"text": "Is er iemand?", "reason": "ReadTimeout"} | values
    session.add(FailedTurn(session=conversation, at=at, message=message, **values))
    session.flush()
