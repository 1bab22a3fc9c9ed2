"""The labels given by hand fit the questions, the examples and the facts."""

import pytest

from actions.facts.content import Content
from tests.evaluation.questions import SETS, Item, read_examples, read_labels, read_set


@pytest.mark.parametrize(
    ("kind", "turns", "in_scope"),
    [
        ("answer", ({"user": "a"},), True),
        ("answer", ({"user": "a"}, {"user": "b"}), False),
        ("unknown", ({"user": "a", "decline": True},), False),
        ("smalltalk", ({"user": "a"},), False),
    ],
)
def test_in_scope_is_one_question_that_the_sources_hold(
    kind: str, turns: tuple[dict[str, object], ...], in_scope: bool
) -> None:
    assert Item("x", "nl", kind, turns).in_scope is in_scope


def test_every_first_turn_of_the_reporting_set_has_its_label() -> None:
    assert list(read_labels()) == [item.id for item in read_set("reporting")]


def test_every_label_is_one_that_examples_are_written_for() -> None:
    known = {example.label for example in read_examples()}
    assert {label for each in read_labels().values() for label in each.labels} <= known


def test_every_labelled_subject_is_one_of_the_facts(content: Content) -> None:
    known = set(content.subjects)
    assert {subject for each in read_labels().values() for subject in each.subjects} <= known


def test_a_question_that_the_sources_do_not_hold_is_labelled_as_one() -> None:
    labels = read_labels()
    reasons = ("unknown/", "out_of_scope/")
    for item in read_set("reporting"):
        if item.kind in ("unknown", "outofscope"):
            assert all(label.startswith(reasons) for label in labels[item.id].labels), item.id
        if item.in_scope:
            assert not any(label.startswith(reasons) for label in labels[item.id].labels), item.id


@pytest.mark.parametrize("name", SETS)
def test_the_items_of_a_set_have_ids_of_their_own(name: str) -> None:
    ids = [item.id for item in read_set(name)]
    assert ids and len(ids) == len(set(ids))
