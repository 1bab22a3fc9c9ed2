"""The rows that a filter leaves, in the order of time and from any place on: what pages, counts and exports read.

Where a filter asks nothing of turns, conversations are gone through in the order of their last turns. Else turns are,
and of each conversation the newest one that fits is kept: the one after which no other fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import inf
from typing import Any, NamedTuple

from sqlalchemy import Select, Subquery, exists, func, literal, select, text, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from bot.review.filters import Filter
from bot.review.tables import Conversation, Time, Turn
from bot.review.terms import (
    Column,
    Condition,
    ConversationTerm,
    Stream,
    Term,
    Turns,
    TurnTerm,
    WordsTerm,
    hidden,
    terms,
)

WORKERS = {"workers": "max_parallel_workers_per_gather"}
Sizes = Mapping[Term, float]
"""How many rows fit each term; infinite when they are more than can be sorted while somebody waits."""
Rows = tuple[Select[Any], Stream]
"""Rows of a stream with what they are to be ordered by."""


class Key(NamedTuple):
    """A place in a listing: a row's time and id."""

    at: datetime
    id: str


@dataclass(frozen=True)
class Listing:
    """A filter's terms, the moments from which and before which turns must be, and the term that leads.

    `every_turn`: its rows are all turns that fit, rather than one of each conversation.
    """

    terms: tuple[Term, ...]
    start: datetime | None
    end: datetime | None
    lead: Term | None
    every_turn: bool

    @property
    def of_conversations(self) -> bool:
        """Whether its ids are those of conversations; else of turns."""
        return of_conversations(self.terms, self.end, self.every_turn)

    def keys(self, limit: int, beyond: Key | None = None, newest_first: bool = True) -> Select[Any]:
        """The first so many `at` and `id` after a place."""
        parts = self._conversations() if self.of_conversations else self._turns()
        return _joined([self._after(rows, beyond, newest_first, limit) for rows in parts], newest_first, limit)

    @property
    def _gathered(self) -> bool:
        """Whether all rows have to be found and sorted, as no index has them in order."""
        return self.lead is not None and not in_order(self.lead, self.of_conversations)

    def _after(self, part: Rows, beyond: Key | None, newest_first: bool, limit: int) -> Select[Any]:
        rows, stream = part
        at, id = stream.at, stream.id
        if self._gathered:
            # Kept apart, as PostgreSQL would else go by time and hope to meet the rows soon.
            whole = rows.cte().prefix_with("MATERIALIZED")
            rows = select(whole.c.at, whole.c.id) if self.of_conversations or self.every_turn else _newest(whole)
            at, id = rows.selected_columns.at, rows.selected_columns.id
        if beyond is not None:
            place = tuple_(literal(beyond.at, Time), literal(beyond.id))
            rows = rows.where(tuple_(at, id) < place if newest_first else tuple_(at, id) > place)
        return _first(rows, at, id, newest_first, limit)

    def _conversations(self) -> list[Rows]:
        """The conversations that fit; no row is in two parts."""
        return [(self._of_conversation(stream), stream) for stream in self.conversation_streams()]

    def _of_conversation(self, stream: Stream) -> Select[Any]:
        rows = _rows(stream).where(*self.other_work(stream.id))
        return rows if self.start is None else rows.where(stream.at >= self.start)

    def _turns(self) -> list[Rows]:
        """The turns that fit; no row is in two parts."""
        turns = aliased(Turn)
        return [(self._of_turn(turns, stream), stream) for stream in self.turn_streams(turns)]

    def _of_turn(self, turns: Turns, stream: Stream) -> Select[Any]:
        rows = _rows(stream).where(*self.within(stream.at), *self.others(turns))
        if self._gathered:
            return rows.add_columns(turns.conversation.label("conversation"))
        return rows if self.every_turn else rows.where(self._no_later(turns))

    def conversation_streams(self) -> list[Stream]:
        """The conversations that fit what leads, or all."""
        if isinstance(self.lead, ConversationTerm):
            return self.lead.streams()
        kept = aliased(Conversation)
        return [Stream(kept, (), kept.last_at, kept.id)]

    def turn_streams(self, turns: Turns) -> list[Stream]:
        """The turns that fit what leads, or all."""
        if isinstance(self.lead, TurnTerm):
            return self.lead.streams(turns)
        if isinstance(self.lead, ConversationTerm):
            return [self.lead.turns(turns)]
        return [Stream(turns, (), turns.at, turns.id)]

    def within(self, at: Column) -> Iterator[Condition]:
        """That a turn's time lies between the two moments."""
        if self.start is not None:
            yield at >= self.start
        if self.end is not None:
            yield at < self.end

    def others(self, turns: Turns) -> Iterator[Condition]:
        """That a turn fits what does not lead."""
        yield from (term.matches(turns) for term in self.terms if isinstance(term, TurnTerm) and term != self.lead)
        yield from self.other_work(turns.conversation)

    def other_work(self, conversation: Column) -> Iterator[Condition]:
        """That a conversation fits what does not lead."""
        for term in self.terms:
            if isinstance(term, ConversationTerm) and term != self.lead:
                yield term.matches(conversation)

    def _no_later(self, turns: Turns) -> Condition:
        """That no later turn of the conversation fits."""
        later = aliased(Turn)
        after = tuple_(later.at, later.id) > tuple_(turns.at, turns.id)
        fits = [term.matches(later) for term in self.terms if isinstance(term, TurnTerm)]
        if self.end is not None:
            fits.append(hidden(later.at) < self.end)
        rows = select(literal(1)).where(later.conversation == turns.conversation, after, *fits).correlate(turns)
        # The offset has PostgreSQL look at the few turns of each conversation: it would else join all turns that fit.
        # Those with words it finds and joins faster than it compares words one by one.
        searched = any(isinstance(term, WordsTerm) for term in self.terms)
        return ~exists(rows if searched else rows.offset(0))

    def some_turn(self, conversation: Column) -> Condition:
        """That some turn of a conversation fits."""
        turns = aliased(Turn)
        fits = [term.matches(turns) for term in self.terms if isinstance(term, TurnTerm)]
        fits += self.within(hidden(turns.at))
        return exists().where(turns.conversation == conversation, *fits).correlate_except(turns)


def listing(session: Session, filter: Filter, today: date, every_turn: bool = False) -> Listing:
    """The listing of a filter, led by the term that the fewest rows fit."""
    parts = terms(filter, session.get_bind().dialect.name)
    return arranged(filter, parts, sizes(session, parts), today, every_turn=every_turn)


def arranged(
    filter: Filter,
    parts: Sequence[Term],
    sizes: Sizes,
    today: date,
    *,
    every_turn: bool = False,
    counting: bool = False,
) -> Listing:
    """The listing of a filter with terms whose sizes are known. For counting, any order does."""
    start, end = filter.bounds(today)
    whole = of_conversations(parts, end, every_turn)
    leading = [term for term in parts if (term.few if counting else sizes[term] < inf or in_order(term, whole))]
    return Listing(tuple(parts), start, end, min(leading, key=lambda term: sizes[term], default=None), every_turn)


def of_conversations(parts: Iterable[Term], end: datetime | None, every_turn: bool) -> bool:
    """Whether conversations can be gone through without looking at turns: only those before a moment need that."""
    return end is None and not every_turn and not any(isinstance(term, TurnTerm) for term in parts)


def in_order(term: Term, conversations: bool) -> bool:
    """Whether an index has what fits the term in the order of the listing."""
    return term.ordered and (conversations or isinstance(term, TurnTerm))


def sizes(session: Session, parts: Iterable[Term]) -> dict[Term, float]:
    """How many rows fit each term, counted no further than it takes to know, and once for a session: its list and its
    counts ask for the same."""
    known: dict[Term, float] = session.info.setdefault("sizes", {})
    wanted = dict.fromkeys(parts)
    asked = [term for term in wanted if term.few and term not in known]
    if session.get_bind().dialect.name == "postgresql":
        # Compiling such queries, and starting workers for them, which PostgreSQL does where it expects many rows, takes
        # longer than they take.
        session.execute(text("SELECT set_config('jit', 'off', true), set_config(:workers, '0', true)"), WORKERS)
    if asked:
        counts = [counted(term.sample().limit(term.few + 1)).label(f"n{at}") for at, term in enumerate(asked)]
        row = session.execute(select(*counts)).one()
        known |= {term: count if count <= term.few else inf for term, count in zip(asked, row, strict=True)}
    return {term: known.get(term, inf) for term in wanted}


def counted(rows: Select[Any]) -> Any:
    """The number of rows, as a value of a larger query."""
    return select(func.count()).select_from(rows.subquery()).scalar_subquery()


def _rows(stream: Stream) -> Select[Any]:
    return select(stream.at.label("at"), stream.id.label("id")).select_from(stream.source).where(*stream.where)


def _first(rows: Select[Any], at: Column, id: Column, newest_first: bool, limit: int) -> Select[Any]:
    order = (at.desc(), id.desc()) if newest_first else (at.asc(), id.asc())
    return rows.order_by(*order).limit(limit)


def _joined(parts: Sequence[Select[Any]], newest_first: bool, limit: int) -> Select[Any]:
    """The first rows of parts that each have their first rows."""
    if len(parts) == 1:
        return parts[0]
    heads = [part.subquery() for part in parts]
    ends = union_all(*(select(head.c.at, head.c.id) for head in heads)).subquery()
    return _first(select(ends.c.at, ends.c.id), ends.c.at, ends.c.id, newest_first, limit)


def _newest(whole: Any) -> Select[Any]:
    """Of rows that were all found, the newest of each conversation."""
    place = func.row_number().over(partition_by=whole.c.conversation, order_by=(whole.c.at.desc(), whole.c.id.desc()))
    numbered: Subquery = select(whole.c.at, whole.c.id, place.label("place")).subquery()
    return select(numbered.c.at, numbered.c.id).where(numbered.c.place == 1)
