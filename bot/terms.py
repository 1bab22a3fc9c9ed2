"""The terms of a text that a ranker weighs: words, pairs of words, and the letters in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORD = re.compile(r"\w+")
SHORTEST, LONGEST = 2, 5
"""Letters that are taken together."""
WORDS_KEPT = 2048
"""Words of which the letters are kept in memory: few words make up most of what is typed."""


def words(text: str) -> Iterator[str]:
    """Each word, and each pair of words that follow one another."""
    single = WORD.findall(text)
    yield from single
    yield from (f"{first} {second}" for first, second in pairwise(single))


def letters(text: str) -> Iterator[str]:
    """What stands in each word in two to five letters; its two ends count as letters."""
    return chain.from_iterable(map(_letters, text.split()))


@lru_cache(maxsize=WORDS_KEPT)
def _letters(word: str) -> tuple[str, ...]:
    whole = f" {word} "
    lengths = range(SHORTEST, min(LONGEST, len(whole)) + 1)
    return tuple(whole[start : start + length] for length in lengths for start in range(len(whole) - length + 1))


class Terms:
    """The known terms of one kind, in the order of their columns, each with its inverse document frequency.

    Gives what scikit-learn's TfidfVectorizer gives, which takes a second to load and ten times as long for one text.
    """

    def __init__(self, kind: Callable[[str], Iterator[str]], known: Sequence[str], idf: NDArray[np.float32]) -> None:
        self.known, self.idf = known, idf.astype(np.float32)
        self._kind = kind
        self._columns = {term: column for column, term in enumerate(known)}

    def __len__(self) -> int:
        return len(self.known)

    def weigh(self, folded: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The columns of the terms of a text, and their TF-IDF values: a vector of length 1, or nothing at all."""
        found = Counter(map(self._columns.get, self._kind(folded)))
        found.pop(None, None)
        columns = np.fromiter(found, np.int64, len(found))
        values = (1.0 + np.log(np.fromiter(found.values(), np.float32, len(found)))) * self.idf[columns]
        return columns, values / max(float(np.sqrt(values @ values)), 1e-9)
