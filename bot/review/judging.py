"""What staff change about a conversation: verdicts, tags, notes, the state, and whether it is held.

Each change is one transaction that begins by locking the conversation, so that two reviewers come one after the other,
and ends with a line in the log. What somebody changes must be what they saw: else `Overtaken` says what it is now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from bot.redaction import redact
from bot.review.conversation import last_by, work
from bot.review.log import record
from bot.review.tables import Conversation, Judgement, Note, State, Tag, Turn, Verdict, Work
from bot.review.times import utc
from bot.text import clean

CHOOSING = {
    Verdict.WRONG_INTENT: "intents",
    Verdict.WRONG_SUBJECT: "subjects",
    Verdict.RIGHT_ANSWER: "statements",
}
"""The verdicts that name what would have been right, and of which names (see `naming.Names`)."""
LONGEST_TAG = 40
LONGEST_NOTE = 2000
LONGEST_REASON = 200


class Gone(LookupError):
    """The conversation, turn or note is not there any more."""


class Unusable(ValueError):
    """What was filled in cannot be used. `problem` is the key of the text that says why."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Opinion:
    """A verdict with the intent, subject or statement that it names. `verdict` None: there is none."""

    verdict: Verdict | None = None
    value: str | None = None


class Overtaken(Exception):
    """Somebody else has changed the same thing meanwhile. `by` may be unknown."""

    def __init__(self, by: str | None, now: Any, wanted: Any) -> None:
        super().__init__("changed meanwhile")
        self.by, self.now, self.wanted = by, now, wanted


def lock(session: Session, conversation: str) -> None:
    """Makes others who change this conversation wait until the end of the transaction. Raises Gone."""
    same = update(Conversation).where(Conversation.id == conversation).values(id=Conversation.id)
    if not session.execute(same, execution_options={"synchronize_session": False}).rowcount:  # type: ignore[attr-defined]
        raise Gone(conversation)


def opinion(judgement: Judgement | None) -> Opinion:
    return Opinion(Verdict(judgement.verdict), judgement.value) if judgement else Opinion()


def basis(judgement: Judgement | None) -> str:
    """What a form carries that was made when this was the verdict."""
    return f"{judgement.verdict}|{judgement.value or ''}|{judgement.by}" if judgement else ""


def judge(session: Session, turn: Turn, wanted: Opinion, by: str, based_on: str) -> None:
    """Gives a turn a verdict, changes it, or takes it back. Who judges becomes the conversation's reviewer.

    Raises Unusable, Overtaken or Gone.
    """
    if wanted.verdict in CHOOSING and not wanted.value:
        raise Unusable("nothing_chosen")
    lock(session, turn.conversation)
    current = session.get(Judgement, turn.id, populate_existing=True)
    if opinion(current) == wanted:
        return
    if basis(current) != based_on:
        raise Overtaken(current.by if current else last_by(session, turn.conversation, "judge"), current, wanted)
    before = kept(turn.id, current) | {"reviewer": _work(session, turn.conversation).reviewer}
    put(session, turn, wanted, by, datetime.now(UTC))
    if wanted.verdict is not None:
        set_reviewer(session, turn.conversation, by)
    after = {"turn": turn.id, "verdict": wanted.verdict, "value": wanted.value}
    record(session, by=by, action="judge", object=turn.conversation, before=before, after=after)


def kept(turn: str, judgement: Judgement | None) -> dict[str, Any]:
    """A verdict as the log keeps it."""
    if judgement is None:
        return {"turn": turn, "verdict": None, "value": None}
    at = utc(judgement.at).isoformat()
    return {"turn": turn, "verdict": judgement.verdict, "value": judgement.value, "by": judgement.by, "at": at}


def put(session: Session, turn: Turn, wanted: Opinion, by: str, at: datetime) -> None:
    """Makes this the verdict on the turn, and the proposals what follows from it."""
    from bot.review.proposals import propose

    if wanted.verdict is None:
        session.execute(delete(Judgement).where(Judgement.turn == turn.id))
    else:
        session.merge(
            Judgement(
                turn=turn.id, conversation=turn.conversation, verdict=wanted.verdict, value=wanted.value, by=by, at=at
            )
        )
    session.flush()
    propose(session, turn, wanted.verdict, wanted.value, by)


def set_reviewer(session: Session, conversation: str, reviewer: str | None) -> None:
    row = _work(session, conversation)
    row.reviewer, row.at = reviewer, datetime.now(UTC)
    session.execute(update(Conversation).where(Conversation.id == conversation).values(reviewer=reviewer))


def set_state(session: Session, conversation: str, state: State, by: str, based_on: str) -> None:
    """Says how far the work is. Raises Overtaken or Gone."""
    lock(session, conversation)
    row = _work(session, conversation)
    if row.state == state:
        return
    if row.state != based_on:
        raise Overtaken(last_by(session, conversation, "state"), State(row.state), state)
    before = {"state": row.state}
    put_state(session, conversation, state)
    record(session, by=by, action="state", object=conversation, before=before, after={"state": state})


def put_state(session: Session, conversation: str, state: str) -> None:
    row = _work(session, conversation)
    row.state, row.at = state, datetime.now(UTC)
    session.execute(update(Conversation).where(Conversation.id == conversation).values(state=state))


def set_hold(session: Session, conversation: str, reason: str, by: str, based_on: str) -> None:
    """Keeps a conversation from being deleted, or lets go of it with an empty reason.

    Raises Unusable, Overtaken or Gone.
    """
    wanted = " ".join(redact(clean(reason, LONGEST_REASON + 1)).text.split()) or None
    if wanted and len(wanted) > LONGEST_REASON:
        raise Unusable("too_long")
    lock(session, conversation)
    row = _work(session, conversation)
    if row.hold == wanted:
        return
    if (row.hold or "") != based_on:
        raise Overtaken(last_by(session, conversation, "hold"), row.hold, wanted)
    before = {"hold": row.hold}
    row.hold, row.at = wanted, datetime.now(UTC)
    record(session, by=by, action="hold", object=conversation, before=before, after={"hold": wanted})


def normalised(tag: str) -> str:
    """A tag in small letters, with single spaces. Raises Unusable when nothing is left of it, or too much."""
    tag = " ".join(redact(clean(tag)).text.casefold().replace(",", " ").split())
    if not tag:
        raise Unusable("empty_tag")
    if len(tag) > LONGEST_TAG:
        raise Unusable("long_tag")
    return tag


def add_tag(session: Session, conversation: str, tag: str, by: str) -> None:
    """Raises Unusable or Gone."""
    tag = normalised(tag)
    lock(session, conversation)
    if session.get(Tag, (tag, conversation)) is None:
        session.add(Tag(tag=tag, conversation=conversation, at=datetime.now(UTC)))
        record(session, by=by, action="tag", object=conversation, before=_tag(tag, False), after=_tag(tag, True))


def remove_tag(session: Session, conversation: str, tag: str, by: str) -> None:
    """Raises Gone."""
    lock(session, conversation)
    found = session.get(Tag, (tag, conversation))
    if found is not None:
        session.delete(found)
        record(session, by=by, action="tag", object=conversation, before=_tag(tag, True), after=_tag(tag, False))


def add_note(session: Session, conversation: str, turn: str | None, text: str, by: str) -> None:
    """Keeps a note with personal data masked. The log does not get its text: staff quote visitors.

    Raises Unusable or Gone.
    """
    text = redact(clean(text, LONGEST_NOTE + 1)).text.strip()
    if not text:
        raise Unusable("empty_note")
    if len(text) > LONGEST_NOTE:
        raise Unusable("long_note")
    lock(session, conversation)
    note = Note(conversation=conversation, turn=turn, text=text, by=by, at=datetime.now(UTC))
    session.add(note)
    session.flush()
    after = {"note": note.id, "turn": turn}
    record(session, by=by, action="note", object=conversation, before={"note": None}, after=after)


def remove_note(session: Session, conversation: str, note_id: int, by: str) -> None:
    """Removes one's own note, for good: its text is kept nowhere. Raises Gone."""
    lock(session, conversation)
    note = session.get(Note, note_id)
    if note is None or note.conversation != conversation or note.by != by:
        raise Gone(str(note_id))
    session.delete(note)
    before = {"note": note_id, "turn": note.turn}
    record(session, by=by, action="note", object=conversation, before=before, after={"note": None})


def _tag(tag: str, there: bool) -> dict[str, Any]:
    return {"tag": tag, "there": there}


def _work(session: Session, conversation: str) -> Work:
    row = work(session, conversation)
    if row not in session:
        row.at = datetime.now(UTC)
        session.add(row)
        session.flush()
    return row
