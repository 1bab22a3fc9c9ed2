"""A message that is sent twice is asked once: both get the same reply."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from bot import metrics

Reply = dict[str, Any]
Key = tuple[str, str]
"""Session id and the client's own id of the message."""
MOST = 1000
"""Replies kept in memory; those before them are in the review store."""


class Resends:
    """Remembers replies by session and client message id, also those that are still being made.

    In memory: also while the review store, which keeps them over a restart, is away.
    """

    def __init__(self) -> None:
        self._running: dict[Key, asyncio.Task[Reply]] = {}
        self._known: OrderedDict[Key, Reply] = OrderedDict()

    async def once(self, key: Key, ask: Callable[[], Awaitable[Reply]]) -> Reply:
        """The reply to this message: a known one, or that of `ask`. What `ask` raises is not remembered."""
        if key in self._known:
            metrics.RESENDS.inc()
            return self._known[key]
        task = self._running.get(key)
        if task is not None:
            metrics.RESENDS.inc()
        else:
            task = self._running[key] = asyncio.create_task(self._ask(key, ask))
            task.add_done_callback(lambda _done: self._running.pop(key, None))
        # A visitor who goes away does not end it for one who waits for the same reply.
        return await asyncio.shield(task)

    async def _ask(self, key: Key, ask: Callable[[], Awaitable[Reply]]) -> Reply:
        reply = await ask()
        self._known[key] = reply
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return reply

    def forget(self, session_id: str) -> None:
        """Forgets the replies of a conversation that have been given."""
        for key in [key for key in self._known if key[0] == session_id]:
            del self._known[key]
