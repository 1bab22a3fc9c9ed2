"""The sentence encoder at the threshold of gaps: the same question comes together in both languages, others do not."""

from __future__ import annotations

import numpy as np
import pytest

from bot.encoder import shared_encoder
from bot.review.clustering import Vectors, find_groups, nearest
from bot.review.gap_search import THRESHOLD

PAIRS = [
    ("Hoeveel inwoners heeft Münster?", "How many inhabitants does Münster have?"),
    ("Wat kost de samenwerking met Dalian per jaar?", "How much does the cooperation with Dalian cost per year?"),
    ("Hoe ver is het van Enschede naar Palo Alto?", "How far is it from Enschede to Palo Alto?"),
    ("Waar kan ik een paspoort aanvragen?", "Where can I apply for a passport?"),
    ("Wie is de burgemeester van Palo Alto?", "Who is the mayor of Palo Alto?"),
    ("Kan ik stage lopen bij de Euregio?", "Can I do an internship at the Euregio?"),
    ("Hoe vraag ik een Europese subsidie aan?", "How do I apply for a European subsidy?"),
    ("Wat zijn de openingstijden van het museum?", "What are the opening hours of the museum?"),
    ("Komt er volgend jaar een nieuwe partnerstad bij?", "Will there be a new partner city next year?"),
    ("Welke talen spreken ze in Silicon Valley?", "Which languages do they speak in Silicon Valley?"),
    ("Zijn er studentenkamers vrij in Enschede?", "Are there student rooms available in Enschede?"),
    ("Wat is het telefoonnummer van de afdeling internationaal?", "What is the phone number of the international department?"),
]  # fmt: skip


@pytest.fixture(scope="module")
def places() -> list[tuple[int, int]]:
    """The groups of each pair's Dutch and English question."""
    vectors: Vectors = shared_encoder().encode([text for pair in PAIRS for text in pair])
    groups = find_groups([(vectors, np.ones(len(vectors), dtype=np.float32))], THRESHOLD)
    found = nearest(vectors, groups, THRESHOLD).tolist()
    return list(zip(found[::2], found[1::2], strict=True))


def test_a_question_and_its_translation_are_in_one_gap(places: list[tuple[int, int]]) -> None:
    assert [pair for pair, (dutch, english) in zip(PAIRS, places, strict=True) if dutch != english] == []


def test_different_questions_are_in_different_gaps(places: list[tuple[int, int]]) -> None:
    assert len({dutch for dutch, _ in places}) == len(PAIRS)
