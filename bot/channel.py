"""The channel between the web process and Rasa: one message in, one reply out."""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.core.lock_store import LockError
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import rasa_tuning, tracing
from bot.answering import Answering
from bot.languages import DEFAULT, LANGUAGES
from bot.logs import log_soon
from bot.stores import AlreadyRecorded, StoreAway, StrictTrackerStore, message_under_way
from bot.text import clean

APOLOGY = {
    "nl": "Er ging iets mis bij ons. Probeer het nog eens, of mail naar info-internationaal@enschede.nl.",
    "en": "Something went wrong on our side. Please try again, or email info-internationaal@enschede.nl.",
}

logger = logging.getLogger(__name__)


class AssistantChannel(InputChannel):
    """Takes {"sender", "text", "language", "message_id"} and gives the reply that the chat API passes on.

    Text that begins with "/" would run any of Rasa's intents or restart the conversation: here it is plain text.
    """

    @classmethod
    def name(cls) -> str:
        return "assistant"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        rasa_tuning.install()
        blueprint = Blueprint("assistant_channel", __name__)
        answering = Answering()

        @blueprint.middleware("request")
        async def refuse_strangers(request: Request) -> HTTPResponse | None:
            return None if shows_token(request) else response.json({"error": "a token is needed"}, status=401)

        @blueprint.route("/health", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            """Rasa also starts with a model that it cannot load: then it is not ready. `busy` counts messages."""
            agent = request.app.ctx.agent
            ready = agent is not None and agent.is_ready()
            body = {"status": "ok" if ready else "no model", "busy": answering.count}
            return response.json(body, status=200 if ready else 503)

        @blueprint.route("/message", methods=["POST"])
        async def message(request: Request) -> HTTPResponse:
            body = request.json if isinstance(request.json, dict) else {}
            sender, text = str(body.get("sender") or ""), plain(str(body.get("text") or ""))
            if not sender or not text:
                return response.json({"error": "sender and text are needed"}, status=400)
            page = body.get("language") if body.get("language") in LANGUAGES else None
            message_id = str(body.get("message_id") or "") or None

            async def ask() -> dict[str, Any]:
                collector = CollectingOutputChannel()
                said = UserMessage(
                    text,
                    collector,
                    sender,
                    input_channel=self.name(),
                    message_id=message_id,
                    metadata={"language": page},
                )
                # In a task of its own (see `answering`), so it is this message's alone.
                message_under_way.set(message_id)
                try:
                    await on_new_message(said)
                except AlreadyRecorded as before:
                    return before.reply or failed(page)
                return reply(collector.messages, page)

            began = time.monotonic()
            try:
                with tracing.span("understand and answer", parent=request.headers.get(tracing.HEADER)) as part:
                    answer = await answering.once(message_id, ask)
                    part.note(outcome=str(answer.get("outcome")))
                    ms = round((time.monotonic() - began) * 1000)
                    log_soon(logger, "message", part.attributes | {"ms": ms})
                return response.json(answer)
            except (StoreAway, LockError):
                # Nothing was recorded, so the visitor may send it again.
                logger.error("a message could not be handled: the store of conversations is away")
                return response.json({"error": "the store of conversations is away"}, status=503)
            except Exception as error:
                logger.error("a message could not be handled: %s", type(error).__name__)
                return response.json(failed(page))

        @blueprint.route("/conversations/<sender:str>", methods=["DELETE"])
        async def forget(request: Request, sender: str) -> HTTPResponse:
            try:
                await erase(request.app.ctx.agent, sender)
            except StoreAway as error:
                logger.error("a conversation could not be deleted: %s", error)
                return response.json({"error": "the store of conversations is away"}, status=503)
            return response.empty(204)

        return blueprint


def shows_token(request: Request) -> bool:
    """Whether a request comes with the token of INNER_TOKEN, when there is one; being healthy is no secret."""
    token = os.environ.get("INNER_TOKEN", "")
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    return not token or request.path.endswith("/health") or hmac.compare_digest(shown.encode(), token.encode())


def store_of(agent: Any) -> StrictTrackerStore:
    """The store of Rasa's agent. Raises StoreAway when it is another one, which can lose conversations silently."""
    # Rasa wraps every store in one of its own.
    store = getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)
    if not isinstance(store, StrictTrackerStore):
        raise StoreAway(f"{type(store).__name__} cannot delete a conversation")
    return store


async def erase(agent: Any, sender: str) -> None:
    """Deletes a conversation from the store of Rasa's agent. Raises StoreAway.

    Rasa writes a whole conversation back after a message, so this waits for the one that is under way.
    """
    store = store_of(agent)
    try:
        async with agent.lock_store.lock(sender):
            await asyncio.to_thread(store.delete, sender)
    except LockError as error:
        raise StoreAway("no lock") from error


def plain(text: str) -> str:
    """Cleaned text without the leading slashes that Rasa would take for a command; a lone slash becomes a dot."""
    cleaned = clean(text)
    return cleaned.lstrip("/ \n") or ("." if cleaned else "")


def reply(messages: list[dict[str, Any]], language: str | None) -> dict[str, Any]:
    """The reply in what Rasa's actions sent: the last structured message; an empty one is an apology."""
    for message in reversed(messages):
        if isinstance(custom := message.get("custom"), dict) and custom.get("outcome"):
            return custom
    return failed(language)


def failed(language: str | None) -> dict[str, Any]:
    """A reply that says that the fault is ours."""
    language = language or DEFAULT
    return {
        "language": language,
        "outcome": "failed",
        "messages": [{"text": APOLOGY[language], "buttons": []}],
        "facts": [],
        "sources": [],
    }
