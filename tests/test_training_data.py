"""The training examples: enough, of both languages, under one intent each, and none of the held-out questions."""

from collections import Counter, defaultdict
from functools import lru_cache

import pytest

from actions.facts.content import Content
from bot.duplicates import comparable, near_pairs, plain
from bot.examples import QUESTIONS, held_out_sets, read_examples, read_questions

LEAST = 38
"""Examples of each statement in each language."""


@lru_cache(maxsize=2)
def examples(language: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for example in read_examples():
        if example.language == language:
            found[example.label].append(example.text)
    return found


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


def test_the_sets_that_were_made_for_testing_are_held_out() -> None:
    assert {"sample", "tuning", "reporting"} <= set(held_out_sets())


@pytest.mark.parametrize("name", held_out_sets())
def test_no_held_out_question_stands_in_the_training_data(name: str) -> None:
    """What staff judged (reviewed.jsonl) is exempt: it is a regression set, whose questions may be trained."""
    known = comparable(text for language in ("nl", "en") for texts in examples(language).values() for text in texts)
    asked = comparable(read_questions(QUESTIONS / f"{name}.jsonl"))
    assert sorted(set(asked) & set(known)) == []
    assert near_pairs(asked, known) == []
