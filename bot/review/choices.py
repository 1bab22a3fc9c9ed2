"""The values that there are of a column, found by jumping through its index from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.review.tables import Conversation, Tag, Turn, TurnSubject

MOST = 400
"""Values that are offered at most: a list of more can be searched by nobody."""


@dataclass(frozen=True)
class Choices:
    """What the lists of the filter's form offer, in the order of the ids."""

    intents: tuple[str, ...]
    subjects: tuple[str, ...]
    reasons: tuple[str, ...]
    models: tuple[str, ...]
    tags: tuple[str, ...]
    reviewers: tuple[str, ...]


def choices(session: Session) -> Choices:
    columns = (Turn.intent, TurnSubject.subject, Turn.reason, Turn.model, Tag.tag, Conversation.reviewer)
    return Choices(*(distinct(session, column) for column in columns))


def distinct(session: Session, column: InstrumentedAttribute[Any]) -> tuple[str, ...]:
    """The values of a column that an index begins with, without going through all its rows."""
    least = select(func.min(column).label("value"), literal(1).label("number")).cte("found", recursive=True)
    following = select(func.min(column)).where(column > least.c.value).scalar_subquery()
    more = select(following, least.c.number + 1).where(least.c.value.is_not(None), least.c.number < MOST)
    found = least.union_all(more)
    return tuple(session.scalars(select(found.c.value).where(found.c.value.is_not(None))))
