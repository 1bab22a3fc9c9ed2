"""The texts of the pages, and which language a visitor gets."""

import re
from typing import Any

import pytest

from actions.facts.content import DATED, SUBJECT_KINDS
from bot.web.wording import other, preferred_language, texts


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("nl-NL,nl;q=0.9", "nl"),
        ("en-GB", "en"),
        ("EN", "en"),
        ("de,en;q=0.5", "en"),
        ("en;q=0.2, nl;q=0.8", "nl"),
        ("nl;q=0, en;q=0.1", "en"),
        ("en;q=nonsense", "nl"),
        ("nl;q=0", "nl"),
        ("fr, *;q=0.5", "nl"),
        ("english", "nl"),
        ("", "nl"),
    ],
)
def test_the_language_that_is_liked_best_is_chosen(header: str, language: str) -> None:
    assert preferred_language(header) == language


def test_each_language_has_another() -> None:
    assert (other("nl"), other("en")) == ("en", "nl")


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for child in value.values() for text in strings(child)]
    return [text for child in value for text in strings(child)] if isinstance(value, list) else [str(value)]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_there_are_words_for_every_kind_of_subject_and_date(language: str) -> None:
    reading = texts(language)["reading"]
    assert set(reading["kinds"]) == set(reading["kind"]) == SUBJECT_KINDS
    assert set(reading["dated"]) >= DATED


def test_visitors_are_addressed_formally() -> None:
    assert not re.search(r"\b(je|jij|jou|jouw|jullie)\b", " ".join(strings(texts("nl")["reading"])), re.IGNORECASE)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_sentences_are_short(language: str) -> None:
    """At most 25 words: the upper end of what plain-language guides advise. Items of a list count by themselves."""
    for text in strings(texts(language)["reading"]):
        for sentence in re.split(r"(?<=[.?!:])\s+|\n", text):
            assert len(sentence.split()) <= 25, sentence
