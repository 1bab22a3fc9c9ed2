"""How often each fact was told of late, and how visitors rated it: from what is kept of conversations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from bot.review.tables import Turn

NEWEST = 20_000
"""Answers that are looked at: the newest. More would make the page wait."""


@dataclass(frozen=True)
class Usage:
    """`asked`: answers that told the fact; `up` and `down`: how many of those were rated so."""

    asked: int = 0
    up: int = 0
    down: int = 0


def usage(session: Session) -> dict[str, Usage]:
    """By fact: its use in the newest answers that are kept."""
    newest = (
        select(Turn.facts, Turn.rating)
        .where(Turn.outcome == "answered")
        .order_by(Turn.at.desc(), Turn.id.desc())
        .limit(NEWEST)
        .subquery()
    )
    fact: Any
    if session.get_bind().dialect.name == "postgresql":
        fact = func.json_array_elements_text(newest.c.facts).column_valued("fact")
    else:
        fact = func.json_each(newest.c.facts).table_valued("value", name="fact").c.value
    rated = [func.sum(case((newest.c.rating == rating, 1), else_=0)) for rating in ("up", "down")]
    query = select(fact, func.count(), *rated).select_from(newest).group_by(fact)
    return {str(id): Usage(asked, up, down) for id, asked, up, down in session.execute(query)}
