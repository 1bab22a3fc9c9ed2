"""A visitor of the web process in tests."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send


class Visitor(TestClient):
    """Whose requests end when their answer is recorded.

    An answer is recorded once it is on its way, as in production. The event loop of a TestClient lives as long as a
    request: it would take with it what has not begun.
    """

    def __init__(self, app: FastAPI, **options: Any) -> None:
        async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
            await app(scope, receive, send)
            await app.state.chat.close()

        super().__init__(recorded, **options)
        self.app = app
