"""Look-ups in the facts database. Every function takes an open session and returns rows or plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from actions.facts.tables import (
    Alias,
    Citation,
    Cooperation,
    EarlierStatement,
    Event,
    Membership,
    Mention,
    Participation,
    Partnership,
    Project,
    Role,
    Source,
    Statement,
    Subject,
    Version,
)

Kept = TypeVar("Kept", Statement | None, Subject | None)

# Asked at every turn, so built once: building a query takes longer than SQLite's answer.
VERSION = select(Version.digest)
NAMED = select(Subject).where(Subject.slug.in_(bindparam("slugs", expanding=True)))
CITED = (
    select(Source)
    .join(Citation, Citation.source == Source.id)
    .where(Citation.row.in_(bindparam("rows", expanding=True)))
    .group_by(Source.id)
    .order_by(func.count().desc(), func.min(Citation.position), Source.id)
)


@dataclass(frozen=True)
class Name:
    """A name of a subject: `language` is nl, en or both."""

    subject: str
    language: str
    text: str


def version(session: Session) -> str | None:
    """The digest of the facts that are loaded, or None when there are none."""
    return session.scalar(VERSION)


def statement(session: Session, statement_id: str) -> Statement | None:
    return _kept(session, session.get(Statement, statement_id))


def statements(session: Session, subject: str | None = None) -> Sequence[Statement]:
    """All statements, or those of one subject, in the order of their ids."""
    query = select(Statement).order_by(Statement.id)
    return session.scalars(query if subject is None else query.where(Statement.subject == subject)).all()


def statements_mentioning(session: Session, subject: str) -> Sequence[Statement]:
    """Statements of other subjects that name this one, in the order of their ids."""
    query = select(Statement).join(Mention, Mention.statement == Statement.id).where(Mention.subject == subject)
    return session.scalars(query.where(Statement.subject != subject).order_by(Statement.id)).all()


def earlier(session: Session, statement_id: str) -> Sequence[EarlierStatement]:
    """What a statement was before it changed, the latest first."""
    query = select(EarlierStatement).where(EarlierStatement.statement == statement_id)
    return session.scalars(query.order_by(EarlierStatement.until.desc())).all()


def subject(session: Session, slug: str) -> Subject | None:
    return _kept(session, session.get(Subject, slug))


def fetch_subjects(session: Session, slugs: Iterable[str]) -> None:
    """Fetches subjects in one query, for `subject` to find: a list of a hundred members would be a hundred queries."""
    for row in session.scalars(NAMED, {"slugs": list(slugs)}):
        _kept(session, row)


def _kept(session: Session, row: Kept) -> Kept:
    """Keeps a row for as long as the session: a session forgets what nobody holds, and would query it again."""
    session.info.setdefault("kept", []).append(row)
    return row


def subjects(session: Session, kind: str | None = None) -> Sequence[Subject]:
    query = select(Subject).order_by(Subject.slug)
    return session.scalars(query if kind is None else query.where(Subject.kind == kind)).all()


def names(session: Session) -> list[Name]:
    """Every name and alias by which a subject may be called."""
    own = [
        Name(slug, language, text)
        for slug, nl, en in session.execute(
            select(Subject.slug, Subject.name_nl, Subject.name_en).order_by(Subject.slug)
        )
        for language, text in (("nl", nl), ("en", en))
    ]
    aliases = session.execute(select(Alias.subject, Alias.language, Alias.text).order_by(Alias.id))
    return own + [Name(slug, language, text) for slug, language, text in aliases]


def sources(session: Session, rows: Iterable[str]) -> list[Source]:
    """The sources that these rows (statement ids or relation row ids) rest on, the most cited first."""
    return list(session.scalars(CITED, {"rows": list(rows)}))


def partnerships(session: Session) -> Sequence[Partnership]:
    """Cities with an official tie, the oldest first."""
    return session.scalars(select(Partnership).order_by(Partnership.since, Partnership.city)).all()


def partnership(session: Session, city: str) -> Partnership | None:
    return session.scalar(select(Partnership).where(Partnership.city == city))


def members(session: Session, body: str, country: str | None = None) -> Sequence[Membership]:
    """Who belongs to a body, in the source's order; only those in a country when one is given."""
    query = select(Membership).where(Membership.body == body).order_by(Membership.position)
    if country is not None:
        query = query.join(Subject, Subject.slug == Membership.member).where(Subject.country == country)
    return session.scalars(query).all()


def projects(session: Session) -> Sequence[Project]:
    return session.scalars(select(Project).order_by(Project.position)).all()


def cooperations(session: Session, subject_slug: str) -> Sequence[Cooperation]:
    """The themes on which a subject works, in the source's order."""
    query = select(Cooperation).where(Cooperation.subject == subject_slug).order_by(Cooperation.position)
    return session.scalars(query).all()


def participants(session: Session, event: str, role: str | None = None) -> Sequence[Participation]:
    query = select(Participation).where(Participation.event == event).order_by(Participation.position)
    return session.scalars(query if role is None else query.where(Participation.role == role)).all()


def role(session: Session, person: str) -> Role | None:
    return session.scalar(select(Role).where(Role.person == person))


def event(session: Session, slug: str) -> Event | None:
    return session.scalar(select(Event).where(Event.event == slug))
