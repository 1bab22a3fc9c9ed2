"""The facts that a reply was made of, as the facts database holds them now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from actions.facts import compose, queries, rows
from actions.facts.tables import (
    Cooperation,
    EarlierStatement,
    Event,
    Membership,
    Participation,
    Partnership,
    Project,
    Role,
    Source,
    Statement,
)
from actions.facts.wording import capital
from bot.review.tables import Turn
from bot.web.dates import in_words

RELATIONS = {
    "partnership": Partnership,
    "membership": Membership,
    "project": Project,
    "cooperation": Cooperation,
    "event": Event,
    "participation": Participation,
    "role": Role,
}
"""By the beginning of a row's id: its table."""


@dataclass(frozen=True)
class Cited:
    """`dated` says what the date is of: published or checked."""

    id: str
    title: str
    dated: str
    date: str


@dataclass(frozen=True)
class Evidence:
    """A row that a reply rests on. `text` is None when the facts database does not hold it any more.

    Rows of relations have no owner and no day of review of their own: those of the statements that use them count.
    """

    id: str
    text: str | None
    literal: bool = True
    """Whether the reply holds the text as it is now; only said of statements."""
    question: str = ""
    subject: str | None = None
    sources: tuple[Cited, ...] = ()
    owner: str | None = None
    review_by: str | None = None
    overdue: bool = False

    @property
    def row(self) -> bool:
        """Whether it is a relation's row, rather than a statement."""
        return ":" in self.id


def evidence(facts: Session, turn: Turn, language: str, today: date) -> tuple[Evidence, ...]:
    """What the reply of a turn rests on: the texts in the language of the turn, all else in that of the reader."""
    return tuple(_row(facts, each, turn, language, today) for each in turn.facts)


def _row(facts: Session, row: str, turn: Turn, language: str, today: date) -> Evidence:
    try:
        sources = tuple(_cited(source, language) for source in queries.sources(facts, [row]))
        statement = queries.statement(facts, row)
        if statement is None and (before := facts.get(EarlierStatement, row)) is not None:
            return _earlier(before, turn, sources)
        if statement is None:
            return Evidence(row, _relation(facts, row, turn.language), sources=sources)
        text = compose.answer(facts, [row], turn.language).text
    except (LookupError, SQLAlchemyError):
        # The facts were replaced between two look-ups.
        return Evidence(row, None)
    return Evidence(
        row,
        text,
        literal=" ".join(text.split()) in " ".join(turn.reply.split()),
        question=statement.question_nl if language == "nl" else statement.question_en,
        subject=statement.subject,
        sources=sources,
        owner=statement.owner,
        review_by=in_words(statement.review_by, language),
        overdue=_overdue(statement, today),
    )


def _earlier(row: EarlierStatement, turn: Turn, sources: tuple[Cited, ...]) -> Evidence:
    """What a statement was before it changed."""
    text = row.text_nl if turn.language == "nl" else row.text_en
    return Evidence(row.id, text, literal=" ".join(text.split()) in " ".join(turn.reply.split()), sources=sources)


def _overdue(statement: Statement, today: date) -> bool:
    """Whether the month or day until which a statement may stand unseen has passed."""
    return statement.review_by < today.isoformat()[: len(statement.review_by)]


def _cited(source: Source, language: str) -> Cited:
    title = source.title_nl if language == "nl" else source.title_en
    return Cited(source.id, title, source.dated, in_words(source.as_of, language))


def _relation(facts: Session, row: str, language: str) -> str | None:
    """What a row of a relation says, in few words; None when there is no such row."""
    table = RELATIONS.get(row.partition(":")[0])
    found = facts.get(table, row) if table is not None else None
    if found is None:
        return None
    if isinstance(found, Project):
        return found.summary_nl if language == "nl" else found.summary_en
    return capital(_in_words(facts, found, language))


def _in_words(facts: Session, row: object, language: str) -> str:
    def name(slug: str) -> str:
        return rows.name(facts, slug, language)

    match row:
        case Partnership():
            return f"{name(row.city)}: {rows.tie(row, language)}"
        case Membership():
            return f"{name(row.member)} – {name(row.body)}"
        case Cooperation():
            return f"{name(row.subject)} – {name(row.theme)}"
        case Participation():
            return f"{name(row.participant)} – {name(row.event)}"
        case Event():
            return ", ".join([name(row.event), *([in_words(row.date, language)] if row.date else [])])
        case Role():
            position = row.position_nl if language == "nl" else row.position_en
            return f"{name(row.person)}: {position} ({in_words(row.as_of, language)})"
    raise LookupError(type(row).__name__)
