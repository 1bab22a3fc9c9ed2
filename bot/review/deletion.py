"""Deletes one conversation for staff, unless it has to be kept."""

from __future__ import annotations

import asyncio

from sqlalchemy import delete, inspect
from sqlalchemy.orm import Session

from actions.facts.database import connect
from bot.erasure import empty_log, overwrite_deleted
from bot.review.database import Database
from bot.review.events import EVENTS
from bot.review.tables import Work
from bot.settings import Settings
from bot.web.rasa_client import RasaClient
from bot.web.store import ReviewStore


class OnHold(RuntimeError):
    """The conversation must not be deleted. Says why it is held."""


def refuse_held(session: Session, conversation: str) -> None:
    """Raises OnHold for a conversation that has to be kept. The web process then goes on with `Chat.forget`."""
    work = session.get(Work, conversation)
    if work is not None and work.hold is not None:
        raise OnHold(f"{conversation} is held: {work.hold}. Let go of it on its page first.")


def delete_conversation(settings: Settings, conversation: str, rasa_url: str) -> None:
    """Deletes a conversation everywhere, from outside the web process; one that is not there counts as deleted.

    Rasa deletes its part, so that a message under way does not bring it back; when no Rasa runs at `rasa_url`, its
    table is written here. Raises OnHold, RasaAway, or SQLAlchemyError when a store is away.
    """
    database = Database(settings.review_url)
    with database.session() as session:
        refuse_held(session, conversation)
    if not asyncio.run(_deleted_by_rasa(rasa_url, conversation)):
        _delete_events(settings.conversations_url, conversation)
    ReviewStore(database).forget(conversation)
    database.engine.dispose()


async def _deleted_by_rasa(url: str, conversation: str) -> bool:
    """Whether a Rasa runs, which then has deleted it. Raises RasaAway when it runs but cannot."""
    rasa = RasaClient(url)
    try:
        if not await rasa.healthy():
            return False
        await rasa.forget(conversation)
        return True
    finally:
        await rasa.close()


def _delete_events(url: str, conversation: str) -> None:
    engine = connect(url)
    try:
        if not inspect(engine).has_table(EVENTS.name):
            return
        with Session(engine) as session, session.begin():
            overwrite_deleted(session)
            session.execute(delete(EVENTS).where(EVENTS.c.sender_id == conversation))
        empty_log(engine)
    finally:
        engine.dispose()
