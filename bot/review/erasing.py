"""Deletes conversations from the review store. The tables of a conversation are listed here, and nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Delete, delete, select
from sqlalchemy.orm import Session

from bot.review.tables import Conversation, GapTurn, Judgement, Note, Proposal, Tag, Turn, TurnSubject, Work
from bot.web.tables import FailedTurn, Feedback, Message, Reply

CONVERSATIONS = "review_conversations"
"""What a conversation is called where deletions are counted: Rasa's own conversations are counted beside it."""


def erase_review(session: Session, conversations: Sequence[str]) -> Counter[str]:
    """Deletes what staff read of some conversations and what they added: rows by kind.

    Ask `database.lock` before. The daily figures and the log of who did what stay: they hold nobody's words.
    """
    from bot.review import vectors  # which loads numpy

    vectors.forget(session, session.scalars(select(Turn.text).where(Turn.conversation.in_(conversations))))
    turns = select(Turn.id).where(Turn.conversation.in_(conversations))
    judged = select(Judgement.turn).where(Judgement.conversation.in_(conversations))
    # The conversation first: who judges it at this moment holds its row, and what comes of that is deleted too.
    return _counted(
        session,
        delete(Conversation).where(Conversation.id.in_(conversations)),
        delete(Proposal).where(Proposal.turn.in_(turns) | Proposal.turn.in_(judged)),
        delete(GapTurn).where(GapTurn.turn.in_(turns)),
        delete(TurnSubject).where(TurnSubject.turn.in_(turns)),
        delete(Turn).where(Turn.conversation.in_(conversations)),
        *(delete(kind).where(kind.conversation.in_(conversations)) for kind in (Judgement, Note, Tag, Work)),
    )


def erase_records(session: Session, conversations: Sequence[str]) -> Counter[str]:
    """Deletes what the web process itself recorded of some conversations: rows by kind."""
    messages = select(Message.id).where(Message.session.in_(conversations))
    return _counted(
        session,
        delete(Feedback).where(Feedback.message.in_(messages)),
        *(delete(kind).where(kind.session.in_(conversations)) for kind in (Message, FailedTurn, Reply)),
    )


def _counted(session: Session, *deletions: Delete) -> Counter[str]:
    gone: Counter[str] = Counter()
    for deletion in deletions:
        result = session.execute(deletion, execution_options={"synchronize_session": False})
        name = str(deletion.table)
        gone[CONVERSATIONS if name == Conversation.__tablename__ else name] = result.rowcount  # type: ignore[attr-defined]
    return gone
