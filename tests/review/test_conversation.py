"""Reading one conversation: a window of its turns, the next one to judge, and what is found in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.review.conversation import WINDOW, find, next_unjudged, read, tags_in_use
from bot.review.database import migrate
from bot.review.tables import Judgement, Tag, Turn, Verdict
from tests.review.filling import AT, conversation, turn
from tests.review.stores import Stores


@pytest.fixture
def session(stores: Stores) -> Iterator[Session]:
    migrate(stores.review)
    with Session(stores.review) as session:
        yield session


def filled(session: Session, turns: int, judged: tuple[int, ...] = ()) -> None:
    """A conversation "long" of turns t1, t2 ... all at the same moment in twos, and another one beside it."""
    made = [turn(id=f"t{n:04}", at=AT + timedelta(minutes=n // 2 + 1), text=f"vraag {n}") for n in range(1, turns + 1)]
    conversation(session, made, id="long")
    conversation(session, [turn(id="elsewhere", at=AT + timedelta(minutes=2))], id="other")
    for number in judged:
        session.add(judgement(made[number - 1]))
    session.commit()


def judgement(turn: Turn) -> Judgement:
    return Judgement(turn=turn.id, conversation=turn.conversation, verdict=Verdict.RIGHT, value=None, by="anna", at=AT)


def test_a_window_holds_the_turns_on_either_side_and_none_of_another_conversation(session: Session) -> None:
    filled(session, 1000)
    screen = read(session, "long", "t0500")
    assert screen is not None
    assert [turn.number for turn in screen.turns] == list(range(500 - WINDOW, 501 + WINDOW))
    assert screen.before is not None
    assert screen.after is not None
    assert (screen.before.number, screen.after.number, screen.total) == (499, 501, 1000)


@pytest.mark.parametrize(("chosen", "numbers"), [("t0001", range(1, 2 + WINDOW)), ("t0040", range(40 - WINDOW, 41))])
def test_a_window_ends_where_the_conversation_does(session: Session, chosen: str, numbers: range) -> None:
    filled(session, 40)
    screen = read(session, "long", chosen)
    assert screen is not None
    assert [turn.number for turn in screen.turns] == list(numbers)
    assert (screen.before is None) == (chosen == "t0001")
    assert (screen.after is None) == (chosen == "t0040")


def test_reading_costs_as_many_queries_however_long_a_conversation_is(session: Session) -> None:
    filled(session, 300)
    counts = []
    for conversation_id, chosen in (("other", "elsewhere"), ("long", "t0150")):
        session.expire_all()
        asked: list[str] = []
        event.listen(session.get_bind(), "before_cursor_execute", lambda *args, asked=asked: asked.append(args[2]))
        read(session, conversation_id, chosen)
        counts.append(len(asked))
    assert counts[1] - counts[0] <= counts[0]


def test_the_first_turn_without_a_verdict_is_chosen(session: Session) -> None:
    filled(session, 4, judged=(1, 2))
    screen = read(session, "long")
    assert screen is not None
    assert screen.chosen is not None
    assert screen.chosen.id == "t0003"
    assert screen.judged == 2
    assert set(screen.judgements) == {"t0001", "t0002"}


def test_the_first_turn_is_chosen_when_all_are_judged_or_another_conversations_turn_is_asked_for(
    session: Session,
) -> None:
    filled(session, 2, judged=(1, 2))
    screen = read(session, "long", "elsewhere")
    assert screen is not None
    assert screen.chosen is not None
    assert (screen.chosen.id, screen.unjudged) == ("t0001", None)


def test_no_such_conversation_is_none(session: Session) -> None:
    filled(session, 1)
    assert read(session, "nowhere") is None


@pytest.mark.parametrize(
    ("judged", "at", "following"), [((), 2, 3), ((3,), 2, 4), ((3, 4), 2, 1), ((1, 3, 4), 2, None)]
)
def test_the_next_turn_to_judge_is_after_this_one_and_else_before_it(
    session: Session, judged: tuple[int, ...], at: int, following: int | None
) -> None:
    filled(session, 4, judged)
    found = next_unjudged(session, "long", session.get(Turn, f"t{at:04}"))
    assert (found.number if found else None) == following


def test_words_are_found_in_what_was_said_and_answered_and_percent_signs_are_no_wildcards(session: Session) -> None:
    conversation(session, [turn(id="a", text="100% zeker?"), turn(id="b", text="nee", reply="Zeker niet.")], id="long")
    assert [turn.id for turn in find(session, "long", "ZEKER")] == ["a", "b"]
    assert [turn.id for turn in find(session, "long", "0%")] == ["a"]
    assert find(session, "long", "%") == find(session, "long", "100%")
    assert find(session, "other", "zeker") == []


def test_the_tags_used_most_are_suggested_first(session: Session) -> None:
    session.add_all(
        Tag(tag=tag, conversation=each, at=AT) for tag, each in [("a", "1"), ("b", "1"), ("b", "2"), ("c", "1")]
    )
    assert tags_in_use(session) == ["b", "a", "c"]
