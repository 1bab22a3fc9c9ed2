"""How many conversations each value of a filter's fields would leave: exact up to a thousand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.review.filters import SEVERAL_IN_ORDER, Filter
from bot.review.listing import arranged, counted, sizes
from bot.review.terms import terms

MOST = 1000
"""What is more is not counted."""


@dataclass(frozen=True)
class Counts:
    """Conversations that the filter leaves, and by field and value those that it would leave with that value alone in
    the field. MOST + 1 stands for more than MOST."""

    total: int
    values: Mapping[str, Mapping[str, int]]


def counts(session: Session, filter: Filter, today: date) -> Counts:
    """Counts in two queries, whatever the filter: what leads each count, and the counts."""
    asked = {
        (field, value): filter.with_only(field, value)
        for field in SEVERAL_IN_ORDER
        for value in SEVERAL_IN_ORDER[field]
    }
    dialect = session.get_bind().dialect.name
    found = [(each, terms(each, dialect)) for each in (filter, *asked.values())]
    known = sizes(session, {term: None for _, parts in found for term in parts})
    queries = [arranged(each, parts, known, today).keys(MOST + 1) for each, parts in found]
    total, *numbers = session.execute(select(*(counted(rows).label(f"n{at}") for at, rows in enumerate(queries)))).one()
    values: dict[str, dict[str, int]] = {field: {} for field in SEVERAL_IN_ORDER}
    for (field, value), number in zip(asked, numbers, strict=True):
        values[field][value] = number
    return Counts(total, values)


def written(count: int, language: str) -> str:
    """A count for people: "1,000+" in English and "1.000+" in Dutch stand for all that is more."""
    mark = "." if language == "nl" else ","
    return f"{MOST:,}+".replace(",", mark) if count > MOST else f"{count:,}".replace(",", mark)
