"""The web process: chat API, chat page, pages to read, health."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from fastapi.telemetry import TelemetryConfig
from itsdangerous import URLSafeSerializer

from bot import logs, metrics, tracing
from bot.production import require_safe
from bot.review import errors
from bot.review import routes as review
from bot.review.database import Database
from bot.settings import ROOT, Settings
from bot.web import api, metrics_page, pages, problems, reading, security_txt, widget
from bot.web.chat import Chat
from bot.web.daily_purge import purge_daily
from bot.web.embedding import EmbeddingMiddleware
from bot.web.facts import FactsReader
from bot.web.gap_searching import GapSearching
from bot.web.health import RETRY, Readiness
from bot.web.intake import IntakeMiddleware
from bot.web.limiting import LimitsMiddleware
from bot.web.limits import Limits
from bot.web.observing import ObservingMiddleware
from bot.web.off import FIRST, Switch
from bot.web.projecting import project_always
from bot.web.rasa_client import RasaClient
from bot.web.rasa_ring import RasaRing
from bot.web.security import SecurityMiddleware
from bot.web.store import ReviewStore

NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI's own would tell addresses with session ids, and believe a visitor's headers: see bot/tracing.py."""


def create_app(settings: Settings, rasa: RasaClient | RasaRing) -> FastAPI:
    """The app, with everything it needs handed in."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with suppress(TimeoutError):
            await asyncio.wait_for(app.state.switch.look(), FIRST)
        beside = [
            asyncio.create_task(app.state.switch.always()),
            asyncio.create_task(purge_daily(settings, app.state.chat.transcripts)),
            asyncio.create_task(project_always(settings)),
            asyncio.create_task(app.state.gap_searching.always()),
        ]
        yield
        for task in beside:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await app.state.chat.close()
        await app.state.readiness.close()
        await rasa.close()

    app = FastAPI(
        title="Enschede's international assistant", version="1.0.0", openapi_url="/v1/openapi.json", docs_url=None,
        redoc_url=None, lifespan=lifespan, telemetry=NO_TELEMETRY,
    )  # fmt: skip
    metrics.watch_stores(settings)
    app.state.settings = settings
    app.state.review = Database(settings.review_url)
    app.state.chat = Chat(rasa, ReviewStore(app.state.review))
    app.state.readiness = Readiness(settings, rasa, app.state.review)
    app.state.gap_searching = GapSearching(settings, app.state.review)
    app.state.switch = Switch(app.state.review)
    app.state.facts = FactsReader(settings.facts_url)
    app.state.key = settings.secret_key or secrets.token_hex(32)
    app.state.signer = URLSafeSerializer(app.state.key, salt="session")
    app.state.limits = Limits(settings)
    # The last one added is the outermost: other sites must be able to read also that it is too much.
    app.add_middleware(IntakeMiddleware, settings=settings)
    app.add_middleware(LimitsMiddleware, settings=settings, limits=app.state.limits, page=reading.too_many)
    app.add_middleware(EmbeddingMiddleware, origins=settings.embed_origins)
    app.add_middleware(SecurityMiddleware, settings=settings)
    app.add_middleware(ObservingMiddleware)
    problems.install(app, reading.not_found)
    errors.install(app)
    for router in _routers():
        app.include_router(router)
    app.mount("/static/review", StaticFiles(directory=Path(review.__file__).parent / "static"), name="review-static")
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")

    @app.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/health/ready")
    @app.get("/health")
    async def ready(request: Request) -> JSONResponse:
        readiness: Readiness = request.app.state.readiness
        health = await readiness.look()
        if request.app.state.switch.off is not None:
            # The page that says so must be reached, whatever else is away.
            return JSONResponse(health.body() | {"status": "off"})
        return JSONResponse(health.body(), 200 if health.ready else 503, None if health.ready else RETRY)

    return app


@cache
def _routers() -> tuple[APIRouter, ...]:
    """The same ones for every app: making them takes longer than making the rest of it."""
    return tuple(part.routes() for part in (api, pages, reading, widget, security_txt, metrics_page, review))


def from_environment() -> FastAPI:
    """The app with settings from the environment, Rasa at RASA_URLS, or at RASA_URL by `serve`. Raises SettingError."""
    os.chdir(ROOT)
    settings = Settings.from_env(os.environ)
    require_safe(settings)
    logs.configure("web", settings)
    tracing.send_to(settings.traces_url, "web")
    urls = settings.rasa_urls or (os.environ.get("RASA_URL", "http://127.0.0.1:5005"),)
    return create_app(
        settings, RasaRing([RasaClient(url, settings.message_timeout, settings.inner_token) for url in urls])
    )
