"""GET /metrics, for Prometheus: to programs on this machine, and to who shows METRICS_TOKEN."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import choose_encoder

from bot.metrics import REGISTRY
from bot.settings import Settings
from bot.web.callers import Callers
from bot.web.problems import problem


def routes() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/metrics")
    def metrics(request: Request) -> Response:
        if not may_read(request):
            # As if there were none: a stranger has nothing to learn here.
            return problem(404)
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(REGISTRY), media_type=kind)

    return router


def may_read(request: Request) -> bool:
    """Whether a request comes straight from this machine, not passed on by a server in front, or shows the token."""
    settings: Settings = request.app.state.settings
    token = settings.metrics_token
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(shown.encode(), token.encode()):
        return True
    return Callers(settings.trusted_proxies, settings.proxy_header).of(request.scope).address is None
