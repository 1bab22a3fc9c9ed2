"""How large a run is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from tests.evaluation.questions import read_set


@dataclass(frozen=True)
class Options:
    """Sizes of a run. `work` is a folder for what it makes."""

    work: Path
    rounds: int = 5
    questions: int = 200
    clients: tuple[int, ...] = (1, 10, 50)
    turns: int = 1000
    subjects: tuple[int, ...] = (0, 1000, 20_000)
    """Subjects in the facts database; 0: those that it has."""
    aliases: int = 5
    """Other names of each made-up subject."""
    examples: tuple[int, ...] = (16, 4, 1)
    """Shares of the training examples: a sixteenth, a quarter, all."""
    few_examples: bool = False
    """Whether they are shares of the tests' small model's examples, not of the project's."""
    starts: int = 3
    """Starts of each system, cold and warm."""


@cache
def questions(number: int) -> Sequence[str]:
    """The same questions for all: first turns of the reporting set, in a fixed order."""
    asked = [item.first for item in read_set("reporting") if item.single]
    Random(7).shuffle(asked)
    return tuple(asked[place % len(asked)] for place in range(number))
