"""Linking among very many names: as fast as a message needs, and finding what a comparison with each would find."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

import pytest
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from sqlalchemy.orm import Session

from actions.facts import queries
from bot.linking import FUZZY_FROM, SubjectLinker
from bot.near_names import NearNames
from bot.text import fold
from tests.bench import made_up
from tests.evaluation.questions import read_set
from tests.evaluation.scoring import percentile

SUBJECTS, ALIASES = 20_000, 100_000
MESSAGES = 300
BAR = 5.0
"""Milliseconds of this thread's processor, within which 95 of 100 messages are linked: a busy machine adds none."""


@pytest.fixture(scope="module")
def many() -> list[tuple[str, str, str]]:
    return list(made_up.names(SUBJECTS, ALIASES))


@pytest.fixture(scope="module")
def asked(many: list[tuple[str, str, str]]) -> list[str]:
    written = [item.first for item in read_set("tuning")]
    return made_up.questions(written, [text for _, _, text in many], MESSAGES)


def test_a_message_is_linked_within_five_milliseconds_among_a_hundred_thousand_names(
    many: list[tuple[str, str, str]], asked: list[str]
) -> None:
    linker = SubjectLinker(many)
    found, times = 0, []
    for message in asked[:10]:  # wordfreq reads its words the first time
        linker.link(message)
    for message in asked:
        began = time.thread_time()
        mentions = linker.link(message, "nl")
        times.append((time.thread_time() - began) * 1000)
        found += any(mention.score < 1 for mention in mentions)

    assert found > MESSAGES / 10, "typing errors are looked for"
    assert percentile(times, 95) <= BAR, [round(percentile(times, part), 2) for part in (50, 95, 100)]


def test_near_names_are_those_that_a_comparison_with_each_finds(many: list[tuple[str, str, str]]) -> None:
    chance = random.Random(5)
    known = list(dict.fromkeys(fold(text) for _, _, text in many))[:2000]
    near = NearNames(known)
    typed = [made_up.mistyped(chance.choice(known), chance) for _ in range(100)]
    typed += [made_up.mistyped(each, chance) for each in typed]

    for form in typed:
        for most in (1, 2):
            assert near.nearest(form, most) == _compared(form, known, most), (form, most)


def test_near_names_among_the_facts_are_those_that_a_comparison_finds(facts: Session) -> None:
    chance = random.Random(5)
    known = list(dict.fromkeys(form for name in queries.names(facts) if len(form := fold(name.text)) >= FUZZY_FROM))
    near = NearNames(known)

    for form in (made_up.mistyped(name, chance) for name in known for _ in range(3)):
        assert near.nearest(form, 2) == _compared(form, known, 2), form


def test_of_two_names_that_are_as_near_the_first_counts() -> None:
    assert NearNames(["dalian", "dalien"]).nearest("daliun", 1) == ("dalian", 1)
    assert NearNames(["dalien", "dalian"]).nearest("daliun", 1) == ("dalien", 1)


def test_a_nearer_name_that_begins_otherwise_is_another_name() -> None:
    assert NearNames(["dalian"]).nearest("dalaian", 2) == ("dalian", 1)
    assert NearNames(["dalian", "palian"]).nearest("pbalian", 2) == ("palian", 1)
    assert NearNames(["dalian", "balian"]).nearest("dalianxx", 2) == ("dalian", 2)
    assert NearNames(["balian"]).nearest("dalian", 2) is None
    assert NearNames(["balian", "daliaan"]).nearest("dalian", 2) is None, "the first is as near, and comes first"


def test_no_names_are_near_nothing() -> None:
    assert NearNames([]).nearest("dalian", 2) is None


def _compared(form: str, known: Sequence[str], most: int) -> tuple[str, int] | None:
    best = process.extractOne(form, known, scorer=DamerauLevenshtein.distance, score_cutoff=most)
    if best is None or best[0][0] != form[0] or best[0].count(" ") != form.count(" "):
        return None
    return best[0], int(best[1])
