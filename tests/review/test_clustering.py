"""Vectors that mean the same come together, in any order and in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.review.clustering import NONE, find_groups, nearest

Vectors = NDArray[np.float32]
WIDTH = 64


def around(centres: Vectors, count: int, noise: float, seed: int = 0) -> tuple[Vectors, NDArray[np.int64]]:
    """Unit vectors near centres, and which centre each belongs to."""
    random = np.random.default_rng(seed)
    own = random.integers(0, len(centres), count)
    drawn = random.normal(size=(count, centres.shape[1])) * noise / np.sqrt(centres.shape[1])
    return unit(centres[own] + drawn), own


def unit(vectors: NDArray[np.floating]) -> Vectors:
    made: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return made


def centres(count: int) -> Vectors:
    return unit(np.eye(WIDTH)[:count])


def in_batches(vectors: Vectors, size: int = 32) -> Iterator[tuple[Vectors, NDArray[np.float32]]]:
    for start in range(0, len(vectors), size):
        batch = vectors[start : start + size]
        yield batch, np.ones(len(batch), dtype=np.float32)


@pytest.mark.parametrize("seed", range(5))
def test_each_meaning_is_one_group_whatever_the_order(seed: int) -> None:
    vectors, own = around(centres(8), 400, noise=0.5, seed=seed)
    groups = find_groups(in_batches(vectors), 0.6)
    found = nearest(vectors, groups, 0.6)
    assert len(groups) == 8
    assert len({(int(a), int(b)) for a, b in zip(found, own, strict=True)}) == 8


def test_the_heaviest_group_comes_first() -> None:
    vectors = np.repeat(centres(3), [2, 5, 3], axis=0)
    groups = find_groups(in_batches(vectors), 0.9)
    assert groups @ centres(3).T == pytest.approx(np.eye(3)[[1, 2, 0]], abs=1e-5)


def test_a_text_that_was_asked_often_weighs_as_often() -> None:
    weights = np.array([1, 9], dtype=np.float32)
    groups = find_groups([(centres(2), weights)], 0.9)
    assert groups[0] == pytest.approx(centres(2)[1])


def test_what_is_near_no_group_is_in_none() -> None:
    assert nearest(centres(3), centres(2), 0.5).tolist() == [0, 1, NONE]
    assert nearest(centres(2), np.zeros((0, WIDTH), dtype=np.float32), 0.5).tolist() == [NONE, NONE]


def test_nothing_has_no_groups() -> None:
    assert len(find_groups([], 0.5)) == 0


def test_a_single_vector_is_a_group() -> None:
    assert find_groups(in_batches(centres(1)), 0.5) == pytest.approx(centres(1))


def test_groups_that_grew_towards_each_other_are_one() -> None:
    angles = np.radians([0, 50, 10, 40, 20, 30])
    vectors = unit(np.stack([np.cos(angles), np.sin(angles)], axis=1))
    assert len(find_groups(in_batches(vectors, 1), np.cos(np.radians(30)))) == 1


def test_with_too_many_groups_the_small_ones_give_way() -> None:
    often = np.repeat(centres(2), 20, axis=0)
    alone = unit(np.random.default_rng(1).normal(size=(500, WIDTH)))
    groups = find_groups([*in_batches(often), *in_batches(alone)], 0.9, most=50)
    assert len(groups) <= 50
    assert nearest(centres(2), groups, 0.9).tolist() == [0, 1]


def test_a_text_without_words_begins_no_more_than_one_group() -> None:
    nothing = np.zeros((3, WIDTH), dtype=np.float32)
    groups = find_groups(in_batches(np.vstack([nothing, centres(1)])), 0.5)
    assert nearest(centres(1), groups, 0.5).tolist() != [NONE]
