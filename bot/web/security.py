"""What every answer carries, errors included."""

from __future__ import annotations

import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.logs import what_went_wrong
from bot.settings import Settings
from bot.web.problems import problem

logger = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {frame_ancestors}; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
STATIC = "/static/"


def headers_for(settings: Settings) -> dict[str, str]:
    """What every answer carries unless it says otherwise."""
    headers = {
        "Content-Security-Policy": POLICY.format(frame_ancestors=" ".join(settings.frame_ancestors) or "'none'"),
        "X-Content-Type-Options": "nosniff",
        # Not "no-referrer": with that, browsers hide from our own forms which page sent them.
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "API-Version": "1.0.0",
        # A conversation is nobody else's.
        "Cache-Control": "no-store",
    }
    if settings.hsts_seconds:
        headers["Strict-Transport-Security"] = f"max-age={settings.hsts_seconds}"
    return headers


def static_headers(settings: Settings) -> dict[str, str]:
    """What the pages' own files carry: they may be kept for an hour, and used by the sites that may show the chat."""
    shared = {"Cross-Origin-Resource-Policy": "cross-origin"} if settings.embed_origins else {}
    return headers_for(settings) | {"Cache-Control": "public, max-age=3600"} | shared


class SecurityMiddleware:
    """Adds the headers, and makes a problem of what nobody caught."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._headers, self._static_headers = headers_for(settings), static_headers(settings)

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
                fixed = self._static_headers if scope["path"].startswith(STATIC) else self._headers
                for name, value in fixed.items():
                    headers.setdefault(name, value)
                if "location" in headers:
                    headers["location"] = _within(scope, headers["location"])
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            # Here rather than in a handler of the app: those run outside this middleware, without the headers.
            logger.error("a request failed: %s", type(error).__name__, extra={"fields": what_went_wrong(error)})
            if not started:
                await problem(500)(scope, receive, send_with_headers)


def _within(scope: Scope, location: str) -> str:
    """Where a redirect leads: without the host when it is the one that was asked for, which anybody can make up."""
    path = location.removeprefix(f"{scope['scheme']}://{Headers(scope=scope).get('host', '')}")
    return path if path.startswith("/") and not path.startswith("//") else location
