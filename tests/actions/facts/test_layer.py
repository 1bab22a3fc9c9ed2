"""An edit over facts: what it changes, and what becomes of it when the facts have changed too."""

from typing import Any

import pytest

from actions.facts.layer import Clash, Put, apply, left_over, merged


def documents(**statements: Any) -> dict[str, Any]:
    return {"statements": {name.replace("_", "."): value for name, value in statements.items()}}


OLD, NEW = {"nl": "Sinds 1980.", "en": "Since 1980."}, {"nl": "Sinds 1981.", "en": "Since 1981."}
PLACE = "statements/a.since"
EDIT = Put(PLACE, OLD, NEW)


@pytest.mark.parametrize(
    ("before", "after", "now", "result"),
    [
        (OLD, NEW, OLD, NEW),
        (OLD, NEW, NEW, NEW),
        (OLD, NEW, {**OLD, "owner": "web"}, {**NEW, "owner": "web"}),
        (None, NEW, None, NEW),
        (OLD, None, OLD, None),
        (OLD, {"nl": "Sinds 1980."}, {**OLD, "yes": True}, {"nl": "Sinds 1980.", "yes": True}),
        ({"both": ["a"]}, {"both": ["a", "b"]}, {"both": ["a", "c"]}, {"both": ["a", "c", "b"]}),
        ({"both": ["a", "b"]}, {"both": ["b"]}, {"both": ["a", "b", "c"]}, {"both": ["b", "c"]}),
        ({}, {"nl": ["x"]}, {"nl": ["y"]}, {"nl": ["y", "x"]}),
    ],
)
def test_the_difference_is_carried_over(before: Any, after: Any, now: Any, result: Any) -> None:
    assert merged(before, after, now, "x") == result


@pytest.mark.parametrize("now", [{"nl": "Sinds 1979.", "en": "Since 1980."}, None])
def test_two_changes_of_the_same_text_clash(now: Any) -> None:
    with pytest.raises(Clash) as clash:
        merged(OLD, NEW, now, PLACE)
    assert clash.value.where.startswith(PLACE)


def test_facts_that_hold_an_edit_leave_nothing_of_it() -> None:
    assert left_over(documents(a_since=NEW), [[EDIT]]) == [[]]
    assert left_over(documents(a_since=OLD), [[EDIT]]) == [[EDIT]]
    other = Put("statements/b.since", None, OLD)
    assert left_over(documents(a_since=NEW), [[EDIT, other]]) == [[other]]


def test_facts_that_hold_the_last_of_several_edits_hold_them_all() -> None:
    later = Put(PLACE, NEW, {**NEW, "en": "As of 1981."})
    assert left_over(documents(a_since=later.after), [[EDIT], [later]]) == [[], []]
    assert left_over(documents(a_since=NEW), [[EDIT], [later]]) == [[], [later]]
    assert apply(documents(a_since=NEW), [later]) == documents(a_since=later.after)


def test_an_edit_survives_being_stored() -> None:
    assert Put.read(EDIT.stored()) == EDIT
