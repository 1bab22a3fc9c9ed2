"""The training examples and the questions of the tests, as they are written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.languages import LANGUAGES
from bot.settings import ROOT

NLU = ROOT / "data" / "nlu"
QUESTIONS = ROOT / "tests" / "questions"
REVIEWED = "reviewed"
"""The set of questions that staff judged. They may be trained, so they are no held-out set: they only show that what
once was put right stays right."""


@dataclass(frozen=True)
class Example:
    """A training example."""

    text: str
    label: str
    language: str


def read_examples(folder: Path = NLU) -> list[Example]:
    """The written training examples, in the order of files and lines."""
    return [
        Example(line.strip().removeprefix("- "), entry["intent"], language)
        for language in sorted(LANGUAGES)
        for path in sorted((folder / language).glob("*.yml"))
        for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]
        for line in entry.get("examples", "").splitlines()
        if line.strip()
    ]


def held_out_sets(folder: Path = QUESTIONS) -> list[str]:
    """The names of the sets that must stand apart from the training data: all but what staff judged."""
    return [path.stem for path in sorted(folder.glob("*.jsonl")) if path.stem != REVIEWED and read_questions(path)]


def read_questions(path: Path) -> list[str]:
    """What is typed in a set of questions, turn by turn; none in a file that is not there or holds no questions."""
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [turn["user"] for row in rows for turn in row.get("turns", ())]
