"""The parts of a filter in SQL: each is a condition, and a way of finding what fits it.

A page of the inbox shows few of very many turns, so how they are found decides. Each term knows its *streams*: the
rows that fit one value of it, which most terms have in the order of time by an index. One term leads; the others are
checked row by row, on columns that are hidden from SQLite's planner, which would else pick an index by chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Boolean, ColumnElement, Select, exists, join, literal, not_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.orm.util import AliasedClass
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from bot.review.filters import UNJUDGED, Filter
from bot.review.search import matching
from bot.review.tables import Conversation, GapTurn, Judgement, State, Tag, Turn, TurnSubject

Condition = ColumnElement[bool]
Column = ColumnElement[Any] | InstrumentedAttribute[Any]
Turns = type[Turn] | AliasedClass[Turn]


class hidden(GenericFunction[Any]):
    """A column that SQLite uses no index for: its unary plus changes nothing else. PostgreSQL needs no such help."""

    inherit_cache = True


@compiles(hidden)
def _plain(element: hidden, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(hidden, "sqlite")
def _plus(element: hidden, compiler: SQLCompiler, **kw: Any) -> str:
    return f"+{compiler.process(element.clauses, **kw)}"


@dataclass(frozen=True)
class Stream:
    """Rows that fit a value of a term; `at` and `id` are what they are ordered by."""

    source: Any
    """What follows FROM."""
    where: tuple[Condition, ...]
    at: Column
    id: Column


@dataclass(frozen=True)
class Term:
    """One part of a filter. Equal terms are the same part."""

    values: tuple[Any, ...]

    few: ClassVar[int] = 3000
    """So many rows can be found and sorted while somebody waits. More are gone through in the order of time."""
    ordered: ClassVar[bool] = True
    """Whether an index has the streams in the order of time."""

    def sample(self) -> Select[Any]:
        """A row for each thing that fits, to be counted up to a limit."""
        raise NotImplementedError


class TurnTerm(Term):
    """Said of a turn."""

    def matches(self, turns: Turns) -> Condition:
        raise NotImplementedError

    def streams(self, turns: Turns) -> list[Stream]:
        raise NotImplementedError


class ConversationTerm(Term):
    """Said of a conversation."""

    def matches(self, conversation: Column) -> Condition:
        """The condition on a conversation's id."""
        raise NotImplementedError

    def streams(self) -> list[Stream]:
        """The conversations that fit, in the order of their last turns."""
        raise NotImplementedError

    def turns(self, turns: Turns) -> Stream:
        """All turns of the conversations that fit, in no order."""
        raise NotImplementedError


@dataclass(frozen=True)
class ColumnTerm(TurnTerm):
    """One of the turns' own columns, which has an index together with the time."""

    column: str

    def sample(self) -> Select[Any]:
        return select(literal(1)).where(getattr(Turn, self.column).in_(self.values))

    def matches(self, turns: Turns) -> Condition:
        return hidden(getattr(turns, self.column)).in_(self.values)

    def streams(self, turns: Turns) -> list[Stream]:
        return [Stream(turns, (getattr(turns, self.column) == value,), turns.at, turns.id) for value in self.values]


class SubjectTerm(TurnTerm):
    def sample(self) -> Select[Any]:
        return select(literal(1)).where(TurnSubject.subject == self.values[0])

    def matches(self, turns: Turns) -> Condition:
        key = (TurnSubject.subject == self.values[0], TurnSubject.at == turns.at, TurnSubject.turn == turns.id)
        return exists().where(*key).correlate(turns)

    def streams(self, turns: Turns) -> list[Stream]:
        about = aliased(TurnSubject)
        both = join(about, turns, turns.id == about.turn)
        return [Stream(both, (about.subject == self.values[0],), about.at, about.turn)]


class GapTerm(TurnTerm):
    few = 20_000
    ordered = False

    def sample(self) -> Select[Any]:
        return select(literal(1)).where(GapTurn.gap == self.values[0])

    def matches(self, turns: Turns) -> Condition:
        return exists().where(GapTurn.gap == self.values[0], GapTurn.turn == turns.id).correlate(turns)

    def streams(self, turns: Turns) -> list[Stream]:
        within = aliased(GapTurn)
        both = join(within, turns, turns.id == within.turn)
        return [Stream(both, (within.gap == self.values[0],), turns.at, turns.id)]


class VerdictTerm(TurnTerm):
    few = 20_000
    ordered = False

    def sample(self) -> Select[Any]:
        return select(literal(1)).where(Judgement.verdict == self.values[0])

    def matches(self, turns: Turns) -> Condition:
        return exists().where(Judgement.turn == turns.id, hidden(Judgement.verdict) == self.values[0]).correlate(turns)

    def streams(self, turns: Turns) -> list[Stream]:
        judged = aliased(Judgement)
        both = join(judged, turns, turns.id == judged.turn)
        return [Stream(both, (judged.verdict == self.values[0],), turns.at, turns.id)]


class UnjudgedTerm(TurnTerm):
    """Leads never: people judge few of very many turns, so turns without a verdict are soon met."""

    few = 0
    ordered = False

    def sample(self) -> Select[Any]:
        return select(literal(1)).select_from(Turn)

    def matches(self, turns: Turns) -> Condition:
        return not_(exists().where(Judgement.turn == turns.id).correlate(turns))


@dataclass(frozen=True)
class WordsTerm(TurnTerm):
    """Words in the message or the reply. `dialect` is the database's."""

    dialect: str
    ordered = False

    def sample(self) -> Select[Any]:
        return select(literal(1)).select_from(Turn).where(matching(self.dialect, self.values[0]))

    def matches(self, turns: Turns) -> Condition:
        # It names its column without a table: the nearest one has it.
        found: Condition = hidden(matching(self.dialect, self.values[0]), type_=Boolean)
        return found

    def streams(self, turns: Turns) -> list[Stream]:
        return [Stream(turns, (matching(self.dialect, self.values[0]),), turns.at, turns.id)]


@dataclass(frozen=True)
class WorkTerm(ConversationTerm):
    """State or reviewer: a column that has an index together with the time of the last turn."""

    column: str

    def sample(self) -> Select[Any]:
        return select(literal(1)).where(getattr(Conversation, self.column).in_(self.values))

    def matches(self, conversation: Column) -> Condition:
        column = hidden(getattr(Conversation, self.column))
        return exists().where(Conversation.id == conversation, column.in_(self.values)).correlate_except(Conversation)

    def streams(self) -> list[Stream]:
        kept = aliased(Conversation)
        return [Stream(kept, (getattr(kept, self.column) == each,), kept.last_at, kept.id) for each in self.values]

    def turns(self, turns: Turns) -> Stream:
        kept = aliased(Conversation)
        both = join(kept, turns, turns.conversation == kept.id)
        return Stream(both, (getattr(kept, self.column).in_(self.values),), turns.at, turns.id)


class TagTerm(ConversationTerm):
    ordered = False

    def sample(self) -> Select[Any]:
        return select(literal(1)).where(Tag.tag == self.values[0])

    def matches(self, conversation: Column) -> Condition:
        return exists().where(Tag.tag == self.values[0], Tag.conversation == conversation).correlate_except(Tag)

    def streams(self) -> list[Stream]:
        tag, tagged = aliased(Tag), aliased(Conversation)
        both = join(tag, tagged, tagged.id == tag.conversation)
        return [Stream(both, (tag.tag == self.values[0],), tagged.last_at, tagged.id)]

    def turns(self, turns: Turns) -> Stream:
        tag = aliased(Tag)
        both = join(tag, turns, turns.conversation == tag.conversation)
        return Stream(both, (tag.tag == self.values[0],), turns.at, turns.id)


def terms(filter: Filter, dialect: str) -> list[Term]:
    """The parts of a filter but for its dates: those first that usually leave the fewest turns, by staff's work."""
    bands = range((filter.confidence_from or 0) // 10, (filter.confidence_below or 100) // 10)
    confident = filter.confidence_from is not None or filter.confidence_below is not None
    found: list[Term] = []
    if filter.words:
        found.append(WordsTerm((filter.words,), dialect))
    if filter.gap:
        found.append(GapTerm((int(filter.gap),)))
    if filter.tag:
        found.append(TagTerm((filter.tag,)))
    if filter.reviewer:
        found.append(WorkTerm((filter.reviewer,), "reviewer"))
    if filter.state and State.NEW not in filter.state:
        found.append(WorkTerm(filter.state, "state"))
    if filter.verdict:
        found.append(UnjudgedTerm(()) if filter.verdict == UNJUDGED else VerdictTerm((filter.verdict,)))
    if filter.subject:
        found.append(SubjectTerm((filter.subject,)))
    found += [
        ColumnTerm(values, column)
        for column, values in (
            ("intent", (filter.intent,)),
            ("reason", (filter.reason,)),
            ("model", (filter.model,)),
            ("rating", filter.feedback),
            ("confidence_band", tuple(bands) if confident else ()),
            ("outcome", filter.outcome),
            ("language", filter.language),
        )
        if any(value != "" for value in values)
    ]
    if State.NEW in filter.state:
        found.append(WorkTerm(filter.state, "state"))
    return found
