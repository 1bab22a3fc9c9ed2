"""Every request gets an id, a line in the log, a place in the figures, and a span when traces are on."""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import metrics, tracing

logger = logging.getLogger(__name__)

QUIET = ("/health", "/health/live", "/health/ready", "/metrics")
"""Routes that are asked every few seconds: they are logged only when something is wrong."""
FIXED = ("/v1/messages", "/v1/sessions", "/v1/feedback", "/nl", "/en", "/review/login")
"""Routes without anything variable in them."""
METHODS = ("GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH")


class ObservingMiddleware:
    """The outermost of all. The id comes back as X-Request-Id, by which a visitor's report is found in the logs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (b"x-request-id", span.trace.encode())]}
            await send(message)

        method = scope["method"] if scope["method"] in METHODS else "other"
        # A trace begins here: what a visitor's headers say of one is not read.
        with tracing.span("request", parent="") as span:
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                span.note(method=method, route=route_of(scope), status=status)
                _tell(span.attributes, time.monotonic() - began)


def route_of(scope: Scope) -> str:
    """The route's template, such as /v1/sessions/{session_id}: never the path, in which an id or anything may stand."""
    route = scope.get("route")
    path = getattr(route, "path_format", None) or getattr(route, "path", None)
    if path:
        return str(path)
    for name in ("/static/review", "/static"):
        if scope["path"].startswith(f"{name}/"):
            return name
    # It was refused before its route was looked for.
    return scope["path"] if scope["path"] in FIXED else "none"


def note_conversation(request: Request, session_id: str) -> None:
    """Lets the lines of one conversation be told from others: by a keyed hash, from which its id cannot be found."""
    span = tracing.current()
    if span is not None:
        key = str(request.app.state.key).encode()
        span.note(conversation=hmac.new(key, session_id.encode(), hashlib.sha256).hexdigest()[:12])


def _tell(known: dict[str, Any], seconds: float) -> None:
    route, status = known["route"], known["status"]
    metrics.REQUESTS.labels(known["method"], route, status).inc()
    metrics.REQUEST_SECONDS.labels(route).observe(seconds)
    if status == 429:
        metrics.RATE_LIMITED.labels(route).inc()
    quiet = route in QUIET and status in (200, 503)
    level = logging.DEBUG if quiet else logging.WARNING if status == 500 else logging.INFO
    logger.log(level, "request", extra={"fields": known | {"ms": round(seconds * 1000)}})
