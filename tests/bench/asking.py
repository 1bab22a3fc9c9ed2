"""Asks over HTTP and takes the time: plain sockets, as a client that does much would be measured along."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

CONVERSATION = 10
"""Messages in a conversation, after which a client begins another one."""


@dataclass
class Asked:
    """What one go through the questions took: milliseconds of each answer, and seconds of all."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    failed: int = 0


class Connection:
    """One connection that is kept. `url` is plain HTTP."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port, self._path = parts.hostname or "", parts.port or 80, parts.path
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: dict[str, Any]) -> tuple[int, Any]:
        """Status and body of the answer. Raises OSError when there is none."""
        sent = json.dumps(body).encode()
        head = (
            f"POST {self._path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n"
        )
        kept = self._streams is not None
        try:
            return await self._exchange(head.encode() + sent)
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close()
            if not kept:
                raise ConnectionError(str(error)) from error
        return await self._exchange(head.encode() + sent)  # the server had closed it meanwhile

    async def _exchange(self, request: bytes) -> tuple[int, Any]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next((line for line in head.split("\r\n") if line.startswith("content-length:")), None)
        if length is None:
            raise ConnectionError("an answer without a length")
        body = await reader.readexactly(int(length.partition(":")[2]))
        if "connection: close" in head:
            self.close()
        return int(head.split(" ", 2)[1]), json.loads(body or b"null")

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def ask_all(target: Any, questions: Sequence[str], clients: int, run: str) -> Asked:
    """Shares the questions out over clients, each of which asks the next one when it has an answer.

    `target` is a `systems.Running`. An answer that is none counts as failed.
    """
    asked = Asked()

    async def client(number: int) -> None:
        connection = Connection(target.url)
        for place, text in enumerate(questions[number::clients]):
            began = time.perf_counter()
            answer = await connection.post(target.body(f"{run}-{number}-{place // CONVERSATION}", text))
            asked.times.append((time.perf_counter() - began) * 1000)
            asked.failed += not target.answered(*answer)
        connection.close()

    began = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(clients)))
    asked.seconds = time.perf_counter() - began
    return asked
