"""Lets pages of chosen other sites use the chat API and the page's own files (CORS). Never with cookies."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

SHARED = ("/v1/", "/static/")


class EmbeddingMiddleware:
    """Answers for `origins` alone, and for the shared paths alone. Without origins it does nothing."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app, self._on = app, bool(origins)
        self._shared = CORSMiddleware(
            app, origins, allow_methods=["GET", "POST", "DELETE"], allow_headers=["Content-Type"],
            allow_credentials=False, expose_headers=["API-Version", "Retry-After"],
        )  # fmt: skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        shared = self._on and scope["type"] == "http" and scope["path"].startswith(SHARED)
        await (self._shared if shared else self._app)(scope, receive, send)
