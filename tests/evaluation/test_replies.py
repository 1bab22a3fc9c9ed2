from typing import Any

from tests.evaluation.questions import Item
from tests.evaluation.replies import Turn, converse, passed, summary


def turn(item: str, kind: str, outcome: str, why: tuple[str, ...] = (), decline: bool = False, **more: Any) -> Turn:
    fields = {"number": 0, "language": "nl", "text": "", "milliseconds": 10.0} | more
    return Turn(item=item, kind=kind, decline=decline, outcome=outcome, why=why, **fields)


TURNS = [
    turn("a", "answer", "answered"),
    turn("b", "answer", "clarify", ("did not answer (clarify)",), language="en", milliseconds=30.0),
    turn("c", "followup", "answered"),
    turn("c", "followup", "not_in_sources", ("did not answer",), number=1),
    turn("d", "outofscope", "answered", ("should decline, outcome=answered",), decline=True),
    turn("e", "unknown", "not_in_sources", decline=True),
    turn("f", "smalltalk", "error timed out", ("broken: error timed out",)),
]


def test_an_item_passes_when_its_every_turn_is_right() -> None:
    result = passed(TURNS)
    assert result["all"] == [2, 6]
    assert result["followup"] == [0, 1]
    assert (result["nl/answer"], result["en/answer"]) == ([1, 1], [0, 1])


def test_asking_back_and_declining_are_counted_over_the_turns_that_the_sources_hold() -> None:
    assert summary(TURNS)["held"] == {"asked_back": [1, 4], "declined": [1, 4]}


def test_wrong_answers_are_counted_apart_by_why_they_should_be_declined() -> None:
    assert summary(TURNS)["wrongly_answered"] == {"outofscope": [1, 1], "unknown": [0, 1]}


def test_broken_replies_and_times_are_reported() -> None:
    result = summary(TURNS)
    assert result["broken"] == [1, 7]
    assert result["milliseconds"] == {"p50": 10.0, "p95": 30.0}


def test_the_turns_of_an_item_are_asked_in_one_conversation_of_its_own() -> None:
    sessions: list[str] = []

    def send(session: str, text: str) -> dict[str, Any]:
        sessions.append(session)
        return {"messages": [{"text": f"echo {text}"}], "outcome": "smalltalk"}

    items = [
        Item("x", "nl", "smalltalk", ({"user": "a"}, {"user": "b"})),
        Item("y", "nl", "smalltalk", ({"user": "c"},)),
    ]
    asked = list(converse(items, send))
    assert [each.text for each in asked] == ["echo a", "echo b", "echo c"]
    assert sessions[0] == sessions[1] != sessions[2]


def test_a_reply_that_fails_is_scored_as_broken() -> None:
    def send(_session: str, _text: str) -> dict[str, Any]:
        raise TimeoutError("timed out")

    [asked] = converse([Item("x", "nl", "answer", ({"user": "a"},))], send)
    assert asked.why == ("broken: error timed out",)
