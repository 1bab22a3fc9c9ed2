"""What the check looks at: everything that people write, read once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from actions.facts.content import Content, Statement
from actions.facts.schema import read
from bot.content_check.finding import Place
from bot.content_check.lines import Lines
from bot.duplicates import plain
from bot.examples import Example
from bot.languages import LANGUAGES

FACTS = "data/facts"
NLU = "data/nlu"
QUESTIONS = "tests/questions"
INTENT = re.compile(r"\s*- intent:\s*(\S+)\s*$")
ITEM = re.compile(r"\s+- (.*\S)\s*$")


@dataclass(frozen=True)
class Written:
    """An example, and where it stands."""

    example: Example
    place: Place

    @cached_property
    def plain(self) -> str:
        """Its words in small letters: what examples are compared by."""
        return plain(self.example.text)


@dataclass(frozen=True)
class Row:
    """A line of a set of questions; None for one that is no JSON object."""

    data: dict[str, Any] | None
    place: Place


@dataclass(frozen=True)
class Project:
    """`content` is incomplete when there are `problems`: what is wrong with the form of the facts."""

    root: Path
    today: date
    lines: Lines
    content: Content
    problems: tuple[str, ...]
    examples: tuple[Written, ...]
    questions: dict[str, tuple[Row, ...]]
    """By set: its lines, in order."""

    def subject_place(self, slug: str, *path: str | int) -> Place:
        """Where (a part of) a subject stands: in its own file, or in terms.yml."""
        own = f"{FACTS}/subjects/{slug}.yml"
        if (self.root / own).is_file():
            return self.lines.place(own, *path)
        return self.lines.place(f"{FACTS}/terms.yml", slug, *path)

    def statement_place(self, statement: Statement, *path: str | int) -> Place:
        return self.subject_place(statement.subject, "statements", statement.aspect, *path)

    def labels(self) -> dict[str, Statement]:
        """The statements by the intent that asks for them."""
        return {f"{s.aspect}/{s.subject}": s for s in self.content.statements.values()}


def read_project(root: Path, today: date) -> Project:
    """Everything under a project's folder. Raises FactsError when it holds no facts at all."""
    content, problems = read(root / FACTS)
    return Project(
        root, today, Lines(root), content, tuple(problems), tuple(written(root)),
        {path.stem: tuple(_rows(path, root)) for path in sorted((root / QUESTIONS).glob("*.jsonl"))},
    )  # fmt: skip


def written(root: Path) -> Iterator[Written]:
    """The examples with their lines. The files hold nothing but intents with a block of lines each."""
    for language in sorted(LANGUAGES):
        for path in sorted((root / NLU / language).glob("*.yml")):
            file, intent = str(path.relative_to(root)), ""
            for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
                if found := INTENT.match(line):
                    intent = found[1]
                elif intent and (found := ITEM.match(line)):
                    yield Written(Example(found[1], intent, language), Place(file, number))


def _rows(path: Path, root: Path) -> Iterator[Row]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            yield Row(_object(line), Place(str(path.relative_to(root)), number))


def _object(line: str) -> dict[str, Any] | None:
    try:
        data = json.loads(line)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None
