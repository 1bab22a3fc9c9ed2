"""Groups vectors that mean the same, in two passes over them, with memory that does not grow with their number.

The first pass finds the groups (the leader algorithm: a vector joins the nearest group if that is near enough, else it
begins one); groups that came to lie close together are then joined. The second pass gives each vector the nearest
group, so that what came first decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Weights = NDArray[np.float32]

MOST_GROUPS = 4000
"""Groups that are held in the first pass: with more, the smallest ones give way, the oldest first."""
ROOM = 0.75
"""The part of the groups that stays when there are too many: making room seldom is cheaper."""
NONE = -1
"""In the place of a group's number: no group is near enough."""


def find_groups(batches: Iterable[tuple[Vectors, Weights]], threshold: float, most: int = MOST_GROUPS) -> Vectors:
    """The groups' directions as unit vectors, the heaviest first. `threshold` is the least cosine within a group.

    Batches are unit vectors with the weight of each: how often it occurs.
    """
    groups = _Groups(threshold, most)
    for vectors, weights in batches:
        groups.add(vectors, weights)
    return groups.joined()


def nearest(vectors: Vectors, groups: Vectors, threshold: float) -> NDArray[np.int64]:
    """The number of the group of each vector; NONE when none is near enough."""
    if not len(groups):
        return np.full(len(vectors), NONE)
    similar = vectors @ groups.T
    best: NDArray[np.int64] = similar.argmax(axis=1)
    return np.where(similar[np.arange(len(vectors)), best] >= threshold, best, NONE)


class _Groups:
    """The groups so far: the sum of each one's vectors, and its weight."""

    def __init__(self, threshold: float, most: int) -> None:
        self._threshold, self._most = threshold, most
        self._sums: Vectors = np.zeros((0, 0), dtype=np.float32)
        self._weights: Weights = np.zeros(0, dtype=np.float32)

    def add(self, vectors: Vectors, weights: Weights) -> None:
        if not len(self._weights):
            self._sums = np.zeros((0, vectors.shape[1]), dtype=np.float32)
        places = nearest(vectors, _directions(self._sums), self._threshold)
        known = places != NONE
        np.add.at(self._sums, places[known], vectors[known] * weights[known, None])
        np.add.at(self._weights, places[known], weights[known])
        self._begin(vectors[~known], weights[~known])
        self._make_room()

    def joined(self) -> Vectors:
        """The groups' directions, where those that lie as close as their members are one."""
        directions, kept = _directions(self._sums), []
        left = np.argsort(-self._weights, kind="stable")
        while len(left):
            close = directions[left] @ directions[left[0]] >= self._threshold
            close[0] = True
            joined = left[close]
            kept.append((self._sums[joined].sum(axis=0), self._weights[joined].sum()))
            left = left[~close]
        kept.sort(key=lambda group: -group[1])
        return _directions(
            np.array([total for total, _ in kept], dtype=np.float32).reshape(len(kept), self._sums.shape[1])
        )

    def _begin(self, vectors: Vectors, weights: Weights) -> None:
        """Makes groups of vectors that belong to none."""
        sums, totals = [], []
        while len(vectors):
            close = vectors @ vectors[0] >= self._threshold
            close[0] = True
            sums.append((vectors[close] * weights[close, None]).sum(axis=0))
            totals.append(weights[close].sum())
            vectors, weights = vectors[~close], weights[~close]
        if sums:
            self._sums = np.vstack([self._sums, np.array(sums, dtype=np.float32)])
            self._weights = np.concatenate([self._weights, np.array(totals, dtype=np.float32)])

    def _make_room(self) -> None:
        if len(self._weights) <= self._most:
            return
        age = np.arange(len(self._weights))
        heaviest = np.lexsort((-age, -self._weights))[: int(self._most * ROOM)]
        stay = np.sort(heaviest)
        self._sums, self._weights = self._sums[stay], self._weights[stay]


def _directions(sums: Vectors) -> Vectors:
    directions: Vectors = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return directions
