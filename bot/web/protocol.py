"""HTTP with limits on what uvicorn leaves open: slow and endless requests, slow readers, too many connections.

uvicorn waits for ever for the headers of a new connection, keeps all of a header that goes on and on, and says what is
wrong in plain text.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from bot.settings import Settings
from bot.web.problems import problem
from bot.web.security import headers_for

LINGERING = 5.0
"""Seconds after the time for a body in which the app's own answer may still be sent and read."""
MESSAGE = 4 * 1024 * 1024
"""Bytes of a request that are read at all: so that who sent too much can still read that it was too much."""


def protocol_for(settings: Settings) -> type[HttpToolsProtocol]:
    """The protocol with these settings, as uvicorn takes it."""
    return type("LimitedProtocol", (LimitedProtocol,), {"settings": settings})


class LimitedProtocol(HttpToolsProtocol):
    """One connection. `settings` are set by `protocol_for`."""

    settings: Settings

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._arriving: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._in_head, self._received = False, 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.settings.max_connections:
            self._refuse(503, {"Retry-After": "2"})
            return
        self._expect(self.settings.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect(None)
        self._stop_writing_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._received += len(data)
        if self._received > MESSAGE:
            self.transport.abort()
            return
        super().data_received(data)
        if self._in_head and self._received > self.settings.max_header_bytes and not self.transport.is_closing():
            self._refuse(431)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._received = True, 0
        self._expect(self.settings.header_seconds)

    def on_header(self, name: bytes, value: bytes) -> None:
        # What comes after a chunked body, too, would be kept as headers.
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._expect(self.settings.body_seconds + LINGERING)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._expect(None)
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(400)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop_writing_timer()
        self._writing = self.loop.call_later(self.settings.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_writing_timer()
        super().resume_writing()

    def _expect(self, seconds: float | None) -> None:
        """The time in which the next part of a request has to arrive; None when nothing is expected."""
        if self._arriving is not None:
            self._arriving.cancel()
        self._arriving = None if seconds is None else self.loop.call_later(seconds, self._too_slow)

    def _too_slow(self) -> None:
        self._arriving = None
        if self.transport.is_closing():
            return
        answered = self.cycle is None or self.cycle.response_complete
        if not answered and not self.cycle.more_body:
            # Another one is being answered on this connection, and nothing is read meanwhile.
            self._expect(self.settings.header_seconds)
        elif self._in_head and answered:
            self._refuse(408)
        else:
            self.transport.close()

    def _stop_writing_timer(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
        self._writing = None

    def _refuse(self, status: int, headers: dict[str, str] | None = None) -> None:
        """Answers without the app, and ends the connection."""
        answer = problem(status, headers={**headers_for(self.settings), **(headers or {}), "Connection": "close"})
        lines = [STATUS_LINE[status], *(b"%s: %s\r\n" % header for header in answer.raw_headers), b"\r\n"]
        self.transport.write(b"".join([*lines, bytes(answer.body)]))
        self.transport.close()
