import pytest

from tests.evaluation.curve import Answered, Point, area, point, risk_coverage

QUESTIONS = [Answered(0.9, True), Answered(0.8, False), Answered(0.8, True), Answered(0.4, False), Answered(None, True)]


def test_a_point_counts_the_answers_of_at_least_its_confidence() -> None:
    result = point(QUESTIONS, 0.8)
    assert (result.answered, result.wrong, result.questions) == (3, 1, 5)
    assert (result.coverage, result.risk) == (0.6, pytest.approx(1 / 3))


def test_what_is_never_answered_counts_as_a_question_only() -> None:
    assert point(QUESTIONS, 0.0).coverage == 0.8


def test_the_curve_goes_from_the_surest_answer_to_all_answers() -> None:
    assert [(p.threshold, p.answered, p.wrong) for p in risk_coverage(QUESTIONS)] == [
        (0.9, 1, 0),
        (0.8, 3, 1),
        (0.4, 4, 2),
    ]


def test_the_area_is_the_mean_risk_over_the_coverage_reached() -> None:
    # Coverage 0.2 to 0.6 at a mean risk of 0.1, then to 1.0 at 0.3.
    points = [Point(0.9, 2, 0, 10), Point(0.8, 5, 1, 10), Point(0.4, 10, 4, 10)]
    assert area(points) == pytest.approx((0.3 * 0.1 + 0.5 * 0.3) / 0.8)


def test_nothing_answered_is_no_risk() -> None:
    assert point([Answered(None, True)], 0.5).risk == 0
    assert area([]) == 0
    assert risk_coverage([Answered(None, True)]) == []
