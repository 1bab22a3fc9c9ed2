"""Whether a text is plain enough to read (language level B1): short active sentences, plain words, polite in Dutch."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.content_check.bilingual import bilinguals
from bot.content_check.finding import Finding, Place, error, warning
from bot.content_check.project import Project
from bot.content_check.responses import responses
from bot.content_check.words import words
from bot.languages import LANGUAGES

LONGEST = 20
"""Words of a sentence."""
LONGEST_QUESTION = 80
"""Characters of a statement's question, which stands on a button."""
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n|(?<=:)\s")
QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|‘[^’]*’|\{\w+\}")
"""Names and slogans as they are, and what a template fills in."""


def found(project: Project) -> Iterator[Finding]:
    for text in bilinguals(project):
        for language in LANGUAGES:
            yield from spoken(text.text[language], language, text.places[language])
            if text.sentences:
                yield from sentences(text.text[language], language, text.places[language])
            if text.where.endswith(".question") and len(text.text[language]) > LONGEST_QUESTION:
                yield error(text.places[language], "long_question", limit=LONGEST_QUESTION)
    for response in responses(project):
        yield from spoken(response.text, response.language, response.place)
        yield from sentences(response.text, response.language, response.place)


def sentences(text: str, language: str, place: Place) -> Iterator[Finding]:
    """What makes the sentences of a text hard to read."""
    for sentence in SENTENCE.split(text):
        if (count := len(sentence.split())) > LONGEST:
            yield warning(place, "long_sentence", count=count, limit=LONGEST, sentence=sentence)
        if passive := _passive(QUOTED.sub("", sentence).lower(), language):
            yield warning(place, f"passive_{language}", words=passive, sentence=sentence)


def spoken(text: str, language: str, place: Place) -> Iterator[Finding]:
    """Hard words, and words that are too familiar."""
    listed = words(language)
    plain = QUOTED.sub("", text).lower()
    for word in dict.fromkeys(listed.hard_pattern.findall(plain)):
        yield warning(place, "hard_word", word=word, plain=listed.hard[word])
    for word in dict.fromkeys(listed.informal.findall(plain)):
        yield error(place, f"informal_{language}", word=word)


def _passive(sentence: str, language: str) -> str:
    listed = words(language)
    for pattern in listed.passive:
        for match in pattern.finditer(sentence):
            if match[1] not in listed.not_passive:
                return match[0]
    return ""
