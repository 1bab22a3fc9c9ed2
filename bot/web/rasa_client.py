"""Talks to Rasa over loopback."""

from __future__ import annotations

from typing import Any, Literal

import httpx

from bot import tracing
from bot.languages import LANGUAGES
from bot.web.rasa_address import RasaAddress

RasaState = Literal["ok", "no model", "away"]
"""What a Rasa process says of itself; `away` when it says nothing."""
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class RasaAway(Exception):
    """Rasa, or a store behind it, cannot be reached. The message may be sent again under the same id.

    `unsent`: it never reached a Rasa process.
    """

    def __init__(self, why: str, unsent: bool = False) -> None:
        super().__init__(why)
        self.unsent = unsent


class RasaClient:
    """A keep-alive connection pool to each Rasa process. `timeout` in seconds.

    `where` is Rasa's address, or that of a file that names it: see `RasaAddress`. Each message looks it up, so that a
    message under way ends where it began, and the next one goes to the new address.
    """

    def __init__(self, where: str, timeout: float = 20.0, token: str = "") -> None:
        self._address, self._timeout = RasaAddress(where), timeout
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._pools: dict[str, httpx.AsyncClient] = {}

    async def ask(self, sender: str, text: str, language: str | None, message_id: str) -> dict[str, Any]:
        """The reply to a message. Raises RasaAway on a lost connection, a time-out, a 5xx or an unreadable reply."""
        message = {"sender": sender, "text": text, "language": language, "message_id": message_id}
        try:
            answer = await self._post("/message", message)
            if answer.status_code != 200:
                raise RasaAway(f"status {answer.status_code}")
            reply = answer.json()
        except (httpx.HTTPError, OSError, ValueError) as error:
            raise RasaAway(type(error).__name__, isinstance(error, UNSENT)) from None
        if not isinstance(reply, dict) or not _whole(reply):
            raise RasaAway("malformed reply")
        return reply

    async def _post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """What cannot connect was not sent: when Rasa has moved meanwhile, it goes to the new address."""
        url = self._address.current().url
        try:
            return await (await self._pool(url)).post(path, json=body, headers=tracing.header())
        except httpx.ConnectError:
            moved = self._address.current().url
            if moved == url:
                raise
            return await (await self._pool(moved)).post(path, json=body, headers=tracing.header())

    async def forget(self, sender: str) -> None:
        """Deletes a conversation from Rasa's store. Raises RasaAway when Rasa or its store cannot be reached.

        A Rasa that is leaving comes first: a message that it still has under way would bring the conversation back.
        """
        try:
            address = self._address.current()
            if address.leaving is not None:
                await self._delete(address.leaving, sender, may_be_gone=True)
            await self._delete(address.url, sender)
        except (httpx.HTTPError, OSError) as error:
            raise RasaAway(type(error).__name__, isinstance(error, UNSENT)) from None

    async def _delete(self, url: str, sender: str, may_be_gone: bool = False) -> None:
        try:
            answer = await (await self._pool(url)).delete(f"/conversations/{sender}")
        except httpx.ConnectError:
            if may_be_gone:
                return
            raise
        if answer.status_code != 204:
            raise RasaAway(f"status {answer.status_code}")

    async def healthy(self) -> bool:
        return await self.state() == "ok"

    async def states(self) -> list[RasaState]:
        """The state of each process: this one."""
        return [await self.state()]

    async def state(self) -> RasaState:
        try:
            pool = await self._pool(self._address.current().url)
            code = (await pool.get("/health", timeout=2.0)).status_code
        except (httpx.HTTPError, OSError):
            return "away"
        return "ok" if code == 200 else "no model" if code == 503 else "away"

    async def close(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()

    async def _pool(self, url: str) -> httpx.AsyncClient:
        """The pool for an address. Those of addresses that are neither current nor leaving are closed."""
        if url not in self._pools:
            self._pools[url] = httpx.AsyncClient(
                base_url=f"{url}/webhooks/assistant", timeout=self._timeout, headers=self._headers, trust_env=False
            )
            address = self._address.current()
            for gone in set(self._pools) - {url, address.url, address.leaving}:
                await self._pools.pop(gone).aclose()
        return self._pools[url]


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
