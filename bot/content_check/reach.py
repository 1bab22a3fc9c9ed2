"""Whether questions and statements meet: statements that nobody can ask for, and questions that nothing answers."""

from __future__ import annotations

import fnmatch
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from actions.facts import compose
from actions.facts.content import Content
from actions.facts.database import connect, migrate
from actions.facts.load import load
from bot.content_check.finding import Finding, error, warning
from bot.content_check.project import Project, Row
from bot.languages import LANGUAGES

HEADS = frozenset({"chitchat", "out_of_scope", "unknown"})
"""Intents of these heads ask for no statement."""
MOST = 12
"""What is expected of a reply says which statement it is when it fits so many at most."""

Texts = dict[str, dict[str, str]]
"""By language: the answers by statement."""


def found(project: Project) -> Iterator[Finding]:
    labels = project.labels()
    yield from _intents_without_statement(project)
    texts = _answers(project.content)
    reached: set[str] = set()
    for name, rows in project.questions.items():
        for row in rows:
            if row.data is None:
                yield error(row.place, "no_json")
            else:
                yield from _row(name, row, row.data, project, texts, reached)
    asked = {written.example.label for written in project.examples}
    for label, statement in labels.items():
        place = project.statement_place(statement)
        if label not in asked:
            yield warning(place, "no_example_asks", statement=statement.id, label=label)
        if project.questions and statement.id not in reached:
            yield warning(place, "no_test_asks", statement=statement.id)


def _intents_without_statement(project: Project) -> Iterator[Finding]:
    """Said once an intent, where it first stands."""
    labels, seen = project.labels(), set[str]()
    for written in project.examples:
        label = written.example.label
        head, _, subject = label.partition("/")
        if subject and head not in HEADS and label not in labels and label not in seen:
            yield error(written.place, "intent_without_statement", label=label, statement=f"{subject}.{head}")
        seen.add(label)


def _row(
    name: str, row: Row, data: dict[str, Any], project: Project, texts: Texts, reached: set[str]
) -> Iterator[Finding]:
    """What a line of a set says of statements. What it asks stays unsaid: the sets are held out."""
    labels = project.labels()
    for label in data.get("labels", ()):
        if label in labels:
            reached.add(labels[label].id)
        elif "/" in label and label.partition("/")[0] not in HEADS:
            yield error(row.place, "label_without_statement", set=name, label=label)
    for turn in data.get("turns", ()):
        for pattern in turn.get("facts", ()):
            fitting = fnmatch.filter(project.content.statements, pattern)
            reached.update(fitting)
            # A row of a relation (partnership:munster) comes and goes with its relation.
            if not fitting and ":" not in pattern:
                yield error(row.place, "fact_without_statement", set=name, fact=pattern)
        if turn.get("decline") or not (turn.get("all") or turn.get("any")):
            continue
        answers = texts.get(turn.get("reply_lang") or data.get("lang", ""), {})
        fitting = [statement for statement, text in answers.items() if _fits(text, turn)]
        if len(fitting) <= MOST:
            reached.update(fitting)
        if not fitting and data.get("kind") == "answer":
            yield warning(row.place, "question_without_answer", set=name, id=data.get("id", ""))


def _fits(text: str, turn: dict[str, Any]) -> bool:
    """Whether an answer is what a turn of a set expects: all patterns, one of any, and none of none."""
    return (
        all(_pattern(each).search(text) for each in turn.get("all", ()))
        and (not turn.get("any") or any(_pattern(each).search(text) for each in turn["any"]))
        and not any(_pattern(each).search(text) for each in turn.get("none", ()))
    )


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    """Kept here, since `re` keeps fewer than the sets have."""
    return re.compile(pattern, re.IGNORECASE)


def _answers(content: Content) -> Texts:
    """What visitors are told, with its places filled. A database in memory does that as the assistant does."""
    engine = connect("sqlite://")
    migrate(engine)
    load(engine, content)
    texts: Texts = defaultdict(dict)
    with Session(engine) as session:
        for language in LANGUAGES:
            for statement in content.statements:
                texts[language][statement] = compose.answer(session, [statement], language).text
    engine.dispose()
    return texts
