"""The training examples: enough, of both languages, under one intent each, and none of the held-out questions."""

import json
import re
from collections import Counter, defaultdict
from functools import lru_cache

import pytest
import yaml
from rapidfuzz import fuzz, process

from actions.facts.content import Content
from tests.conftest import ROOT

LEAST = 38
"""Examples of each statement in each language."""
NEAR = 92
"""Similarity (0 to 100, words in any order) from which on two questions are nearly the same."""


@lru_cache(maxsize=2)
def examples(language: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "data" / "nlu" / language).glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            found[entry["intent"]] += [line[2:] for line in entry["examples"].splitlines() if line.startswith("- ")]
    return found


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_statement_has_enough_examples(content: Content, language: str) -> None:
    counts = {
        f"{s.aspect}/{s.subject}": len(examples(language)[f"{s.aspect}/{s.subject}"])
        for s in content.statements.values()
    }
    assert {label: count for label, count in counts.items() if count < LEAST} == {}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_there_are_many_examples_of_what_cannot_be_answered(language: str) -> None:
    counts = Counter({label: len(texts) for label, texts in examples(language).items()})
    assert sum(count for label, count in counts.items() if label.startswith("unknown/")) >= 600
    assert sum(count for label, count in counts.items() if label.startswith("out_of_scope/")) >= 600


@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_example_stands_under_two_intents(language: str) -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for label, texts in examples(language).items():
        for text in texts:
            owners[plain(text) or text].add(label)
    assert {text: labels for text, labels in owners.items() if len(labels) > 1} == {}


@pytest.mark.parametrize("name", ["sample", "tuning", "reporting"])
def test_no_held_out_question_stands_in_the_training_data(name: str) -> None:
    known = {plain(text) for language in ("nl", "en") for texts in examples(language).values() for text in texts}
    asked = [
        plain(turn["user"])
        for line in (ROOT / "tests" / "questions" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        for turn in json.loads(line)["turns"]
    ]
    asked = [text for text in asked if len(text.split()) >= 5]
    assert [text for text in asked if text in known] == []
    long = [text for text in known if len(text.split()) >= 5]
    near = process.cdist(asked, long, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR, workers=-1)
    close = [(asked[row], long[column]) for row, column in zip(*near.nonzero(), strict=True)]
    assert close == []
