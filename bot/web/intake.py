"""What a request may look like, how long its body may take, and how many are answered at the same moment."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.settings import Settings
from bot.web.problems import problem

HEALTH = "/health"
"""Answered also when it is busy: whoever watches must not take a busy process for a dead one."""
RETRY = {"Retry-After": "2"}
"""Seconds after which a request that met too many others may be sent again."""
FORM = "application/x-www-form-urlencoded"


class Refused(Exception):
    """A request that is answered with this status without being handed on."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Gone(Exception):
    """The client went away before its request had arrived. Half a request is none."""


class IntakeMiddleware:
    """Hands on whole requests only. Answers 400, 408, 413, 431 and 503 itself."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings, self._busy = app, settings, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._busy >= self._settings.max_requests and not scope["path"].startswith(HEALTH):
            await problem(503, headers=RETRY)(scope, receive, send)
            return
        self._busy += 1
        try:
            self._look_at_head(scope)
            body = await self._body(receive)
            if _has_nul(scope, body):
                raise Refused(400)
            await self._app(scope, _replayed(body, receive), send)
        except Refused as refused:
            await problem(refused.status)(scope, receive, send)
        except Gone:
            return
        finally:
            self._busy -= 1

    def _look_at_head(self, scope: Scope) -> None:
        headers = scope["headers"]
        size = len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"")
        size += sum(len(name) + len(value) for name, value in headers)
        if size > self._settings.max_header_bytes or len(headers) > self._settings.max_headers:
            raise Refused(431)

    async def _body(self, receive: Receive) -> bytes:
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                return await _read(receive, self._settings.max_body_bytes)
        except TimeoutError:
            raise Refused(408) from None


async def _read(receive: Receive, most: int) -> bytes:
    """The whole body. Raises Refused when it has more bytes than `most`, and Gone when the client leaves."""
    parts: list[bytes] = []
    left = most
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part = message.get("body", b"")
        left -= len(part)
        if left < 0:
            raise Refused(413)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _has_nul(scope: Scope, body: bytes) -> bool:
    """Whether a NUL is where no text has one: PostgreSQL and the file system refuse it with errors of their own."""
    if "\0" in scope["path"] or b"%00" in scope["query_string"] or b"\0" in body:
        return True
    return Headers(scope=scope).get("content-type", "").startswith(FORM) and b"%00" in body


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
