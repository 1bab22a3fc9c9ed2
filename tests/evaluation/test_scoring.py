import pytest

from tests.evaluation.scoring import (
    confusions,
    found,
    grouped,
    head,
    macro_f1,
    percentile,
    rate,
    right_text,
    settled,
)

TURN = {"user": "since when", "all": ["1980"], "any": ["sister", "zuster"], "none": ["partner"], "reply_lang": "en"}


def test_a_rate_counts_what_is_true_and_what_there_is() -> None:
    assert rate([True, False, True]) == [2, 3]
    assert rate([]) == [0, 0]


@pytest.mark.parametrize(("percent", "expected"), [(50, 20), (75, 30), (76, 40), (95, 40), (100, 40), (1, 10)])
def test_a_percentile_is_the_smallest_value_that_covers_the_share(percent: float, expected: float) -> None:
    assert percentile([40, 10, 30, 20], percent) == expected


def test_macro_f1_is_the_mean_over_labels_however_many_examples_each_has() -> None:
    # a: 2 right of 3 wanted and 2 guessed, F1 0.8; b: 1 of 1 and 2, F1 2/3; c: never guessed and wanted, 0 of 1.
    wanted, predicted = ["a", "a", "a", "b", "c"], ["a", "a", "b", "b", "d"]
    assert macro_f1(wanted, predicted) == pytest.approx((0.8 + 2 / 3 + 0 + 0) / 4)


def test_macro_f1_of_a_perfect_prediction_is_one_and_of_nothing_zero() -> None:
    assert macro_f1(["a", "b"], ["a", "b"]) == 1
    assert macro_f1([], []) == 0


def test_any_acceptable_label_is_right_and_a_wrong_one_counts_against_the_first() -> None:
    assert settled(["since/munster", "status/munster"], "status/munster") == "status/munster"
    assert settled(["since/munster", "status/munster"], "about/munster") == "since/munster"


def test_the_head_of_a_label_is_what_is_asked() -> None:
    assert [head("since/munster"), head("handover")] == ["since", "handover"]


def test_confusions_are_counted_by_pair_with_the_commonest_first() -> None:
    wanted, predicted = ["a", "b", "b", "c"], ["b", "c", "c", "c"]
    assert confusions(wanted, predicted) == [("b", "c", 2), ("a", "b", 1)]


def test_subjects_are_compared_text_by_text() -> None:
    result = found([{"munster", "dalian"}, {"euregio"}, set()], [{"munster"}, {"munster", "euregio"}, {"dalian"}])
    assert (result.right, result.found, result.wanted) == (2, 4, 3)
    assert (result.precision, result.recall) == (0.5, pytest.approx(2 / 3))


def test_nothing_to_find_and_nothing_found_is_perfect() -> None:
    result = found([set()], [set()])
    assert (result.precision, result.recall) == (1, 1)


def test_groups_keep_their_own_rates() -> None:
    assert grouped([("nl", True), ("en", False), ("nl", False)]) == {"nl": [1, 2], "en": [0, 1]}


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("A sister city since 1980.", True),
        ("Zusterstad sinds 1980.", True),
        ("A sister city.", False),
        ("Since 1980.", False),
        ("A sister and partner city since 1980.", False),
        ("", False),
        ("A sister city since 1980. " + "More. " * 400, True),
    ],
)
def test_a_text_is_judged_by_its_regular_expressions_alone(text: str, right: bool) -> None:
    assert right_text(TURN, text) is right
