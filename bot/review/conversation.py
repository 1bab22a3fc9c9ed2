"""One conversation as staff see it: a window of its turns around the chosen one, and what staff have added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session

from bot.review.tables import Conversation, Judgement, LogEntry, Note, State, Tag, Turn, Work

WINDOW = 12
"""Turns that are shown before the chosen one, and as many after it."""
FOUND = 20
"""Turns that a search shows at most."""
SUGGESTED = 50
"""Tags in use that are suggested at most."""
ANEW = {"populate_existing": True}
"""Reads a row again that the session knows: another may have changed it."""


@dataclass(frozen=True)
class Screen:
    """What the page of a conversation shows. `chosen` is None for a conversation without turns."""

    conversation: Conversation
    work: Work
    turns: Sequence[Turn]
    chosen: Turn | None
    judgements: dict[str, Judgement]
    judged: int
    """Turns of the whole conversation that have a verdict."""
    total: int
    """Turns of the whole conversation."""
    unjudged: Turn | None
    """The next turn without a verdict, other than the chosen one."""
    tags: Sequence[str]
    notes: Sequence[Note]

    @property
    def before(self) -> Turn | None:
        """The turn before the chosen one."""
        at = self._place - 1
        return self.turns[at] if at >= 0 else None

    @property
    def after(self) -> Turn | None:
        """The turn after the chosen one."""
        return next(iter(self.turns[self._place + 1 :]), None)

    @property
    def _place(self) -> int:
        return next((place for place, turn in enumerate(self.turns) if turn is self.chosen), 0)


def read(session: Session, conversation_id: str, turn_id: str | None = None) -> Screen | None:
    """The conversation with the turn that was asked for; else with the first one that has no verdict, else the first.

    None when there is no such conversation.
    """
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        return None
    chosen = _chosen(session, conversation_id, turn_id)
    turns = window(session, chosen) if chosen else []
    own = select(Turn.id).where(Turn.conversation == conversation_id)
    shown = select(Judgement).where(Judgement.turn.in_([turn.id for turn in turns]))
    return Screen(
        conversation=conversation,
        work=work(session, conversation_id),
        turns=turns,
        chosen=chosen,
        judgements={each.turn: each for each in session.scalars(shown)},
        judged=session.scalars(select(func.count()).select_from(Judgement).where(Judgement.turn.in_(own))).one(),
        total=session.scalars(select(func.count()).select_from(own.subquery())).one(),
        unjudged=next_unjudged(session, conversation_id, chosen),
        tags=session.scalars(select(Tag.tag).where(Tag.conversation == conversation_id).order_by(Tag.tag)).all(),
        notes=session.scalars(select(Note).where(Note.conversation == conversation_id).order_by(Note.id)).all(),
    )


def work(session: Session, conversation_id: str) -> Work:
    """How far staff are; an unsaved row for a conversation that nobody has touched."""
    kept = session.scalar(select(Work).where(Work.conversation == conversation_id), execution_options=ANEW)
    return kept or Work(conversation=conversation_id, state=State.NEW, reviewer=None, hold=None)


def turn_of(session: Session, conversation_id: str, turn_id: str) -> Turn | None:
    """A turn of this conversation, and of no other."""
    turn = session.get(Turn, turn_id)
    return turn if turn is not None and turn.conversation == conversation_id else None


def window(session: Session, chosen: Turn) -> list[Turn]:
    """The chosen turn with those around it. However long the conversation is, as many rows are read."""
    here, place = tuple_(Turn.at, Turn.id), tuple_(chosen.at, chosen.id)
    own = select(Turn).where(Turn.conversation == chosen.conversation)
    before = session.scalars(own.where(here < place).order_by(Turn.at.desc(), Turn.id.desc()).limit(WINDOW)).all()
    after = session.scalars(own.where(here > place).order_by(Turn.at, Turn.id).limit(WINDOW)).all()
    return [*reversed(before), chosen, *after]


def next_unjudged(session: Session, conversation_id: str, chosen: Turn | None) -> Turn | None:
    """The first turn after the chosen one without a verdict, else the first one before it; never the chosen one."""
    judged = select(Judgement.turn).where(Judgement.turn == Turn.id)
    unjudged = (
        select(Turn).where(Turn.conversation == conversation_id, ~judged.exists()).order_by(Turn.at, Turn.id).limit(1)
    )
    if chosen is None:
        return session.scalar(unjudged)
    later = unjudged.where(tuple_(Turn.at, Turn.id) > tuple_(chosen.at, chosen.id))
    return session.scalar(later) or session.scalar(unjudged.where(Turn.id != chosen.id))


def find(session: Session, conversation_id: str, words: str) -> Sequence[Turn]:
    """Turns in which the visitor or the assistant says these words, the first ones."""
    said = or_(Turn.text.icontains(words, autoescape=True), Turn.reply.icontains(words, autoescape=True))
    own = select(Turn).where(Turn.conversation == conversation_id, said)
    return session.scalars(own.order_by(Turn.at, Turn.id).limit(FOUND)).all()


def tags_in_use(session: Session) -> Sequence[str]:
    """The tags of all conversations, the most used first."""
    used = select(Tag.tag).group_by(Tag.tag).order_by(func.count().desc(), Tag.tag)
    return session.scalars(used.limit(SUGGESTED)).all()


def last_by(session: Session, conversation_id: str, action: str) -> str | None:
    """Who did this with the conversation last, as the log has it."""
    lines = select(LogEntry.by).where(LogEntry.object == conversation_id, LogEntry.action == action)
    return session.scalar(lines.order_by(LogEntry.id.desc()).limit(1))


def ends(session: Session, conversation_id: str) -> tuple[Turn | None, Turn | None]:
    """The first and the last turn."""
    own = select(Turn).where(Turn.conversation == conversation_id).limit(1)
    first = session.scalar(own.order_by(Turn.at, Turn.id))
    return first, session.scalar(own.order_by(Turn.at.desc(), Turn.id.desc()))


def _chosen(session: Session, conversation_id: str, turn_id: str | None) -> Turn | None:
    asked = turn_of(session, conversation_id, turn_id) if turn_id else None
    return asked or next_unjudged(session, conversation_id, None) or ends(session, conversation_id)[0]
