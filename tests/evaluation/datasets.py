"""Public question sets in a folder outside the project. None of their sentences is written anywhere."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.evaluation.questions import read_lines

MASSIVE = {"nl": "massive_nl.jsonl", "en": "massive_en.jsonl"}
GOVERNMENT = "nl_rijksoverheid_vac.jsonl"
SEED = 7
STRESS = 1000
"""Lines of MASSIVE a language in the stress set."""
INTENTS = 20
TRAINING = 1500
"""Lines of MASSIVE a language that the classifiers are trained on."""


@dataclass(frozen=True)
class Line:
    """A line of a data set: `source` is the set's name, `label` its intent there."""

    text: str
    label: str
    language: str
    source: str


def stress_set(folder: Path) -> list[Line]:
    """Questions on other subjects: all government questions, and a fixed sample of MASSIVE in each language.

    MASSIVE's `general_*` intents are left out: greetings and jokes may well be answered.
    """
    lines = [_line(row, "nl", "government") for row in read_lines(folder / GOVERNMENT)]
    for language, name in MASSIVE.items():
        rows = [row for row in read_lines(folder / name) if not row["intent"].startswith("general_")]
        lines += [_line(row, language, "MASSIVE") for row in random.Random(SEED).sample(rows, STRESS)]
    return lines


def classification(folder: Path) -> tuple[list[Line], list[Line]]:
    """Lines to train and to test classifiers on: the commonest intents of MASSIVE, both languages together."""
    rows = {language: list(read_lines(folder / name)) for language, name in MASSIVE.items()}
    chosen = commonest([row["intent"] for row in rows["en"] if row["split"] == "train"])
    training, test = [], []
    for language, all_rows in rows.items():
        wanted = [row for row in all_rows if row["intent"] in chosen]
        train = [_line(row, language, "MASSIVE") for row in wanted if row["split"] == "train"]
        training += random.Random(SEED).sample(train, TRAINING)
        test += [_line(row, language, "MASSIVE") for row in wanted if row["split"] == "test"]
    return training, test


def commonest(intents: Sequence[str], number: int = INTENTS) -> frozenset[str]:
    """The commonest intents, `general_*` aside; of equally common ones the first by name."""
    counts = Counter(intent for intent in intents if not intent.startswith("general_"))
    return frozenset(sorted(counts, key=lambda intent: (-counts[intent], intent))[:number])


def _line(row: dict[str, Any], language: str, source: str) -> Line:
    return Line(row["text"], row["intent"], language, source)
