"""Answers 429 to an address that asks too often, before anything else of its request is read."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.settings import Settings
from bot.web.callers import Callers
from bot.web.limits import Limits
from bot.web.problems import problem

CHAT_PAGE = re.compile(r"/(?:nl|en)(?:/feedback|/delete)?/?")
"""These pages answer themselves: they keep what was typed. They find the seconds to wait in the request's state."""
Page = Callable[[Request, int], Response]


class LimitsMiddleware:
    """Also makes the scheme of a request that of the visitor, where a trusted server in front tells it."""

    def __init__(self, app: ASGIApp, settings: Settings, limits: Limits, page: Page) -> None:
        """`page` makes what a browser sees, given the request and the seconds to wait."""
        self._app, self._limits, self._page = app, limits, page
        self._callers = Callers(settings.trusted_proxies, settings.proxy_header)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        caller = self._callers.of(scope)
        scope["scheme"] = caller.scheme
        wait = math.ceil(self._limits.address(scope["method"], scope["path"], caller.address))
        scope.setdefault("state", {}).update(wait=wait, limited=caller.address is not None)
        if not wait or CHAT_PAGE.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        seen = "text/html" in request.headers.get("accept", "")
        await (self._page(request, wait) if seen else too_many(wait))(scope, receive, send)


def too_many(wait: float) -> Response:
    """The problem for a program. `wait` in seconds."""
    return problem(429, headers={"Retry-After": str(math.ceil(wait))})


def seconds_to_wait(request: Request, session_id: str | None = None) -> int:
    """Whole seconds that a request has to wait, by its address and, for a message, by its conversation; else 0."""
    wait: int = request.state.wait
    if wait or session_id is None or not request.state.limited:
        return wait
    limits: Limits = request.app.state.limits
    return math.ceil(limits.conversation(session_id))
