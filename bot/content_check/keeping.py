"""Whether everything that is told has a source with a date, somebody who keeps it, and a day on which it is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from actions.facts.content import Source, Statement
from bot.content_check.finding import Finding, Place, error, warning
from bot.content_check.project import FACTS, Project

SOURCES = f"{FACTS}/sources.yml"


def found(project: Project) -> Iterator[Finding]:
    for source in project.content.sources.values():
        yield from _source(source, project)
    for statement in project.content.statements.values():
        if "@" in statement.owner and _own(statement, "owner", project):
            yield error(_kept_at(statement, "owner", project), "owner_is_no_department", owner=statement.owner)
    yield from _overdue(project)


def _source(source: Source, project: Project) -> Iterator[Finding]:
    if not source.owner:
        yield error(project.lines.place(SOURCES, source.id), "no_owner", source=source.id)
    elif "@" in source.owner:
        yield error(project.lines.place(SOURCES, source.id, "owner"), "owner_is_no_department", owner=source.owner)
    if not source.review_by:
        yield error(project.lines.place(SOURCES, source.id), "no_review_by", source=source.id)
    for field in ("as_of", "checked"):
        date = getattr(source, field)
        if date and _begins(date) > project.today.isoformat():
            yield error(project.lines.place(SOURCES, source.id, field), "in_future", source=source.id, date=date)


def unused(project: Project) -> Iterator[Finding]:
    """Sources that nothing rests on; told only when every name of a source is right."""
    for source in project.content.sources.values():
        if not any(source.id in statement.sources for statement in project.content.statements.values()):
            yield warning(project.lines.place(SOURCES, source.id), "unused_source", source=source.id)


def _overdue(project: Project) -> Iterator[Finding]:
    """One finding a place where the day stands, which may hold for many statements."""
    due = Counter(
        (_kept_at(statement, "review_by", project), statement.review_by, statement.owner)
        for statement in project.content.statements.values()
        if statement.review_by and statement.review_by < project.today.isoformat()[: len(statement.review_by)]
    )
    for (place, date, owner), count in due.items():
        yield warning(place, "overdue", date=date, owner=owner, count=count)


def _own(statement: Statement, field: str, project: Project) -> bool:
    """Whether it stands at the statement or its subject, rather than at a source."""
    return _kept_at(statement, field, project).file != SOURCES


def _kept_at(statement: Statement, field: str, project: Project) -> Place:
    """Where the owner or the day of a statement stands: there itself, at its subject, or at one of its sources."""
    file = f"{FACTS}/subjects/{statement.subject}.yml"
    for path in (("statements", statement.aspect, field), (field,)):
        if project.lines.has(file, *path):
            return project.lines.place(file, *path)
    value = getattr(statement, field)
    source = next(
        (name for name in statement.sources if getattr(project.content.sources[name], field) == value),
        statement.sources[0],
    )
    return project.lines.place(SOURCES, source, field)


def _begins(date: str) -> str:
    """The first day of a date of reduced precision."""
    return date + "0000-01-01"[len(date) :]
