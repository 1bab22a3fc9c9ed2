"""One message in, one reply out: the part that the chat API and the page without JavaScript share."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.redaction import redact
from bot.text import clean
from bot.web.rasa_client import RasaAway, RasaClient
from bot.web.store import ReviewStore


class EmptyMessage(ValueError):
    """Nothing is left of a message after cleaning."""


class Chat:
    """Cleans and redacts what visitors type, asks Rasa, and records that an answer was given."""

    def __init__(self, rasa: RasaClient, store: ReviewStore) -> None:
        self.rasa, self._store = rasa, store

    async def say(self, session_id: str, text: str, language: str | None) -> dict[str, Any]:
        """The reply with its message id. Raises EmptyMessage, or RasaAway when it may be sent again."""
        redacted = redact(clean(text)).text
        if not redacted.strip():
            raise EmptyMessage
        try:
            reply = await self.rasa.ask(session_id, redacted, language)
        except RasaAway as error:
            await self._note(self._store.failed, session_id, redacted, str(error))
            raise
        if reply.get("outcome") == "failed":
            await self._note(self._store.failed, session_id, redacted, "failed")
        message_id = uuid.uuid4().hex
        await self._note(self._store.answered, message_id, session_id, str(reply.get("outcome")))
        return {"message_id": message_id, **reply}

    async def rate(self, message_id: str, rating: str, comment: str | None) -> bool:
        text = redact(clean(comment)).text if comment else None
        return await asyncio.to_thread(self._store.rate, message_id, rating, text)

    @staticmethod
    async def _note(write: Any, *values: str) -> None:
        """Writes to the review store. A visitor does not wait for, or suffer from, a store of ours that is away."""
        try:
            await asyncio.to_thread(write, *values)
        except SQLAlchemyError:
            return
