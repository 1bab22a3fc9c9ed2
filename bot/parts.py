"""Two questions in one message."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.linking import Mention

JOINED = re.compile(
    r"\?\s+(?=\S)|[,;]?\s+(?:en|and)\s+(?=(?:wat|wie|waar|waarom|wanneer|sinds|hoe|hoeveel|welke?|met wie|"
    r"what|who|where|why|when|since|how|which|with whom)\b)",
    re.IGNORECASE,
)
LEAST = 3
"""Words of a part; less is no question of its own."""


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
