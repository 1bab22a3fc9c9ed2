"""Connections passed on to one of several servers: a load balancer for the tests, and a network that can be slow."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from itertools import count

from bot.serve import free_port

BLOCK = 65536


class Forwarder:
    """Listens on a port of loopback, in a thread of its own. A server that refuses is passed over for the next one.

    `delay` holds back each block of bytes by so many seconds, each way.
    """

    def __init__(self, targets: Sequence[int]) -> None:
        self.port, self.delay = free_port(), 0.0
        self._targets, self._turn = list(targets), count()
        self._loop = asyncio.new_event_loop()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._connections: set[asyncio.Task[None]] = set()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        started.wait(5)

    def stop_flow(self) -> None:
        """From now on nothing passes, and nobody is told."""
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def resume_flow(self) -> None:
        self._loop.call_soon_threadsafe(self._flowing.set)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", self.port))
        started.set()
        self._loop.run_forever()
        server.close()
        for task in self._connections:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*self._connections, return_exceptions=True))

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        try:
            other_reader, other_writer = await self._connect()
        except OSError:
            writer.close()
            return
        ways = [self._pass_on(reader, other_writer), self._pass_on(other_reader, writer)]
        # When one side goes, so does the other: a half-open connection would be a fault that nobody asked for.
        await asyncio.wait([asyncio.create_task(way) for way in ways], return_when=asyncio.FIRST_COMPLETED)
        writer.close()
        other_writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        await self._flowing.wait()
        first = next(self._turn)
        for number in range(len(self._targets)):
            try:
                return await asyncio.open_connection("127.0.0.1", self._targets[(first + number) % len(self._targets)])
            except OSError:
                continue
        raise ConnectionRefusedError

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while block := await reader.read(BLOCK):
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self._flowing.wait()
                writer.write(block)
                await writer.drain()
        except OSError:
            return
