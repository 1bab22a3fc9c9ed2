"""Which of many names a mistyped one is nearest to, without comparing it with each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

if TYPE_CHECKING:
    from numpy.typing import NDArray

LETTERS = 64
"""Bits in which the letters of a name are noted."""
FEW = 64
"""Names up to which each is compared: choosing among them would take as long."""


class NearNames:
    """Names, in an order that decides between two that are as near.

    Finds what a comparison with each of them would find, and a hundred times as fast among a hundred thousand.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._all = _Shelf(enumerate(names))
        alike: dict[tuple[str, int], list[tuple[int, str]]] = defaultdict(list)
        for number, name in enumerate(names):
            alike[_kind(name)].append((number, name))
        self._shelves = {kind: _Shelf(numbered) for kind, numbered in alike.items()}

    def nearest(self, name: str, most: int) -> tuple[str, int] | None:
        """The nearest name and how many typing errors away it is, if that is at most `most`.

        None also when the nearest one begins with another letter or has another number of words: a first letter is
        seldom mistyped, so it is mostly another name.
        """
        shelf = self._shelves.get(_kind(name))
        alike = shelf.nearest(name, most) if shelf else None
        if alike is None:
            return None
        found = self._all.nearest(name, alike[1])
        return alike if found == alike else None


class _Shelf:
    """Names by length, each with the letters it has: enough to pass over nearly all that are not near."""

    def __init__(self, numbered: Iterable[tuple[int, str]]) -> None:
        names = list(numbered)
        ordered = sorted(names, key=lambda each: len(each[1]))
        self._in_order = [name for _, name in sorted(names)] if len(names) <= FEW else []
        self._names = [name for _, name in ordered]
        self._numbers = np.array([number for number, _ in ordered], np.int64)
        self._lengths = np.array([len(name) for name in self._names], np.int64)
        self._letters = np.array([_letters(name) for name in self._names], np.uint64)

    def nearest(self, name: str, most: int) -> tuple[str, int] | None:
        choices = self._in_order or self._possible(name, most)
        best = process.extractOne(name, choices, scorer=DamerauLevenshtein.distance, score_cutoff=most)
        return None if best is None else (best[0], int(best[1]))

    def _possible(self, name: str, most: int) -> list[str]:
        """The names that may be near enough, in their order."""
        first, last = np.searchsorted(self._lengths, (len(name) - most, len(name) + most + 1))
        # A typing error takes a letter away, brings one, or both.
        differing = _ones(self._letters[first:last] ^ np.uint64(_letters(name)))
        possible = first + np.flatnonzero(differing <= 2 * most)
        return [self._names[place] for place in possible[np.argsort(self._numbers[possible])]]


def _kind(name: str) -> tuple[str, int]:
    return name[0], name.count(" ")


def _letters(name: str) -> int:
    letters = 0
    for letter in set(name):
        letters |= 1 << ord(letter) % LETTERS
    return letters


def _ones(numbers: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """How many bits are set in each number."""
    quarters = _ones_of_quarters()[numbers.view(np.uint16)].reshape(-1, 4)
    ones: NDArray[np.uint8] = quarters[:, 0] + quarters[:, 1] + quarters[:, 2] + quarters[:, 3]
    return ones


@cache
def _ones_of_quarters() -> NDArray[np.uint8]:
    return np.array([number.bit_count() for number in range(1 << 16)], np.uint8)
