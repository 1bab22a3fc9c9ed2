"""Talks to Rasa over loopback."""

from __future__ import annotations

from typing import Any, Literal

import aiohttp

from bot import tracing
from bot.languages import LANGUAGES
from bot.web.rasa_address import RasaAddress

RasaState = Literal["ok", "no model", "away"]
"""What a Rasa process says of itself; `away` when it says nothing."""
UNSENT = (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError)
"""No connection, or none in time: the timeouts below let aiohttp raise the second for connecting alone."""
HEALTH = aiohttp.ClientTimeout(total=2.0)
CONNECT = 5.0
"""Seconds that connecting may take."""
IDLE = 4.0
"""Seconds for which a connection is kept: shorter than Rasa keeps it, so that no message goes into a closed one."""


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
        self._address = RasaAddress(where)
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=min(CONNECT, timeout / 2))
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._pools: dict[str, aiohttp.ClientSession] = {}

    async def ask(self, sender: str, text: str, language: str | None, message_id: str) -> dict[str, Any]:
        """The reply to a message. Raises RasaAway on a lost connection, a time-out, a 5xx or an unreadable reply."""
        message = {"sender": sender, "text": text, "language": language, "message_id": message_id}
        try:
            reply = await self._post("message", message)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise RasaAway(type(error).__name__, isinstance(error, UNSENT)) from None
        if not isinstance(reply, dict) or not _whole(reply):
            raise RasaAway("malformed reply")
        return reply

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        """What cannot connect was not sent: when Rasa has moved meanwhile, it goes to the new address."""
        url = self._address.current().url
        try:
            return await self._posted(url, path, body)
        except aiohttp.ClientConnectorError:
            moved = self._address.current().url
            if moved == url:
                raise
            return await self._posted(moved, path, body)

    async def _posted(self, url: str, path: str, body: dict[str, Any]) -> Any:
        pool = await self._pool(url)
        async with pool.post(_at(url, path), json=body, headers=tracing.header()) as answer:
            if answer.status != 200:
                raise RasaAway(f"status {answer.status}")
            return await answer.json(content_type=None)

    async def forget(self, sender: str) -> None:
        """Deletes a conversation from Rasa's store. Raises RasaAway when Rasa or its store cannot be reached.

        A Rasa that is leaving comes first: a message that it still has under way would bring the conversation back.
        """
        try:
            address = self._address.current()
            if address.leaving is not None:
                await self._delete(address.leaving, sender, may_be_gone=True)
            await self._delete(address.url, sender)
        except (aiohttp.ClientError, OSError) as error:
            raise RasaAway(type(error).__name__, isinstance(error, UNSENT)) from None

    async def _delete(self, url: str, sender: str, may_be_gone: bool = False) -> None:
        try:
            async with (await self._pool(url)).delete(_at(url, f"conversations/{sender}")) as answer:
                status = answer.status
        except aiohttp.ClientConnectorError:
            if may_be_gone:
                return
            raise
        if status != 204:
            raise RasaAway(f"status {status}")

    async def healthy(self) -> bool:
        return await self.state() == "ok"

    async def states(self) -> list[RasaState]:
        """The state of each process: this one."""
        return [await self.state()]

    async def state(self) -> RasaState:
        try:
            url = self._address.current().url
            async with (await self._pool(url)).get(_at(url, "health"), timeout=HEALTH) as answer:
                code = answer.status
        except (aiohttp.ClientError, OSError):
            return "away"
        return "ok" if code == 200 else "no model" if code == 503 else "away"

    async def close(self) -> None:
        for pool in self._pools.values():
            await pool.close()

    async def _pool(self, url: str) -> aiohttp.ClientSession:
        """The pool for an address. Those of addresses that are neither current nor leaving are closed."""
        if url not in self._pools:
            self._pools[url] = aiohttp.ClientSession(
                timeout=self._timeout,
                headers=self._headers,
                connector=aiohttp.TCPConnector(keepalive_timeout=IDLE),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
            address = self._address.current()
            for gone in set(self._pools) - {url, address.url, address.leaving}:
                await self._pools.pop(gone).close()
        return self._pools[url]


def _at(url: str, path: str) -> str:
    return f"{url}/webhooks/assistant/{path}"


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
