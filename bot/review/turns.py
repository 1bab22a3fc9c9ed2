"""A visitor's message and what came of it, made of Rasa's events.

Pure: what is malformed becomes nothing, never an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from bot.languages import DEFAULT, LANGUAGES
from bot.review.events import Event
from bot.text import SURROGATE

LONGEST_ID = 64
FAILED = "failed"
"""The outcome of a turn that got no answer."""
SOURCE = ("id", "title", "as_of")
"""What is kept of a source."""

Values = dict[str, Any]
"""A turn by the columns of its table."""


@dataclass
class Said:
    """A visitor's message with the assistant's messages up to the visitor's next one."""

    user: Event
    bots: list[Event] = field(default_factory=list)

    @property
    def answered(self) -> bool:
        return bool(self.bots)


def parts(events: Iterable[Event]) -> Iterator[Said]:
    """The turns of one conversation. What the assistant said before the first message belongs to none."""
    said: Said | None = None
    for event in events:
        if event.of_visitor:
            if said is not None:
                yield said
            said = Said(event)
        elif said is not None:
            said.bots.append(event)
    if said is not None:
        yield said


def values(said: Said) -> Values | None:
    """The turn as it is kept; None for a message that cannot be read, or of a conversation that is no visitor's."""
    data, conversation = said.user.data, said.user.conversation
    at = _time(said.user.place.stamp)
    if at is None or not isinstance(data.get("text"), str) or not 0 < len(conversation) <= LONGEST_ID:
        return None
    parsed = _dict(data.get("parse_data"))
    reply = next((reply for bot in reversed(said.bots) if (reply := _reply(bot))), {})
    return {
        "id": _id(said.user, parsed),
        "conversation": conversation,
        "at": at,
        "text": plain(data["text"]),
        "reply": _told(said.bots, reply),
        "language": _language(reply.get("language"), parsed.get("language")),
        "outcome": _short(reply.get("outcome"), 20) or FAILED,
        "facts": [fact for fact in _list(reply.get("facts")) if isinstance(fact, str)],
        "sources": [_some(source) for source in _list(reply.get("sources")) if isinstance(source, dict)],
        "entities": list(_entities(parsed, data["text"])),
        "model": _short(_dict(data.get("metadata")).get("model_id"), 64),
        **_decision(parsed),
    }


def plain(text: str) -> str:
    """The text without what a database does not take."""
    return SURROGATE.sub("", text).replace("\x00", "")


def _decision(parsed: Values) -> Values:
    decision = _dict(parsed.get("decision"))
    intent, detail = decision.get("intent"), decision.get("detail")
    confidence = _number(decision.get("confidence"))
    subjects = (_short(slug, 80) for slug in _list(decision.get("subjects")))
    return {
        "intent": _short(f"{intent}/{detail}" if intent and detail else intent, 80),
        "confidence": confidence,
        "confidence_band": None if confidence is None else min(9, max(0, int(confidence * 10))),
        "ranking": [[str(pair[0]), pair[1]] for pair in _list(decision.get("scores")) if _is_pair(pair)],
        "subjects": list(dict.fromkeys(slug for slug in subjects if slug)),
        "reason": _short(decision.get("reason"), 80),
    }


def _entities(parsed: Values, text: str) -> Iterator[Values]:
    for entity in _list(parsed.get("entities")):
        if isinstance(entity, dict) and entity.get("entity") == "subject" and isinstance(entity.get("value"), str):
            start, end = entity.get("start"), entity.get("end")
            typed = text[start:end] if isinstance(start, int) and isinstance(end, int) else ""
            yield {"subject": entity["value"], "text": plain(typed)}


def _reply(bot: Event) -> Values:
    """The chat API's reply that a message of the assistant carries; empty for a message without one."""
    custom = _dict(_dict(bot.data.get("data")).get("custom"))
    return custom if custom.get("outcome") else {}


def _told(bots: Iterable[Event], reply: Values) -> str:
    """What the visitor read, as the channel chose it; without a reply, whatever was said."""
    told = [message.get("text") for message in _list(reply.get("messages")) if isinstance(message, dict)]
    texts = told if reply else [bot.data.get("text") for bot in bots]
    return plain("\n".join(text for text in texts if isinstance(text, str) and text))


def _id(user: Event, parsed: Values) -> str:
    """The message id. An event of a channel without them gets one by its place."""
    found = user.data.get("message_id") or parsed.get("message_id")
    if isinstance(found, str) and 0 < len(found) <= LONGEST_ID:
        return plain(found)
    return f"event-{user.place.id}-{int(user.place.stamp)}"


def _language(*candidates: object) -> str:
    return next((str(candidate) for candidate in candidates if candidate in LANGUAGES), DEFAULT)


def _some(source: Values) -> Values:
    return {key: source.get(key) for key in SOURCE}


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and _number(value[1]) is not None


def _number(value: object) -> float | None:
    """A number that a database takes: its JSON knows no infinity."""
    known = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    return float(value) if known else None  # type: ignore[arg-type]


def _time(stamp: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(stamp, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _short(value: object, longest: int) -> str | None:
    return plain(value)[:longest] or None if isinstance(value, str) else None


def _dict(value: object) -> Values:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
