"""How well a grouping fits labels."""

from __future__ import annotations

import pytest

from tests.evaluation.gaps import bcubed


@pytest.mark.parametrize(
    ("groups", "labels", "expected"),
    [
        ([1, 1, 2, 2], "aabb", (1.0, 1.0)),
        ([1, 1, 1, 1], "aabb", (0.5, 1.0)),
        ([1, 2, 3, 4], "aabb", (1.0, 0.5)),
        ([1, 1, 1, 2], "aabb", ((2 * 2 / 3 + 1 / 3 + 1) / 4, (2 + 2 * 0.5) / 4)),
    ],
)
def test_precision_and_recall_are_those_of_every_element(
    groups: list[int], labels: str, expected: tuple[float, float]
) -> None:
    assert bcubed(groups, labels) == pytest.approx(expected)
