"""Variants of training examples: made the same way each time, under the same label, from data in both languages."""

import random

import pytest

from bot.augmentation import Chatter, augment, mistyped, told
from bot.languages import LANGUAGES
from tests.conftest import ROOT

CHATTER = {language: Chatter.read(ROOT / "data" / "augmentation" / f"{language}.yml") for language in LANGUAGES}
EXAMPLES = [(f"Sinds wanneer is stad nummer {n} een partnerstad van Enschede?", f"since/{n}") for n in range(200)]


def test_variants_keep_their_label_and_are_the_same_every_time() -> None:
    once = augment(EXAMPLES, ["nl"] * 200, CHATTER)
    assert once == augment(EXAMPLES, ["nl"] * 200, CHATTER)
    assert 90 < len(once) < 190
    whole = dict(EXAMPLES)
    told_ = [(text, label) for text, label in once if any(example in text for example in whole)]
    assert len(told_) > 40
    assert all(any(example in text and whole[example] == label for example in whole) for text, label in told_)


def test_a_typing_error_leaves_the_text_alike() -> None:
    text = "Welke partnersteden heeft de gemeente Enschede in het buitenland?"
    typed = mistyped(text, random.Random(1))
    assert typed != text
    assert abs(len(typed) - len(text)) < 10


@pytest.mark.parametrize("text", ["ab", "hoi", "a  b c"])
def test_a_very_short_text_survives(text: str) -> None:
    assert all(mistyped(text, random.Random(seed)) for seed in range(50))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_story_holds_the_question_whole(language: str) -> None:
    question = "wat doet eurocities"
    assert all(question in told(question, CHATTER[language], random.Random(seed)) for seed in range(50))


@pytest.mark.parametrize("language", LANGUAGES)
def test_chatter_asks_nothing(language: str) -> None:
    sentences = [*CHATTER[language].before, *CHATTER[language].after, *CHATTER[language].inside]
    assert len(sentences) > 300
    assert [each for each in sentences if "?" in each] == []
