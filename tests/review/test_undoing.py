"""Undoing: one's own changes, the last one first, and never over what somebody else did since."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.review import judging
from bot.review.database import migrate
from bot.review.judging import Opinion, basis
from bot.review.tables import Conversation, Judgement, LogEntry, Note, Proposal, State, Tag, Turn, Verdict, Work
from bot.review.undoing import Undone, last_change, undo
from tests.review.filling import conversation, turn
from tests.review.stores import Stores


@pytest.fixture
def session(stores: Stores) -> Iterator[Session]:
    """A store with one conversation, c, of the turns t1 and t2."""
    migrate(stores.review)
    with Session(stores.review) as session:
        conversation(session, [turn(id="t1"), turn(id="t2")], id="c")
        session.commit()
        yield session


def judge(session: Session, verdict: Verdict | None, by: str = "anna", turn: str = "t1") -> None:
    seen = basis(session.get(Judgement, turn))
    judging.judge(session, session.get_one(Turn, turn), Opinion(verdict), by, seen)
    session.commit()


def undone(session: Session, by: str = "anna", hold: bool = True) -> Undone | None:
    found = undo(session, "c", by, hold)
    session.commit()
    return found


def verdict(session: Session, turn: str = "t1") -> tuple[str, str] | None:
    kept = session.get(Judgement, turn, populate_existing=True)
    return (kept.verdict, kept.by) if kept else None


def state(session: Session, to: State, by: str = "anna") -> None:
    judging.set_state(session, "c", to, by, session.get_one(Conversation, "c").state)


CHANGES: dict[str, Callable[[Session], None]] = {
    "verdict": lambda session: judge(session, Verdict.RIGHT),
    "tag": lambda session: judging.add_tag(session, "c", "klacht", "anna"),
    "note": lambda session: judging.add_note(session, "c", None, "tekst", "anna"),
    "state": lambda session: state(session, State.DONE),
    "hold": lambda session: judging.set_hold(session, "c", "klacht", "anna", ""),
}


def everything(session: Session) -> list[object]:
    session.commit()
    rows = [verdict(session), *session.scalars(select(Tag.tag)), *session.scalars(select(Note.text))]
    works = [(work.state, work.reviewer, work.hold) for work in session.scalars(select(Work))] or [("new", None, None)]
    mirrored = [(each.state, each.reviewer) for each in session.scalars(select(Conversation))]
    return [*rows, works, mirrored, [row.kind for row in session.scalars(select(Proposal))]]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_kind_of_change_can_be_undone(session: Session, change: Callable[[Session], None]) -> None:
    before = everything(session)
    change(session)
    session.commit()
    assert everything(session) != before
    found = undone(session)
    assert found is not None
    assert not found.overtaken
    assert everything(session) == before
    assert undone(session) is None


def test_changes_are_undone_one_after_another(session: Session) -> None:
    judge(session, Verdict.RIGHT)
    judge(session, Verdict.IGNORE)
    judge(session, None)
    seen = []
    while undone(session):
        seen.append(verdict(session))
    assert seen == [("ignore", "anna"), ("right", "anna"), None]


def test_a_change_after_an_undo_is_the_next_to_be_undone(session: Session) -> None:
    judge(session, Verdict.RIGHT)
    state(session, State.LATER)
    undone(session)
    judging.add_tag(session, "c", "klacht", "anna")
    assert [found.entry.action for _ in range(2) if (found := undone(session))] == ["tag", "judge"]


def test_undoing_gives_a_colleagues_verdict_back_with_its_name_and_time(session: Session) -> None:
    judge(session, Verdict.RIGHT, by="bram")
    at = session.get_one(Judgement, "t1").at
    judge(session, Verdict.IGNORE)
    undone(session)
    assert verdict(session) == ("right", "bram")
    assert session.get_one(Judgement, "t1").at == at
    assert session.get_one(Work, "c", populate_existing=True).reviewer == "bram"


def test_undoing_a_verdict_undoes_its_proposals(session: Session) -> None:
    judge(session, Verdict.RIGHT)
    judge(session, Verdict.NEEDS_CONTENT)
    undone(session)
    assert [row.kind for row in session.scalars(select(Proposal))] == ["question"]


@pytest.mark.parametrize("theirs", [Verdict.OUT_OF_SCOPE, None])
def test_what_a_colleague_changed_since_is_left_and_the_change_before_comes_next(
    session: Session, theirs: Verdict | None
) -> None:
    state(session, State.LATER)
    judge(session, Verdict.RIGHT)
    judge(session, theirs, by="bram")
    found = undone(session)
    assert found is not None
    assert (found.overtaken, found.overtaken_by) == (True, "bram")
    assert verdict(session) == (("out_of_scope", "bram") if theirs else None)
    assert session.get_one(Work, "c").state == "later"
    found = undone(session)
    assert found is not None
    assert (found.entry.action, found.overtaken) == ("state", False)


def test_the_same_verdict_given_by_a_colleague_since_is_theirs(session: Session) -> None:
    judge(session, Verdict.RIGHT)
    judge(session, Verdict.IGNORE, by="bram")
    judge(session, Verdict.RIGHT, by="bram")
    found = undone(session)
    assert found is not None
    assert found.overtaken
    assert verdict(session) == ("right", "bram")


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (CHANGES["tag"], lambda session: judging.remove_tag(session, "c", "klacht", "bram")),
        (CHANGES["state"], lambda session: state(session, State.LATER, "bram")),
        (CHANGES["hold"], lambda session: judging.set_hold(session, "c", "", "bram", "klacht")),
    ],
)
def test_tags_states_and_holds_of_colleagues_are_left_too(
    session: Session, mine: Callable[[Session], None], theirs: Callable[[Session], None]
) -> None:
    mine(session)
    theirs(session)
    before = everything(session)
    found = undone(session)
    assert found is not None
    assert found.overtaken
    assert everything(session) == before


def test_a_note_that_its_writer_removed_is_passed_over(session: Session) -> None:
    state(session, State.LATER)
    judging.add_note(session, "c", None, "tekst", "anna")
    judging.remove_note(session, "c", session.scalars(select(Note.id)).one(), "anna")
    found = undone(session)
    assert found is not None
    assert found.entry.action == "state"


def test_colleagues_changes_and_other_conversations_are_not_undone(session: Session) -> None:
    conversation(session, [turn(id="o1")], id="other")
    judging.add_tag(session, "other", "klacht", "anna")
    judging.add_tag(session, "c", "klacht", "bram")
    assert undone(session) is None


def test_who_may_no_longer_hold_does_not_undo_a_hold(session: Session) -> None:
    judging.add_tag(session, "c", "klacht", "anna")
    judging.set_hold(session, "c", "klacht", "anna", "")
    last = last_change(session, "c", "anna", hold=False)
    assert last is not None
    assert last.action == "tag"


def test_undoing_is_in_the_log(session: Session) -> None:
    judge(session, Verdict.RIGHT)
    undone(session)
    last = session.scalars(select(LogEntry).order_by(LogEntry.id.desc())).first()
    assert last is not None
    assert (last.by, last.action, last.object) == ("anna", "undo", "c")
    assert last.after is not None
    assert last.after["undone"] is True
