"""What staff change: kept with who and when, in the log, and never over what somebody else did meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.review import judging
from bot.review.database import migrate
from bot.review.judging import Gone, Opinion, Overtaken, Unusable, basis
from bot.review.tables import Conversation, Judgement, LogEntry, Note, Proposal, State, Tag, Turn, Verdict, Work
from tests.review.filling import conversation, turn
from tests.review.stores import Stores

RIGHT, IGNORE = Opinion(Verdict.RIGHT), Opinion(Verdict.IGNORE)


@pytest.fixture
def session(stores: Stores) -> Iterator[Session]:
    """A store with one conversation, c, of the turns t1 and t2."""
    migrate(stores.review)
    with Session(stores.review) as session:
        conversation(session, [turn(id="t1"), turn(id="t2")], id="c")
        session.commit()
        yield session


def judge(session: Session, wanted: Opinion, by: str = "anna", based_on: str | None = None) -> None:
    turn = session.get_one(Turn, "t1")
    seen = basis(session.get(Judgement, "t1")) if based_on is None else based_on
    judging.judge(session, turn, wanted, by, seen)
    session.commit()


def log(session: Session) -> list[tuple[str, str, Any, Any]]:
    return [(line.by, line.action, line.before, line.after) for line in session.scalars(select(LogEntry))]


def test_a_verdict_names_who_gave_it_who_then_is_the_reviewer(session: Session) -> None:
    judge(session, RIGHT)
    kept = session.get_one(Judgement, "t1")
    assert (kept.verdict, kept.value, kept.by, kept.conversation) == ("right", None, "anna", "c")
    assert (session.get_one(Work, "c").reviewer, session.get_one(Conversation, "c").reviewer) == ("anna", "anna")


def test_a_verdict_makes_proposals_and_taking_it_back_leaves_none(session: Session) -> None:
    judge(session, Opinion(Verdict.WRONG_INTENT, "location"))
    assert {row.kind for row in session.scalars(select(Proposal))} == {"example", "question"}
    judge(session, Opinion())
    assert session.get(Judgement, "t1") is None
    assert session.scalars(select(Proposal)).all() == []


def test_a_verdict_is_changed_and_the_log_keeps_what_it_was(session: Session) -> None:
    judge(session, RIGHT)
    judge(session, IGNORE, by="bram")
    (_, _, before, after) = log(session)[-1]
    assert (before["verdict"], before["by"], before["reviewer"]) == ("right", "anna", "anna")
    assert after == {"turn": "t1", "verdict": "ignore", "value": None}


def test_the_same_verdict_again_is_no_change(session: Session) -> None:
    judge(session, RIGHT)
    judge(session, RIGHT, by="bram", based_on="whatever was seen")
    assert session.get_one(Judgement, "t1").by == "anna"
    assert len(log(session)) == 1


@pytest.mark.parametrize("wanted", [IGNORE, Opinion()])
def test_a_verdict_that_somebody_changed_meanwhile_is_not_overwritten(session: Session, wanted: Opinion) -> None:
    judge(session, Opinion(Verdict.OUT_OF_SCOPE))
    seen = basis(session.get(Judgement, "t1"))
    judge(session, RIGHT, by="bram")
    with pytest.raises(Overtaken) as overtaken:
        judge(session, wanted, based_on=seen)
    assert (overtaken.value.by, overtaken.value.now.verdict, overtaken.value.wanted) == ("bram", "right", wanted)
    session.rollback()
    assert session.get_one(Judgement, "t1").verdict == "right"


def test_a_verdict_that_somebody_took_back_meanwhile_is_said_too(session: Session) -> None:
    judge(session, RIGHT)
    seen = basis(session.get(Judgement, "t1"))
    judge(session, Opinion(), by="bram")
    with pytest.raises(Overtaken) as overtaken:
        judge(session, IGNORE, based_on=seen)
    assert (overtaken.value.by, overtaken.value.now) == ("bram", None)


@pytest.mark.parametrize("verdict", [Verdict.WRONG_INTENT, Verdict.WRONG_SUBJECT, Verdict.RIGHT_ANSWER])
def test_a_verdict_that_has_to_name_something_does(session: Session, verdict: Verdict) -> None:
    with pytest.raises(Unusable):
        judge(session, Opinion(verdict))


def test_a_deleted_conversation_cannot_be_changed(session: Session) -> None:
    with pytest.raises(Gone):
        judging.set_state(session, "nowhere", State.DONE, "anna", State.NEW)


def test_the_state_is_kept_where_it_is_sorted_by_too(session: Session) -> None:
    judging.set_state(session, "c", State.DONE, "anna", State.NEW)
    session.commit()
    assert (session.get_one(Work, "c").state, session.get_one(Conversation, "c").state) == ("done", "done")
    assert log(session) == [("anna", "state", {"state": "new"}, {"state": "done"})]


def test_a_state_that_somebody_changed_meanwhile_is_not_overwritten(session: Session) -> None:
    judging.set_state(session, "c", State.LATER, "bram", State.NEW)
    with pytest.raises(Overtaken) as overtaken:
        judging.set_state(session, "c", State.DONE, "anna", State.NEW)
    assert (overtaken.value.by, overtaken.value.now) == ("bram", State.LATER)


@pytest.mark.parametrize(
    ("typed", "tag"), [("  Klacht ", "klacht"), ("ÉÉN\tding", "één ding"), ("a,b", "a b"), ("mail jan@example.org", "mail [e-mail]")]
)  # fmt: skip
def test_tags_are_normalised(session: Session, typed: str, tag: str) -> None:
    judging.add_tag(session, "c", typed, "anna")
    judging.add_tag(session, "c", tag, "bram")
    assert session.scalars(select(Tag.tag)).all() == [tag]
    assert len(log(session)) == 1


@pytest.mark.parametrize(("typed", "problem"), [(" ", "empty_tag"), ("\u200b", "empty_tag"), ("x" * 41, "long_tag")])
def test_a_tag_that_is_nothing_or_too_long_is_refused(session: Session, typed: str, problem: str) -> None:
    with pytest.raises(Unusable) as unusable:
        judging.add_tag(session, "c", typed, "anna")
    assert unusable.value.problem == problem


def test_removing_a_tag_that_is_gone_is_no_change(session: Session) -> None:
    judging.remove_tag(session, "c", "klacht", "anna")
    assert log(session) == []


def test_a_note_is_redacted_and_its_text_is_not_in_the_log(session: Session) -> None:
    judging.add_note(session, "c", "t1", " Bel 06 12345678 terug \r\n morgen", "anna")
    note = session.scalars(select(Note)).one()
    assert (note.text, note.turn, note.by) == ("Bel [tel] terug\nmorgen", "t1", "anna")
    assert "morgen" not in str(log(session))


@pytest.mark.parametrize(("typed", "problem"), [(" \n", "empty_note"), ("x" * 2001, "long_note")])
def test_a_note_that_is_nothing_or_too_long_is_refused(session: Session, typed: str, problem: str) -> None:
    with pytest.raises(Unusable) as unusable:
        judging.add_note(session, "c", None, typed, "anna")
    assert unusable.value.problem == problem


def test_only_ones_own_note_can_be_removed(session: Session) -> None:
    judging.add_note(session, "c", None, "tekst", "anna")
    number = session.scalars(select(Note.id)).one()
    with pytest.raises(Gone):
        judging.remove_note(session, "c", number, "bram")
    with pytest.raises(Gone):
        judging.remove_note(session, "other", number, "anna")
    judging.remove_note(session, "c", number, "anna")
    assert session.scalars(select(Note)).all() == []


def test_a_conversation_is_held_with_a_reason_and_released(session: Session) -> None:
    judging.set_hold(session, "c", " klacht  12 van jan@example.org ", "beheer", "")
    assert session.get_one(Work, "c").hold == "klacht 12 van [e-mail]"
    with pytest.raises(Overtaken):
        judging.set_hold(session, "c", "iets anders", "ander", "")
    judging.set_hold(session, "c", "", "beheer", "klacht 12 van [e-mail]")
    assert session.get_one(Work, "c").hold is None
    with pytest.raises(Unusable):
        judging.set_hold(session, "c", "x" * 201, "beheer", "")


def test_of_two_reviewers_at_once_the_second_waits_and_is_told(stores: Stores, session: Session) -> None:
    """The first has not committed when the second begins."""
    import threading

    outcome: list[str] = []

    def second() -> None:
        with Session(stores.review) as other:
            try:
                judging.judge(other, other.get_one(Turn, "t1"), IGNORE, "bram", "")
                other.commit()
                outcome.append("kept")
            except Overtaken as overtaken:
                outcome.append(f"overtaken by {overtaken.by}")

    judging.judge(session, session.get_one(Turn, "t1"), RIGHT, "anna", "")
    thread = threading.Thread(target=second)
    thread.start()
    thread.join(0.3)
    assert outcome == []
    session.commit()
    thread.join(10)
    assert outcome == ["overtaken by anna"]
