"""Every text of the facts in both languages, with the place of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from actions.facts.content import Statement, Subject, Text
from bot.content_check.finding import Place
from bot.content_check.project import FACTS, Project
from bot.languages import LANGUAGES


@dataclass(frozen=True)
class Bilingual:
    """`where` names it in a sentence: munster.since, or sources page. `told`: whether visitors get it as an answer, so
    that the facts library has compared its numbers and addresses already."""

    where: str
    text: Text
    places: dict[str, Place]
    told: bool = False
    sentences: bool = True
    """Whether it is made of sentences, rather than a name or a title."""


def bilinguals(project: Project) -> Iterator[Bilingual]:
    """All of them, in the order of the files' contents."""
    for source in project.content.sources.values():
        for field, text in (("title", source.title), ("note", source.note)):
            if text:
                places = {each: project.lines.place(f"{FACTS}/sources.yml", source.id, field, each) for each in text}
                yield Bilingual(f"{source.id}.{field}", text, places, sentences=field == "note")
    for subject in project.content.subjects.values():
        yield from _of_subject(subject, project)
    for position, row in enumerate(project.content.projects):
        yield _of_row("projects", position, "summary", row.summary, project)
    for position, role in enumerate(project.content.roles):
        yield _of_row("roles", position, "position", role.position, project)


def _of_subject(subject: Subject, project: Project) -> Iterator[Bilingual]:
    for field, text in (("name", subject.name), ("description", subject.description)):
        if text:
            places = {each: project.subject_place(subject.slug, field, each) for each in LANGUAGES}
            yield Bilingual(f"{subject.slug}.{field}", text, places, sentences=False)
    for statement in subject.statements:
        yield from _of_statement(statement, project)


def _of_statement(statement: Statement, project: Project) -> Iterator[Bilingual]:
    yield Bilingual(
        f"{statement.id}.question",
        statement.question,
        {each: project.statement_place(statement, "question", each) for each in LANGUAGES},
        # A statement's question is short, and is compared with what visitors ask: it is worded as they do.
        sentences=False,
    )
    yield Bilingual(
        statement.id, statement.text, {each: project.statement_place(statement, each) for each in LANGUAGES}, told=True
    )
    for position, earlier in enumerate(statement.history):
        places = {each: project.statement_place(statement, "history", position, each) for each in LANGUAGES}
        yield Bilingual(f"{statement.id}.history", earlier.text, places, told=True)


def _of_row(name: str, position: int, field: str, text: Text, project: Project) -> Bilingual:
    places = {each: project.lines.place(f"{FACTS}/{name}.yml", position, field, each) for each in LANGUAGES}
    return Bilingual(f"{name} {position + 1}", text, places, sentences=False)
