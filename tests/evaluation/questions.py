"""The held-out questions, their labels, and the training examples: what is measured with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.settings import ROOT

FOLDER = ROOT / "tests" / "questions"
SETS = ("sample", "tuning", "reporting")
HELD = frozenset({"answer", "comparison", "count", "list", "mixed", "yesno"})
"""Kinds of questions on facts. Such a turn is held by the sources unless it is marked `decline`."""


@dataclass(frozen=True)
class Item:
    """A question, or a dialogue of several turns, of a held-out set."""

    id: str
    language: str
    kind: str
    turns: tuple[dict[str, Any], ...]

    @property
    def single(self) -> bool:
        return len(self.turns) == 1

    @property
    def first(self) -> str:
        """What the visitor types first."""
        return str(self.turns[0]["user"])

    @property
    def in_scope(self) -> bool:
        """Whether it is one question whose answer the sources hold."""
        return self.single and self.kind in HELD and not self.turns[0].get("decline")


@dataclass(frozen=True)
class Label:
    """What a first turn asks: every label that would be right, and the subjects that it names."""

    id: str
    labels: tuple[str, ...]
    subjects: frozenset[str]
    mistyped: bool
    """Whether the name of a subject has a typing error in it."""


@dataclass(frozen=True)
class Example:
    """A training example."""

    text: str
    label: str
    language: str


def read_set(name: str, folder: Path = FOLDER) -> list[Item]:
    """The items of a set. Raises OSError or ValueError when its file is not there or not JSON Lines."""
    return [Item(r["id"], r["lang"], r["kind"], tuple(r["turns"])) for r in read_lines(folder / f"{name}.jsonl")]


def read_labels(path: Path = FOLDER / "labels.jsonl") -> dict[str, Label]:
    """By item: the label of its first turn."""
    return {
        r["id"]: Label(r["id"], tuple(r["labels"]), frozenset(r["subjects"]), r.get("mistyped", False))
        for r in read_lines(path)
    }


def read_examples(folder: Path = ROOT / "data" / "nlu") -> list[Example]:
    """The written training examples, in the order of files and lines."""
    return [
        Example(line.strip().removeprefix("- "), entry["intent"], language)
        for language in ("en", "nl")
        for path in sorted((folder / language).glob("*.yml"))
        for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]
        for line in entry.get("examples", "").splitlines()
        if line.strip()
    ]


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)
