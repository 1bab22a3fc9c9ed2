"""The facts as pages show them: subjects by kind, one subject with all its statements, sources with their dates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from actions.facts import compose, queries, rows
from actions.facts.database import connect, reading
from actions.facts.tables import Source, Statement, Subject
from actions.facts.wording import capital
from bot.web.dates import has_day, in_words
from bot.web.prose import Block, blocks
from bot.web.wording import texts

FIRST = ("about", "members", "since")
"""Aspects that a page tells first; the others follow in the order of their ids."""
ARTICLE = re.compile(r"(the|de|het|een|an?) ")
T = TypeVar("T")


class FactsAway(Exception):
    """The facts database cannot be reached, or is empty."""


@dataclass(frozen=True)
class Link:
    """A subject that has a page. `facts` is the number of its statements."""

    slug: str
    name: str
    description: str = ""
    facts: int = 0


@dataclass(frozen=True)
class Group:
    """All subjects of a kind that have statements, in the order of their names."""

    kind: str
    heading: str
    subjects: tuple[Link, ...]


@dataclass(frozen=True)
class CitedSource:
    """`dated` says in words what its date is: "checked in November 2026"."""

    id: str
    title: str
    dated: str
    note: str
    url: str | None


@dataclass(frozen=True)
class Told:
    """A statement: its question, and the text as a visitor gets it. `valid` says since or until when it holds."""

    aspect: str
    question: str
    blocks: tuple[Block, ...]
    valid: str
    sources: tuple[CitedSource, ...]


@dataclass(frozen=True)
class Detail:
    """A term with its value, which may be another subject's name and link there."""

    term: str
    value: str
    slug: str | None = None


@dataclass(frozen=True)
class SubjectPage:
    """Everything that the facts hold about a subject. `named_in` are subjects whose statements name this one."""

    slug: str
    name: str
    kind: str
    description: str
    details: tuple[Detail, ...]
    statements: tuple[Told, ...]
    sources: tuple[CitedSource, ...]
    mentions: tuple[Link, ...]
    named_in: tuple[Link, ...]


class FactsReader:
    """Reads the facts database anew for each page, in one transaction: a page is never older than the facts, nor a
    mixture of two versions.

    Every call may raise FactsAway.
    """

    def __init__(self, url: str) -> None:
        self._engine = connect(url)

    def groups(self, language: str) -> tuple[Group, ...]:
        """The subjects that have statements, grouped by kind."""
        return self._read(lambda session: tuple(_groups(session, language)))

    def sources(self, language: str) -> tuple[CitedSource, ...]:
        """All sources of the facts."""
        return self._read(
            lambda session: tuple(
                _cited(each, language) for each in session.scalars(select(Source).order_by(Source.as_of.desc()))
            )
        )

    def subject(self, slug: str, language: str) -> SubjectPage | None:
        """One subject's page, or None when there is no such subject."""
        return self._read(lambda session: _subject_page(session, slug, language))

    def _read(self, look_up: Callable[[Session], T]) -> T:
        try:
            with reading(self._engine) as session:
                if queries.version(session) is None:
                    raise FactsAway("no facts are loaded")
                return look_up(session)
        except (SQLAlchemyError, LookupError) as error:
            raise FactsAway(type(error).__name__) from error


def _groups(session: Session, language: str) -> Iterator[Group]:
    counts = Counter(statement.subject for statement in queries.statements(session))
    known = [subject for subject in queries.subjects(session) if counts[subject.slug]]
    for kind, heading in texts(language)["reading"]["kinds"].items():
        links = [_link(subject, language, counts[subject.slug]) for subject in known if subject.kind == kind]
        if links:
            yield Group(kind, heading, tuple(sorted(links, key=_alphabetical)))


def _alphabetical(link: Link) -> str:
    """What a subject is sorted by: "The Euregio" stands under E."""
    return ARTICLE.sub("", link.name.casefold(), count=1)


def _subject_page(session: Session, slug: str, language: str) -> SubjectPage | None:
    subject = queries.subject(session, slug)
    if subject is None:
        return None
    statements = sorted(queries.statements(session, slug), key=_place)
    told = tuple(_told(session, statement, language) for statement in statements)
    details, rows_used = _details(session, subject, language)
    cited = [*(source for each in told for source in each.sources)]
    cited += [_cited(source, language) for source in queries.sources(session, rows_used)]
    mentions = dict.fromkeys(m for statement in statements for m in statement.mentions if m != slug)
    named_in = dict.fromkeys(s.subject for s in queries.statements_mentioning(session, slug))
    return SubjectPage(
        slug=slug,
        name=capital(_name(subject, language)),
        kind=texts(language)["reading"]["kind"][subject.kind],
        description=_description(subject, language),
        details=details,
        statements=told,
        sources=tuple(dict.fromkeys(cited)),
        mentions=_links(session, mentions, language),
        named_in=_links(session, [each for each in named_in if each not in mentions], language),
    )


def _place(statement: Statement) -> tuple[int, str]:
    first = FIRST.index(statement.aspect) if statement.aspect in FIRST else len(FIRST)
    return first, statement.id


def _told(session: Session, statement: Statement, language: str) -> Told:
    answer = compose.answer(session, [statement.id], language)
    cited = tuple(_cited(source, language) for source in queries.sources(session, answer.facts))
    question = statement.question_nl if language == "nl" else statement.question_en
    return Told(statement.aspect, question, blocks(answer.text), _valid(statement, language), cited)


def _valid(statement: Statement, language: str) -> str:
    words = texts(language)["reading"]["subject"]
    dates = (("valid_from", statement.valid_from), ("valid_until", statement.valid_until))
    return " ".join(words[key].format(date=in_words(iso, language)) for key, iso in dates if iso)


def _details(session: Session, subject: Subject, language: str) -> tuple[tuple[Detail, ...], list[str]]:
    """What relations hold of a subject, and the rows that this comes from."""
    words = texts(language)["reading"]["subject"]
    found: list[Detail] = []
    used: list[str] = []
    if subject.country:
        found.append(Detail(words["country"], rows.name(session, subject.country, language), subject.country))
    if partnership := queries.partnership(session, subject.slug):
        found.append(Detail(words["tie"], rows.tie(partnership, language)))
        used.append(partnership.id)
    if event := queries.event(session, subject.slug):
        found += [Detail(words["date"], in_words(event.date, language))] if event.date else []
        found += [Detail(words["place"], rows.name(session, event.place, language), event.place)] if event.place else []
        used.append(event.id)
    if role := queries.role(session, subject.slug):
        position = role.position_nl if language == "nl" else role.position_en
        found.append(Detail(words["role"], f"{position} ({in_words(role.as_of, language)})"))
        used.append(role.id)
    return tuple(found), used


def _cited(source: Source, language: str) -> CitedSource:
    words = texts(language)["reading"]["dated"]
    date = words["on_day" if has_day(source.as_of) else "in_month"].format(date=in_words(source.as_of, language))
    title, note = (
        (source.title_nl, source.note_nl) if language == "nl" else (source.title_en, source.note_en)
    )  # fmt: skip
    url = source.url if (source.url or "").startswith("https://") else None
    return CitedSource(source.id, title, words[source.dated].format(date=date), note or "", url)


def _links(session: Session, slugs: Sequence[str] | dict[str, Any], language: str) -> tuple[Link, ...]:
    found = (queries.subject(session, slug) for slug in slugs)
    return tuple(_link(subject, language) for subject in found if subject is not None)


def _link(subject: Subject, language: str, facts: int = 0) -> Link:
    return Link(subject.slug, capital(_name(subject, language)), _description(subject, language), facts)


def _name(subject: Subject, language: str) -> str:
    return subject.name_nl if language == "nl" else subject.name_en


def _description(subject: Subject, language: str) -> str:
    return capital((subject.description_nl if language == "nl" else subject.description_en) or "")
