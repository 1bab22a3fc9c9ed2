"""What compares pipelines, on data small enough to see."""

import numpy as np

from tests.evaluation.pipelines import crossed, nearest, right, sampled
from tests.evaluation.questions import Example


def test_a_turn_is_right_when_the_likeliest_class_would_be() -> None:
    scores = np.array([[0.7, 0.3], [0.4, 0.6]], np.float32)
    assert right(["a", "b"], scores, [["a", "c"], ["a"]]) == [True, False]


def test_the_nearest_examples_vote_with_their_similarity() -> None:
    inside = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [-1.0, 0.0]], np.float32)
    found = nearest(inside, np.array([[1.0, 0.0]], np.float32), np.array([0, 0, 1, 1]), 2)
    assert np.allclose(found, [[(1.0 + 0.8) / 3, 0.0]])


def test_intent_and_subject_are_multiplied() -> None:
    by_intent, by_subject = np.array([[0.9, 0.1]]), np.array([[0.2, 0.8]])
    found = crossed(["since/a", "about/b"], by_intent, by_subject, ["since", "about"], ["a", "b"])
    assert np.allclose(found, [[0.9 * 0.2, 0.1 * 0.8]])


def test_a_sample_has_the_same_most_of_each_label_and_language() -> None:
    examples = [Example(f"{n}", "x/y", language) for language in ("nl", "en") for n in range(10)] + [
        Example("z", "q", "nl")
    ]
    found = sampled(examples, 3)
    assert [example.text for example in found] == ["0", "3", "6", "0", "3", "6", "z"]
