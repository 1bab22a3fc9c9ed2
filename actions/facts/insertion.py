"""The rows that facts become in the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from actions.facts import content as c
from actions.facts import tables as t


def insert(session: Session, content: c.Content, digest: str) -> None:
    """Replaces what is told by `content`, in the session's transaction. `digest` becomes the version of the facts."""
    for table in reversed(t.Base.metadata.sorted_tables):
        if not table.info.get("kept"):
            session.execute(delete(table))
    # Parents go first: PostgreSQL checks each foreign key at once.
    for rows in (list(_parents(content)), list(_children(content)), list(_grandchildren(content))):
        session.add_all(rows)
        session.flush()
    session.add(t.Version(id=1, digest=digest, loaded_at=datetime.now(UTC)))
    session.flush()


def _parents(content: c.Content) -> Iterator[t.Base]:
    for source in content.sources.values():
        yield t.Source(
            id=source.id, title_nl=source.title["nl"], title_en=source.title["en"], language=source.language,
            as_of=source.as_of, dated=source.dated, checked=source.checked, url=source.url,
            note_nl=source.note["nl"] if source.note else None, note_en=source.note["en"] if source.note else None,
            owner=source.owner, review_by=source.review_by,
        )  # fmt: skip
    for subject in content.subjects.values():
        description: Any = subject.description or {}
        yield t.Subject(
            slug=subject.slug, kind=subject.kind, name_nl=subject.name["nl"], name_en=subject.name["en"],
            description_nl=description.get("nl"), description_en=description.get("en"),
            country=subject.country, continent=subject.continent,
        )  # fmt: skip


def _children(content: c.Content) -> Iterator[t.Base]:
    for subject in content.subjects.values():
        for language, text in subject.aliases:
            yield t.Alias(subject=subject.slug, language=language, text=text)
    for statement in content.statements.values():
        yield _statement(statement)
        yield from _citations(statement.id, statement)
    for p in content.partnerships:
        row = f"partnership:{p.city}"
        yield t.Partnership(
            id=row, city=p.city, kind=p.kind, since=p.since, official_since=p.official_since, until=p.until,
            status=p.status,
        )  # fmt: skip
        yield from _citations(row, p)
    for position, m in enumerate(content.memberships):
        row = f"membership:{m.body}/{m.member}"
        yield t.Membership(id=row, body=m.body, member=m.member, position=position)
        yield from _citations(row, m)
    for position, project in enumerate(content.projects):
        row = f"project:{project.project}"
        yield t.Project(
            id=row, project=project.project, place=project.place, funding=project.funding,
            summary_nl=project.summary["nl"], summary_en=project.summary["en"], position=position,
        )  # fmt: skip
        yield from _citations(row, project)
    for cooperation in content.cooperations:
        for position, theme in enumerate(cooperation.themes):
            row = f"cooperation:{cooperation.subject}/{theme}"
            yield t.Cooperation(id=row, subject=cooperation.subject, theme=theme, position=position)
            yield from _citations(row, cooperation)
    for event in content.events:
        row = f"event:{event.event}"
        yield t.Event(id=row, event=event.event, date=event.date, place=event.place)
        yield from _citations(row, event)
        for role, participants in event.participants.items():
            for position, participant in enumerate(participants):
                row = f"participation:{event.event}/{role}/{participant}"
                yield t.Participation(id=row, event=event.event, participant=participant, role=role, position=position)
                yield from _citations(row, event)
    for position_ in content.roles:
        row = f"role:{position_.person}"
        yield t.Role(
            id=row, person=position_.person, position_nl=position_.position["nl"],
            position_en=position_.position["en"], organisation=position_.organisation, as_of=position_.as_of,
        )  # fmt: skip
        yield from _citations(row, position_)


def _grandchildren(content: c.Content) -> Iterator[t.Base]:
    for statement in content.statements.values():
        for subject in dict.fromkeys(statement.mentions):
            yield t.Mention(statement=statement.id, subject=subject)
        for earlier in statement.history:
            row = f"{statement.id}@{earlier.until}"
            yield t.EarlierStatement(
                id=row, statement=statement.id, text_nl=earlier.text["nl"], text_en=earlier.text["en"],
                until=earlier.until,
            )  # fmt: skip
            yield from _citations(row, earlier)


def _statement(statement: c.Statement) -> t.Statement:
    value = statement.value
    return t.Statement(
        id=statement.id, subject=statement.subject, aspect=statement.aspect, question_nl=statement.question["nl"],
        question_en=statement.question["en"], text_nl=statement.text["nl"],
        text_en=statement.text["en"], yes=statement.yes, year=value.year, month=value.month, number=value.number,
        country=value.country, computed=asdict(statement.computed) if statement.computed else None,
        mentions=list(statement.mentions), valid_from=statement.valid_from, valid_until=statement.valid_until,
        owner=statement.owner, review_by=statement.review_by,
    )  # fmt: skip


def _citations(row: str, cited: Any) -> Iterator[t.Citation]:
    for position, source in enumerate(cited.sources):
        evidence = [reference for reference in cited.evidence if reference.startswith(f"{source}/")]
        yield t.Citation(row=row, source=source, position=position, evidence=evidence)
