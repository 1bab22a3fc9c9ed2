"""One message in, one reply out: the part that the chat API and the page without JavaScript share."""

from __future__ import annotations

import asyncio
import hashlib
import time
import uuid
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy.exc import SQLAlchemyError

from bot import metrics, tracing
from bot.redaction import redact
from bot.text import clean
from bot.web.rasa_client import RasaAway, RasaClient
from bot.web.rasa_ring import RasaRing
from bot.web.resends import Reply, Resends
from bot.web.store import ReviewStore
from bot.web.transcripts import Transcripts


class EmptyMessage(ValueError):
    """Nothing is left of a message after cleaning."""


def message_id_of(session_id: str, client_message_id: str | None) -> str:
    """The id under which Rasa stores a message: what was said and what was thought of it find each other.

    The same one for a message that is sent again, so that Rasa knows it after a restart of the web process.
    """
    if client_message_id is None:
        return uuid.uuid4().hex
    return hashlib.sha256(f"{session_id} {client_message_id}".encode()).hexdigest()[:32]


class Chat:
    """Cleans and redacts what visitors type, asks Rasa, and records that an answer was given."""

    def __init__(self, rasa: RasaClient | RasaRing, store: ReviewStore) -> None:
        self.rasa, self._store = rasa, store
        self.transcripts = Transcripts()
        self._resends = Resends()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._recording: dict[asyncio.Task[None], tuple[str, str]] = {}

    async def say(
        self,
        session_id: str,
        text: str,
        language: str | None,
        client_message_id: str | None = None,
        shown: bool = False,
    ) -> Reply:
        """The reply with its message id; the same one when a message comes again with its client message id.

        With `shown`, the turn is kept for the page without JavaScript. Raises EmptyMessage, or RasaAway when the
        message may be sent again.
        """
        redacted = redact(clean(text)).text
        if not redacted.strip():
            raise EmptyMessage

        async def ask() -> Reply:
            # From the first step on: a deletion that comes later waits, and finds everything of this message.
            async with self._turn(session_id):
                known = await self._stored_reply(session_id, client_message_id)
                if known:
                    metrics.RESENDS.inc()
                return known or await self._ask(session_id, redacted, language, client_message_id, shown)

        if client_message_id is None:
            return await ask()
        return await self._resends.once((session_id, client_message_id), ask)

    async def _ask(
        self, session_id: str, redacted: str, language: str | None, client_message_id: str | None, shown: bool
    ) -> Reply:
        message_id = message_id_of(session_id, client_message_id)
        began = time.monotonic()
        try:
            reply = await self.rasa.ask(session_id, redacted, language, message_id)
        except RasaAway as error:
            metrics.RASA_FAILURES.labels("unsent" if error.unsent else "begun").inc()
            await self._note(self._store.failed, session_id, redacted, str(error), message_id)
            raise
        if reply.get("outcome") == "failed":
            await self._note(self._store.failed, session_id, redacted, "failed", message_id)
        reply = {"message_id": message_id, **reply}
        seconds = time.monotonic() - began
        _observe(reply, seconds)
        self._record(session_id, reply, client_message_id, round(seconds * 1000))
        if shown:
            self.transcripts.add(session_id, redacted, reply)
        return reply

    async def rate(self, message_id: str, rating: str, comment: str | None) -> bool:
        """Records feedback; False when there is no such message. Raises SQLAlchemyError when the store is away."""
        text = redact(clean(comment)).text if comment else None
        await self._recorded(message_id)
        return await asyncio.to_thread(self._store.rate, message_id, rating, text)

    async def forget(self, session_id: str) -> None:
        """Deletes a conversation everywhere; one that is not there counts as deleted.

        Waits for a message that is under way, so that nothing of it comes back. Raises RasaAway or SQLAlchemyError
        when a store is away: then it may be sent again.
        """
        async with self._turn(session_id):
            await self._recorded(session_id)
            await self.rasa.forget(session_id)
            await asyncio.to_thread(self._store.forget, session_id)
            self.transcripts.forget(session_id)
            self._resends.forget(session_id)

    async def close(self) -> None:
        """Waits for what is still being recorded."""
        await asyncio.gather(*self._recording, return_exceptions=True)

    def _record(self, session_id: str, reply: Reply, client_message_id: str | None, latency_ms: int) -> None:
        """Records an answer that is on its way already: a visitor does not wait for it.

        Rasa has recorded the turn itself by now. Whoever needs the record waits for it with `_recorded`.
        """
        task = asyncio.create_task(self._note(self._store.answered, session_id, reply, client_message_id, latency_ms))
        self._recording[task] = (session_id, reply["message_id"])
        task.add_done_callback(lambda done: self._recording.pop(done, None))

    async def _recorded(self, name: str) -> None:
        """Waits until the answers with this session or message id are recorded."""
        await asyncio.gather(*(task for task, names in self._recording.items() if name in names))

    def _turn(self, session_id: str) -> asyncio.Lock:
        """One thing at a time in a conversation. The lock lives as long as somebody holds or waits for it."""
        lock = self._locks.get(session_id)
        if lock is None:
            lock = self._locks[session_id] = asyncio.Lock()
        return lock

    async def _stored_reply(self, session_id: str, client_message_id: str | None) -> Reply | None:
        if client_message_id is None:
            return None
        await self._recorded(message_id_of(session_id, client_message_id))
        try:
            return await asyncio.to_thread(self._store.reply, session_id, client_message_id)
        except SQLAlchemyError:
            return None

    @staticmethod
    async def _note(write: Callable[..., None], *values: Any) -> None:
        """Writes to the review store. A visitor does not suffer from a store of ours that is away."""
        try:
            await asyncio.to_thread(write, *values)
        except SQLAlchemyError:
            return


def _observe(reply: Reply, seconds: float) -> None:
    metrics.MESSAGES.labels(reply["outcome"], reply["language"]).inc()
    metrics.ANSWER_SECONDS.observe(seconds)
    if (span := tracing.current()) is not None:
        span.note(outcome=reply["outcome"], language=reply["language"])
