"""Whether two questions are nearly the same: the measure that keeps test questions out of the training data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

NEAR = 92
"""Similarity (0 to 100, words in any order) from which on two questions are nearly the same."""
WORDS = 5
"""Words from which on a question is compared; shorter ones ("hello", "since when?") are everybody's."""


def plain(text: str) -> str:
    """The words of a text in small letters, without punctuation."""
    return " ".join(re.findall(r"\w+", text.lower()))


def comparable(texts: Iterable[str]) -> list[str]:
    """Plain texts that are long enough to be compared, each once."""
    return list(dict.fromkeys(text for text in map(plain, texts) if len(text.split()) >= WORDS))


def nearest(text: str, known: Sequence[str]) -> str | None:
    """The one of `known` (from `comparable`) that is most like a text, if it is nearly the same."""
    from rapidfuzz import fuzz, process

    asked = comparable([text])
    found = process.extractOne(asked[0], known, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR) if asked else None
    return None if found is None else str(found[0])


def near_pairs(asked: Sequence[str], known: Sequence[str]) -> list[tuple[str, str]]:
    """All pairs that are nearly the same, of two lists from `comparable`. Much faster than one after the other."""
    from rapidfuzz import fuzz, process

    if not asked or not known:
        return []
    near = process.cdist(asked, known, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR, workers=-1)
    return [(asked[row], known[column]) for row, column in zip(*near.nonzero(), strict=True)]
