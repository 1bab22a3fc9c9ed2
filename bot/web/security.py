"""What every answer carries, and how large a request may be."""

from __future__ import annotations

import logging

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.problems import problem

logger = logging.getLogger(__name__)

LARGEST = 16 * 1024
"""Bytes of a request's body."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "API-Version": "1.0.0",
}


class SecurityMiddleware:
    """Adds the headers, and answers 413 before a body that is too large has been read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                # A conversation is nobody else's; a page's own files may be kept for an hour.
                kept = scope["path"].startswith("/static/")
                headers.setdefault("Cache-Control", "public, max-age=3600" if kept else "no-store")
            await send(message)

        body = await _read(receive)
        if body is None:
            await problem(413)(scope, receive, send_with_headers)
            return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        try:
            await self._app(scope, replay, send_with_headers)
        except Exception as error:
            # Here rather than in a handler of the app: those run outside this middleware, without the headers.
            logger.error("a request failed: %s", type(error).__name__)
            if not started:
                await problem(500)(scope, receive, send_with_headers)


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or None when it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        size += len(message.get("body", b""))
        if size > LARGEST:
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)
