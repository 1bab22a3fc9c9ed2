"""What each value of a filter's fields would leave: turns, and of the states conversations.

A turn is what has an outcome, a language and an opinion on it; a conversation has a state. Counting is exact up to a
thousand, but looks at no more than so many rows: beyond, a count is what there is at least. Who wants to know, and can
wait, has them counted whatever it takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from sqlalchemy import Select, Subquery, distinct, func, literal, literal_column, select, true, union_all
from sqlalchemy.orm import Session, aliased

from bot.review.database import limited
from bot.review.filters import SEVERAL_IN_ORDER, Filter
from bot.review.listing import Listing, arranged, in_order, sizes
from bot.review.tables import Conversation, Turn
from bot.review.terms import ConversationTerm, Stream, Term, UnjudgedTerm, WordsTerm, terms

MOST = 1000
"""What is more is not counted."""
AMONG = 2000
"""Rows that are looked at for the counts of a field. Any value that no more rows have is counted exactly."""
PATIENCE = 10
"""Seconds after which counting exactly is given up."""
READ = ("id", "conversation", "at", "language", "outcome", "reason", "intent", "confidence_band", "rating", "model")
"""The columns of turns that terms look at."""
SEARCHED = {"sqlite": "search_row", "postgresql": "search_words"}
"""The column by which words are searched for, by the database's name."""

Value = tuple[str, str]
"""A field and its value; two empty texts for all conversations."""


@dataclass(frozen=True)
class Count:
    """`more`: there are more, or may be, as not all were looked at."""

    number: int
    more: bool

    @property
    def at_least(self) -> bool:
        """Whether counting on could tell more."""
        return self.more and self.number < MOST

    def written(self, language: str) -> str:
        """For people: 1,000+ in English and 1.000+ in Dutch; empty when nothing is known."""
        if self.more and not self.number:
            return ""
        return f"{self.number:,}".replace(",", "." if language == "nl" else ",") + ("+" if self.more else "")


@dataclass(frozen=True)
class Counts:
    """`total`: conversations that the filter leaves. `values`: by field and value, what it would leave with that value
    alone in the field."""

    total: Count
    values: Mapping[str, Mapping[str, Count]]

    @property
    def at_least(self) -> bool:
        """Whether counting on could tell more of one of them."""
        return self.total.at_least or any(each.at_least for of in self.values.values() for each in of.values())


def counts(session: Session, filter: Filter, today: date, exact: bool = False) -> Counts:
    """Counts in at most eight queries, whatever the filter.

    `exact`: to a thousand each, however many rows have to be looked at. Raises SQLAlchemyError when that takes longer
    than PATIENCE.
    """
    if exact:
        limited(session, PATIENCE)
    return _Counter(session, filter, today, None if exact else AMONG).counts()


class _Counter:
    """Counts for one filter. Its *rest* for a field is the filter without that field: what its values are of."""

    def __init__(self, session: Session, filter: Filter, today: date, among: int | None) -> None:
        """`among`: how many rows are looked at; None for all."""
        self._session, self._filter, self._today, self._among = session, filter, today, among
        self._dialect = session.get_bind().dialect.name
        alone = [Filter().with_only(field, value) for field, values in SEVERAL_IN_ORDER.items() for value in values]
        self._sizes = sizes(session, (term for each in (filter, *alone) for term in terms(each, self._dialect)))

    def counts(self) -> Counts:
        rests: dict[Filter, list[str]] = {self._filter: []}
        for field in SEVERAL_IN_ORDER:
            rests.setdefault(_without(self._filter, field), []).append(field)
        alone = {
            (field, value): self._alone(rest, field, value)
            for rest, fields in rests.items()
            for field in fields
            for value in SEVERAL_IN_ORDER[field]
            if self._is_cheap(rest, field, value)
        }
        if (whole := self._whole()) is not None:
            alone["", ""] = whole
        found = self._run(alone)
        for rest, fields in rests.items():
            left = [
                (field, value) for field in fields for value in SEVERAL_IN_ORDER[field] if (field, value) not in found
            ]
            if rest == self._filter and whole is None:
                left.append(("", ""))
            if left:
                found |= self._together(self._listing(rest), left)
        values = {field: {value: found[field, value] for value in known} for field, known in SEVERAL_IN_ORDER.items()}
        return Counts(found["", ""], values)

    def _whole(self) -> Select[Any] | None:
        """The count of all conversations that fit, if it can be a query of its own: as exact as the list is fast."""
        if (counting := self._listing(self._filter)).of_conversations:
            return self._conversations(counting)
        listed = arranged(self._filter, counting.terms, self._sizes, self._today)
        if not all(term == listed.lead or isinstance(term, UnjudgedTerm) for term in listed.terms):
            return None
        rows: Any = listed.keys(MOST + 1).subquery()
        count: Select[Any] = select(literal(0)).add_columns(func.count()).select_from(rows)
        return count

    def _is_cheap(self, rest: Filter, field: str, value: str) -> bool:
        """Whether the count of a value can be a query of its own."""
        if self._among is None or self._sizes[self._term(field, value)] <= self._among:
            return True
        return self._listing(rest).of_conversations if field == "state" else not terms(rest, self._dialect)

    def _listing(self, filter: Filter) -> Listing:
        return arranged(filter, terms(filter, self._dialect), self._sizes, self._today, counting=True)

    def _term(self, field: str, value: str) -> Term:
        return terms(Filter().with_only(field, value), self._dialect)[0]

    def _alone(self, rest: Filter, field: str, value: str) -> Select[Any]:
        """The count of one value by itself."""
        listed = self._listing(rest.with_only(field, value))
        if field == "state":
            led = isinstance(listed.lead, ConversationTerm)
            return self._conversations(listed if led else replace(listed, lead=self._term(field, value)))
        turns = aliased(Turn)
        rows = [
            select(literal(1))
            .select_from(each.source)
            .where(*each.where, *listed.within(each.at), *listed.others(turns))
            for each in listed.turn_streams(turns)
        ]
        fit = union_all(*(select(each.limit(MOST + 1).subquery()) for each in rows)).subquery()
        return cast("Select[Any]", select(literal(0), func.count()).select_from(fit))

    def _run(self, queries: Mapping[Value, Select[Any]]) -> dict[Value, Count]:
        """Counts that are each a query, in one."""
        if not queries:
            return {}
        numbered = [query.add_columns(literal(place)) for place, query in enumerate(queries.values())]
        rows = {place: self._count(seen, fit) for seen, fit, place in self._session.execute(union_all(*numbered))}
        return {value: rows[place] for place, value in enumerate(queries)}

    def _together(self, listed: Listing, values: Sequence[Value]) -> dict[Value, Count]:
        """Counts of several values in one go through the newest turns that fit."""
        candidates = self._candidates(listed)
        turns = aliased(Turn, candidates)
        fit = (
            select(
                turns.conversation, turns.outcome, turns.language, turns.rating.label("feedback"), Conversation.state
            )
            .select_from(turns)
            .join(Conversation, Conversation.id == turns.conversation)
            .where(*listed.others(turns))
            .subquery()
        )
        number = {True: func.count(distinct(fit.c.conversation)), False: func.count()}
        columns = [
            number[field in ("state", "")].filter(fit.c[field] == value if field else true()) for field, value in values
        ]
        seen = select(func.count()).select_from(candidates).scalar_subquery()
        row = self._session.execute(select(seen, *columns).select_from(fit)).one()
        return {value: self._count(row[0], number) for value, number in zip(values, row[1:], strict=True)}

    def _candidates(self, listed: Listing) -> Subquery:
        """The newest turns that fit what leads; where no index has them in order, any."""
        turns = aliased(Turn)
        columns = [getattr(turns, name) for name in READ]
        if any(isinstance(term, WordsTerm) for term in listed.terms):
            columns.append(literal_column(SEARCHED[self._dialect]))
        ordered = listed.lead is None or in_order(listed.lead, conversations=False)
        streams = listed.turn_streams(turns)
        return _newest(
            [select(*columns).where(*listed.within(each.at)) for each in streams], streams, ordered, self._among
        )

    def _count(self, seen: int, fit: int) -> Count:
        return Count(min(fit, MOST), fit > MOST or (self._among is not None and seen >= self._among))

    def _conversations(self, listed: Listing) -> Select[Any]:
        """How many conversations were looked at, and how many of them fit."""
        streams = listed.conversation_streams()
        rows = [select(each.at.label("at"), each.id.label("id")) for each in streams]
        if listed.start is not None:
            rows = [row.where(each.at >= listed.start) for row, each in zip(rows, streams, strict=True)]
        alone = listed.of_conversations and len(listed.terms) <= (listed.lead is not None)
        ordered = listed.lead is None or listed.lead.ordered
        kept = _newest(rows, streams, ordered, MOST + 1 if alone else self._among)
        fits = [*listed.other_work(kept.c.id), *([] if listed.of_conversations else [listed.some_turn(kept.c.id)])]
        if self._among is None:
            fit = select(literal(1)).select_from(kept).where(*fits).limit(MOST + 1).subquery()
            return cast("Select[Any]", select(literal(0), func.count()).select_from(fit))
        number = func.count().filter(*fits) if fits else func.count()
        return cast("Select[Any]", select(func.count(), number).select_from(kept))


def _without(filter: Filter, field: str) -> Filter:
    nothing: dict[str, Any] = {field: ()}
    return replace(filter, **nothing)


def _newest(rows: Sequence[Select[Any]], streams: Sequence[Stream], ordered: bool, most: int | None) -> Subquery:
    """The newest rows of streams together, or just any, up to so many, or all."""
    parts = []
    for row, stream in zip(rows, streams, strict=True):
        found = row.select_from(stream.source).where(*stream.where).limit(most)
        parts.append((found.order_by(stream.at.desc(), stream.id.desc()) if ordered else found).subquery())
    if len(parts) == 1:
        return parts[0]
    joined = union_all(*(select(part) for part in parts)).subquery()
    return select(joined).order_by(joined.c.at.desc()).limit(most).subquery()
