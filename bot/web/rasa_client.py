"""Talks to Rasa over loopback."""

from __future__ import annotations

from typing import Any

import httpx

from bot.languages import LANGUAGES


class RasaAway(Exception):
    """Rasa, or a store behind it, cannot be reached. Nothing was recorded, so the message may be sent again."""


class RasaClient:
    """One keep-alive connection pool to a Rasa process. `timeout` in seconds."""

    def __init__(self, url: str, timeout: float = 20.0) -> None:
        self._client = httpx.AsyncClient(base_url=f"{url}/webhooks/assistant", timeout=timeout, trust_env=False)

    async def ask(self, sender: str, text: str, language: str | None, message_id: str) -> dict[str, Any]:
        """The reply to a message. Raises RasaAway on a lost connection, a time-out, a 5xx or an unreadable reply."""
        message = {"sender": sender, "text": text, "language": language, "message_id": message_id}
        try:
            answer = await self._client.post("/message", json=message)
            if answer.status_code != 200:
                raise RasaAway(f"status {answer.status_code}")
            reply = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise RasaAway(type(error).__name__) from None
        if not isinstance(reply, dict) or not _whole(reply):
            raise RasaAway("malformed reply")
        return reply

    async def forget(self, sender: str) -> None:
        """Deletes a conversation from Rasa's store. Raises RasaAway when Rasa or its store cannot be reached."""
        try:
            answer = await self._client.delete(f"/conversations/{sender}")
        except httpx.HTTPError as error:
            raise RasaAway(type(error).__name__) from None
        if answer.status_code != 204:
            raise RasaAway(f"status {answer.status_code}")

    async def healthy(self) -> bool:
        try:
            return (await self._client.get("/health", timeout=2.0)).status_code == 200
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        await self._client.aclose()


def _whole(reply: dict[str, Any]) -> bool:
    """Whether a reply has what the chat API passes on."""
    messages = reply.get("messages")
    return (
        reply.get("language") in LANGUAGES
        and isinstance(reply.get("outcome"), str)
        and isinstance(messages, list)
        and bool(messages)
        and all(isinstance(part, dict) and isinstance(part.get("text"), str) for part in messages)
    )
