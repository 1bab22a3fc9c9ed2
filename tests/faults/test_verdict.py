"""The judge itself: each kind of loss is seen."""

from __future__ import annotations

from typing import Any

import pytest

from bot.web.chat import message_id_of
from tests.faults.verdict import judge
from tests.faults.visitors import Sent


def said(number: int, **changes: Any) -> Sent:
    message = Sent("visitor-1", f"message-{number}", "munster.since", "nl", first_at=float(number), attempts=1)
    message.answered_at, message.outcome = number + 0.5, "answered"
    message.facts, message.said_in = ["munster.since"], "nl"
    for name, value in changes.items():
        setattr(message, name, value)
    return message


def row(number: int) -> tuple[str, str]:
    return "visitor-1", message_id_of("visitor-1", f"message-{number}")


def test_all_is_well() -> None:
    found = judge([said(1), said(2)], [row(1), row(2)], 0.0)
    assert found.good
    assert (found.sent, found.acknowledged, found.resent, found.recovered_after) == (2, 2, 0, 0.0)


@pytest.mark.parametrize(
    ("name", "sent", "stored"),
    [
        ("lost", [said(1), said(2)], [row(1)]),
        ("duplicated", [said(1)], [row(1), row(1)]),
        ("out_of_order", [said(1), said(2)], [row(2), row(1)]),
        ("unanswered", [said(1, answered_at=None, outcome="")], []),
        ("forgotten", [said(1, facts=["dalian.since"])], [row(1)]),
        ("forgotten", [said(1, said_in="en")], [row(1)]),
        ("malformed", [said(1, malformed=["500"])], [row(1)]),
    ],
)
def test_each_kind_of_loss_is_seen(name: str, sent: list[Sent], stored: list[tuple[str, str]]) -> None:
    found = judge(sent, stored, 0.0)
    assert getattr(found, name) == 1
    assert not found.good


def test_what_was_said_to_have_failed_may_be_stored_or_not_but_not_twice() -> None:
    failed = said(1, outcome="failed", facts=[])
    assert judge([failed], [], 0.0).good
    assert judge([failed], [row(1)], 0.0).good
    assert not judge([failed], [row(1), row(1)], 0.0).good


def test_it_has_recovered_when_the_last_conversation_with_an_error_is_answered_again() -> None:
    sent = [said(1), said(5, errors=[5.2, 7.2], attempts=3, answered_at=9.5), said(10, outcome="failed"), said(12)]
    found = judge(sent, [row(1), row(5), row(10), row(12)], fault_at=4.0)
    assert (found.answered_with_error, found.resent) == (2, 1)
    assert found.recovered_after == 8.5


def test_an_error_before_the_fault_is_none_of_it() -> None:
    assert judge([said(1, errors=[1.1], attempts=2)], [row(1)], fault_at=4.0).recovered_after == 0.0
