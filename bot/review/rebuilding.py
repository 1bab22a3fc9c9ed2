"""Makes what staff read again from scratch. What they added stays, and finds its turns by their ids."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.review import aggregates
from bot.review.database import lock
from bot.review.projection import NEVER, Projection
from bot.review.search import clear_words
from bot.review.tables import Conversation, Cursor, Turn, TurnSubject
from bot.settings import Settings

BATCH = 2000
"""Turns that one transaction deletes."""

Say = Callable[[str], None]


def rebuild(settings: Settings, say: Say) -> int:
    """Deletes all turns and reads all events again, in small transactions; the number of turns that there are then.

    The web process may run meanwhile: both read on from the same place. What was purged does not come back: it is gone
    from where it would be read. `say` gets a line for every step. Raises SQLAlchemyError when a store is away; begin
    again then.
    """
    projection = Projection(settings, patient=True)
    try:
        _clear(projection, say)
        while projection.poll():
            with projection.database.session() as session:
                say(f"{_turns(session)} turns, up to event {session.scalar(select(Cursor.event))}")
        with projection.database.session() as session, session.begin():
            lock(session)
            _finish(session)
            count = _turns(session)
        clear_words(projection.database.engine)
        return count
    finally:
        projection.close()


def _clear(projection: Projection, say: Say) -> None:
    """Deletes the turns, and with the last of them goes back to the first event.

    Conversations stay: staff's work hangs on them, and they hold no words.
    """
    left = True
    while left:
        with projection.database.session() as session, session.begin():
            lock(session)
            some = session.scalars(select(Turn.id).limit(BATCH)).all()
            session.execute(delete(TurnSubject).where(TurnSubject.turn.in_(some)))
            session.execute(delete(Turn).where(Turn.id.in_(some)))
            left = len(some) == BATCH
            if not left:
                session.execute(delete(TurnSubject))
                _go_back(session)
            count = _turns(session)
        say(f"{count} turns left to delete")


def _go_back(session: Session) -> None:
    cursor = session.get(Cursor, 1)
    if cursor is not None:
        cursor.event, cursor.stamp, cursor.at = 0, 0.0, NEVER


def _finish(session: Session) -> None:
    """Deletes conversations of which nothing was found, and counts the days that are not closed."""
    said = select(Turn.conversation).where(Turn.conversation == Conversation.id)
    session.execute(delete(Conversation).where(~said.exists()))
    today = datetime.now(UTC).date()
    aggregates.refresh(session, aggregates.open_days(session, today))


def _turns(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(Turn)).one()
