"""The questions in a message: two of them, or one among sentences that ask nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.linking import Mention
from bot.question_form import OPEN, YES_NO_FIRST
from bot.text import fold

JOINED = re.compile(
    r"\?\s+(?=\S)|[,;]?\s+(?:en|and)\s+(?=(?:wat|wie|waar|waarom|wanneer|sinds|hoe|hoeveel|welke?|met wie|"
    r"what|who|where|why|when|since|how|which|with whom)\b)",
    re.IGNORECASE,
)
LEAST = 3
"""Words of a part; less is no question of its own."""
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
LONG = 12
"""Words from which on a message may hold sentences beside its question."""


def split(text: str, mentions: Sequence[Mention] = ()) -> list[str]:
    """The two questions of a message, or an empty list when it is one.

    The second one is given the first name of the message when it names nothing itself: "when, and where is it?"
    """
    cut = JOINED.search(text)
    if cut is None:
        return []
    first, second = text[: cut.start()].strip(), text[cut.end() :].strip()
    if min(len(first.split()), len(second.split())) < LEAST or JOINED.search(second):
        return []
    if mentions and not any(mention.start >= cut.end() for mention in mentions):
        second = f"{text[mentions[0].start : mentions[0].end]} {second}"
    return [first, second]


def questions(text: str) -> list[str]:
    """The sentences that ask something, of a message that has others too; an empty list for a short message."""
    sentences = [each for each in SENTENCE_END.split(text) if len(each.split()) >= LEAST]
    if len(sentences) < 2 or len(text.split()) < LONG:
        return []
    return (
        [each for each in sentences if "?" in each]
        or [each for each in sentences if OPEN.search(fold(each)) or YES_NO_FIRST.search(fold(each))]
        or sentences
    )
