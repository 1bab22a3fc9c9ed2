"""The off switch: whether the assistant answers visitors.

Its state is the last line about it in the review log, so that who switched it, when and why cannot get lost: staff read
it at /review/log. Every web process looks at it once a second (bot/web/off.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.review.log import record
from bot.review.tables import LogEntry
from bot.review.times import utc

OBJECT = "the assistant"
"""What such a line is about. No conversation has this id, which holds a space."""
LONGEST_REASON = 300
"""Characters."""


@dataclass(frozen=True)
class Off:
    """That the assistant is switched off. `reasons` is what visitors read, by language; there is always a Dutch one."""

    at: datetime
    by: str
    reasons: dict[str, str]

    def reason(self, language: str) -> tuple[str, str]:
        """What visitors read in a language, and the language that it is in: Dutch when there is none in theirs."""
        found = language if language in self.reasons else "nl"
        return self.reasons[found], found


def state(session: Session) -> Off | None:
    """How it stands; None while the assistant answers. Raises SQLAlchemyError when the store is away."""
    last = select(LogEntry).where(LogEntry.object == OBJECT, LogEntry.action.in_(("off", "on")))
    entry = session.scalars(last.order_by(LogEntry.id.desc()).limit(1)).first()
    if entry is None or entry.action == "on":
        return None
    return Off(utc(entry.at), entry.by, {str(key): str(text) for key, text in (entry.after or {}).items()})


def switch_off(session: Session, by: str, reason: str, reason_en: str = "") -> None:
    """Switches it off, or gives another reason while it is. The caller commits. Raises ValueError for the reason."""
    reasons = {"nl": reason.strip(), "en": reason_en.strip()}
    if not reasons["nl"]:
        raise ValueError("give a reason with --reason: visitors read it")
    if max(len(text) for text in reasons.values()) > LONGEST_REASON:
        raise ValueError(f"the reason is too long: visitors read up to {LONGEST_REASON} characters")
    given = {language: text for language, text in reasons.items() if text}
    record(session, by=by, action="off", object=OBJECT, after=given)


def switch_on(session: Session, by: str) -> None:
    """Lets it answer again. The caller commits."""
    record(session, by=by, action="on", object=OBJECT)
