"""A turn is made of what Rasa kept, however malformed that is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.review.events import Event, Place
from bot.review.turns import Said, parts, plain, values
from tests.review.filling import AT, MODEL, bot_event, user_event

MALFORMED: list[Any] = [None, 1, "x", [], [None], {"x": 1}, True, float("inf"), float("nan"), "\ud800", "\x00"]


def event(data: dict[str, Any], of_visitor: bool, number: int = 1, conversation: str = "mine-12345678") -> Event:
    return Event(Place(number, AT.timestamp()), conversation, of_visitor, data)


def user(**changes: Any) -> Event:
    return event(user_event("m1", "Munster: sinds wanneer?", at=AT) | changes, True)


def bot(**reply: Any) -> Event:
    return event(bot_event(at=AT, **reply), False)


def test_a_turn_has_the_message_its_understanding_and_the_answer() -> None:
    messages = [{"text": "Sinds 2021."}, {"text": "Wilt u meer weten?"}]
    found = values(Said(user(), [bot(messages=messages, language="en")]))
    assert found == {
        "id": "m1", "conversation": "mine-12345678", "at": AT, "text": "Munster: sinds wanneer?",
        "reply": "Sinds 2021.\nWilt u meer weten?", "language": "en", "outcome": "answered", "facts": ["munster.since"],
        "sources": [{"id": "page", "title": "Pagina", "as_of": "2026-11"}],
        "entities": [{"subject": "munster", "text": "Munst"}], "model": MODEL, "intent": "since", "confidence": 0.93,
        "confidence_band": 9, "ranking": [["munster.since", -0.07], ["munster.about", -4.2]], "subjects": ["munster"],
        "reason": "ranked",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("decision", "column", "expected"),
    [
        ({"intent": "unknown", "detail": "population"}, "intent", "unknown/population"),
        ({"intent": None, "detail": "population"}, "intent", None),
        ({"intent": "x" * 200}, "intent", "x" * 80),
        ({"confidence": 1.0}, "confidence_band", 9),
        ({"confidence": 0}, "confidence_band", 0),
        ({"confidence": 0.4999}, "confidence_band", 4),
        ({"confidence": None}, "confidence_band", None),
        ({"confidence": -0.1}, "confidence_band", 0),
        ({"subjects": ["a", "b", "a", ""]}, "subjects", ["a", "b"]),
        ({"scores": [["a", -1], ["b"], "c", ["d", float("-inf")]]}, "ranking", [["a", -1]]),
    ],
)
def test_the_decision_is_kept_by_its_parts(decision: dict[str, Any], column: str, expected: object) -> None:
    found = values(Said(event(user_event("m1", at=AT, **decision), True), [bot()]))
    assert found is not None
    assert found[column] == expected


def test_the_last_reply_that_has_an_outcome_is_the_one_the_visitor_got() -> None:
    bare = event({"event": "bot", "text": "Nog iets", "data": {"custom": None}}, False)
    found = values(Said(user(), [bot(outcome="clarify"), bot(outcome="handover"), bare]))
    assert found is not None
    assert (found["outcome"], found["reply"]) == ("handover", "Sinds 2021.")


def test_without_a_reply_the_turn_failed_and_what_was_said_is_kept() -> None:
    bare = event({"event": "bot", "text": "Nog iets", "data": None}, False)
    for bots, reply in (([], ""), ([bare], "Nog iets")):
        found = values(Said(user(), bots))
        assert found is not None
        assert (found["outcome"], found["reply"], found["facts"], found["sources"]) == ("failed", reply, [], [])


@pytest.mark.parametrize("wrong", MALFORMED)
@pytest.mark.parametrize(
    "place",
    ["parse_data", "metadata", "message_id", "decision", "scores", "subjects", "intent", "confidence", "entities"],
)
def test_what_is_malformed_leaves_the_rest(place: str, wrong: Any) -> None:
    data = user_event("m1", "Sinds wanneer?", at=AT)
    parsed = data["parse_data"]
    {"decision": parsed, "entities": parsed}.get(place, parsed["decision"] if place in parsed["decision"] else data)[
        place
    ] = wrong
    found = values(Said(event(data, True), [bot()]))
    assert found is not None
    assert (found["text"], found["outcome"], found["reply"]) == ("Sinds wanneer?", "answered", "Sinds 2021.")


@pytest.mark.parametrize("wrong", MALFORMED)
@pytest.mark.parametrize("place", ["language", "messages", "facts", "sources"])
def test_what_is_malformed_in_an_answer_leaves_the_rest(place: str, wrong: Any) -> None:
    found = values(Said(user(), [bot(**{place: wrong})]))
    assert found is not None
    assert (found["id"], found["outcome"], found["intent"]) == ("m1", "answered", "since")


@pytest.mark.parametrize(
    "unreadable",
    [
        event({}, True),
        event({"text": None}, True),
        event({"text": "hallo"}, True, conversation=""),
        event({"text": "hallo"}, True, conversation="x" * 65),
        Event(Place(1, 1e20), "mine-12345678", True, {"text": "hallo"}),
    ],
)
def test_a_message_that_cannot_be_read_is_no_turn(unreadable: Event) -> None:
    assert values(Said(unreadable, [bot()])) is None


@pytest.mark.parametrize("id", [None, "", "x" * 65, 5])
def test_a_message_without_a_usable_id_gets_one_by_its_place(id: Any) -> None:
    data = user_event("m1", at=AT) | {"message_id": id}
    data["parse_data"]["message_id"] = id
    found = values(Said(event(data, True, number=7), [bot()]))
    assert found is not None
    assert found["id"] == f"event-7-{int(AT.timestamp())}"


def test_text_loses_what_no_database_takes() -> None:
    assert plain("a\x00b\ud800c") == "abc"


def test_a_turn_goes_up_to_the_visitors_next_message() -> None:
    events = [event({"n": number}, kind == "u", number) for number, kind in enumerate("bubbuub")]
    made = [(said.user.data["n"], [each.data["n"] for each in said.bots]) for said in parts(events)]
    assert made == [(1, [2, 3]), (4, []), (5, [6])]


def test_times_are_utc() -> None:
    found = values(Said(user(), [bot()]))
    assert found is not None
    assert found["at"] == datetime(2026, 11, 26, 9, tzinfo=UTC)
