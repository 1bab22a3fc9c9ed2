"""When a candidate is worse than the active model."""

from __future__ import annotations

from typing import Any

import pytest

from bot.comparison import compare, report
from tests.evaluation.replies import Turn, summary


def figures(passed: int, of: int, kind: str = "answer", wrong: int = 0, name: str = "tuning") -> dict[str, Any]:
    """A set of which the first questions pass; of ten more that should be declined, the first ones are answered."""
    turns = [
        Turn(f"{kind}-{n}", 0, "nl", kind, False, "answered", "", () if n < passed else ("missing /2021/",), 1.0)
        for n in range(of)
    ]
    turns += [
        Turn(f"unknown-{n}", 0, "nl", "unknown", True, "x", "", ("should decline, outcome=answered",) if n < wrong else (), 1.0)
        for n in range(10)
    ]  # fmt: skip
    return {name: {"summary": summary(turns), "turns": [vars(turn) | {"typed": turn.item} for turn in turns]}}


@pytest.mark.parametrize(
    ("old", "new", "objections"),
    [
        (figures(90, 100), figures(90, 100), 0),
        (figures(90, 100), figures(95, 100), 0),
        (figures(90, 100), figures(89, 100), 1),
        (figures(90, 100), figures(86, 100), 2),
        (figures(9, 10), figures(8, 10), 1),
        (figures(80, 100, wrong=1), figures(85, 100, wrong=2), 1),
        (figures(80, 100, wrong=2), figures(80, 100, wrong=1), 0),
        (
            figures(90, 100) | figures(5, 5, name="reviewed"),
            figures(91, 100) | figures(4, 5, name="reviewed"),
            1,
        ),
    ],
)
def test_the_rule(old: dict[str, Any], new: dict[str, Any], objections: int) -> None:
    assert len(compare(old, new).objections) == objections


def test_a_kind_that_loses_is_not_made_up_for_by_another() -> None:
    def both(answers: int, lists: int) -> dict[str, Any]:
        sets = figures(answers, 100) | figures(lists, 40, "list", name="sample")
        return sets

    assert compare(both(80, 38), both(90, 35)).objections == ("of the kind list it passes 35 instead of 38 of 40",)
    assert compare(both(80, 38), both(90, 37)).objections == ()


def test_the_report_names_the_questions_that_changed() -> None:
    text = report(compare(figures(90, 100), figures(89, 100)))
    assert "| held out: all | 100 | 99 | 110 | -0.9 points |" in text
    assert "| held out: nl/answer | 90 | 89 | 100 | -1.0 points |" in text
    assert "- tuning/answer-89 (answer, nl): answer-89 – missing /2021/" in text
    assert text.endswith("The new model is worse: it passes 99 instead of 100 of 110 held-out questions.\n")
