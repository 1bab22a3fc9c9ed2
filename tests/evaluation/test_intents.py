from collections import Counter

from tests.evaluation.intents import figures, stratified


def test_every_label_is_spread_over_the_parts_as_evenly_as_it_can_be() -> None:
    labels = ["a"] * 10 + ["b"] * 7
    parts = stratified(labels, parts=5)
    assert Counter(parts[:10]) == dict.fromkeys(range(5), 2)
    assert sorted(Counter(parts[10:]).values()) == [1, 1, 1, 2, 2]


def test_the_parts_are_the_same_every_time() -> None:
    assert stratified(list("aabbcc")) == stratified(list("aabbcc"))


def test_a_wrong_subject_is_an_error_of_the_label_but_not_of_its_head() -> None:
    result = figures(["since/munster", "about/dalian"], ["since/dalian", "about/dalian"])
    assert (result["accuracy"], result["head_accuracy"]) == ([1, 2], [2, 2])
    assert result["confused"] == [("since/munster", "since/dalian", 1)]
    assert result["confused_heads"] == []
