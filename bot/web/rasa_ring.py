"""Several Rasa processes behind the web process: a conversation keeps to one, and moves on when that one is away."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from bot.web.rasa_client import RasaAway, RasaClient, RasaState

Answer = TypeVar("Answer")
RESTING = 2.0
"""Seconds for which a process that was away is asked last."""


class RasaRing:
    """Asks the Rasa process to which a session id hashes; used like a RasaClient.

    By rendezvous hashing (Thaler and Ravishankar, 1998): when a process goes, only its own conversations move. That a
    conversation may move is safe where the lock store is shared (bot/locks.py).
    """

    def __init__(self, clients: Sequence[RasaClient]) -> None:
        self._clients = list(clients)
        self._away_until = [0.0] * len(self._clients)

    async def ask(self, sender: str, text: str, language: str | None, message_id: str) -> dict[str, Any]:
        """The reply of the first process that can be reached. Raises RasaAway when it has begun and not finished.

        A message that was begun goes to no other process: it might be recorded twice. Sent again, it is.
        """
        return await self._first(sender, lambda client: client.ask(sender, text, language, message_id))

    async def forget(self, sender: str) -> None:
        """Deletes a conversation from the store that all processes share. Raises RasaAway."""
        await self._first(sender, lambda client: client.forget(sender))

    async def healthy(self) -> bool:
        """Whether at least one process is."""
        return any(await asyncio.gather(*(client.healthy() for client in self._clients)))

    async def states(self) -> list[RasaState]:
        """The state of each process, in the order of RASA_URLS."""
        return list(await asyncio.gather(*(client.state() for client in self._clients)))

    async def close(self) -> None:
        for client in self._clients:
            await client.close()

    async def _first(self, sender: str, does: Callable[[RasaClient], Awaitable[Answer]]) -> Answer:
        """What the first process gives that can be reached; one that cannot is asked last for a while."""
        for number in self._order(sender):
            try:
                return await does(self._clients[number])
            except RasaAway as error:
                self._away_until[number] = time.monotonic() + RESTING
                if not error.unsent:
                    raise
        raise RasaAway("no process can be reached", unsent=True)

    def _order(self, sender: str) -> list[int]:
        now = time.monotonic()

        def place(number: int) -> tuple[bool, str]:
            digest = hashlib.sha256(f"{number} {sender}".encode()).hexdigest()
            return self._away_until[number] > now, digest

        return sorted(range(len(self._clients)), key=place)
