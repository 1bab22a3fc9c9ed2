"""The held-out questions, their labels, and the training examples: what is measured with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.examples import QUESTIONS as FOLDER
from bot.examples import Example, read_examples

__all__ = ["Example", "Item", "Label", "read_examples", "read_labels", "read_lines", "read_set"]
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


def read_set(name: str, folder: Path = FOLDER) -> list[Item]:
    """The items of a set. Raises OSError or ValueError when its file is not there or not JSON Lines."""
    return [Item(r["id"], r["lang"], r["kind"], tuple(r["turns"])) for r in read_lines(folder / f"{name}.jsonl")]


def read_labels(path: Path = FOLDER / "labels.jsonl") -> dict[str, Label]:
    """By item: the label of its first turn."""
    return {
        r["id"]: Label(r["id"], tuple(r["labels"]), frozenset(r["subjects"]), r.get("mistyped", False))
        for r in read_lines(path)
    }


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)
