"""Risk and coverage: how wrong the answers are, and how many there are, when only the surest are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Answered:
    """One question. `confidence` is None when it was not answered at any threshold."""

    confidence: float | None
    right: bool


@dataclass(frozen=True)
class Point:
    """At a threshold: how many questions are answered, and how many of those answers are wrong."""

    threshold: float
    answered: int
    wrong: int
    questions: int

    @property
    def coverage(self) -> float:
        return self.answered / self.questions if self.questions else 0.0

    @property
    def risk(self) -> float:
        return self.wrong / self.answered if self.answered else 0.0


def point(questions: Sequence[Answered], threshold: float) -> Point:
    """Coverage and risk when only answers of at least this confidence are given."""
    given = [each for each in questions if each.confidence is not None and each.confidence >= threshold]
    return Point(threshold, len(given), sum(not each.right for each in given), len(questions))


def risk_coverage(questions: Sequence[Answered]) -> list[Point]:
    """A point for each confidence that occurs, from the surest answer alone to all answers."""
    thresholds = sorted({each.confidence for each in questions if each.confidence is not None}, reverse=True)
    return [point(questions, threshold) for threshold in thresholds]


def area(points: Sequence[Point]) -> float:
    """The mean risk over the coverage reached (AURC, trapezoids); 0 is best."""
    total = sum(
        (second.coverage - first.coverage) * (first.risk + second.risk) / 2 for first, second in pairwise(points)
    )
    reached = points[-1].coverage - points[0].coverage if points else 0.0
    return total / reached if reached else 0.0
