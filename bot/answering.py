"""Each message is answered once, also when it is sent again while its answer is on the way or was lost on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

Reply = dict[str, Any]


class Answering:
    """The messages that are being answered. `count` is how many: a Rasa process that is to stop finishes them first."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[Reply]] = {}
        self.count = 0

    async def once(self, message_id: str | None, ask: Callable[[], Awaitable[Reply]]) -> Reply:
        """The reply to a message: the one being made, or that of `ask`.

        What is begun goes on when nobody waits for it any more: half a turn would be worse than one unread. A message
        that was answered before is known to the store (see `stores.AlreadyRecorded`).
        """
        if message_id is None:
            return await self._counted(ask)
        task = self._running.get(message_id)
        if task is None:
            task = asyncio.create_task(self._counted(ask))
            self._running[message_id] = task
            task.add_done_callback(lambda _done: self._running.pop(message_id, None))
        return await asyncio.shield(task)

    async def _counted(self, ask: Callable[[], Awaitable[Reply]]) -> Reply:
        self.count += 1
        try:
            return await ask()
        finally:
            self.count -= 1
