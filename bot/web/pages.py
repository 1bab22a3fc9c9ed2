"""The chat page: works as a plain form, and better with JavaScript."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates
from itsdangerous import BadSignature, URLSafeSerializer
from starlette.responses import Response

from bot.languages import DEFAULT, LANGUAGES
from bot.redaction import redact
from bot.text import clean
from bot.web.chat import Chat, EmptyMessage
from bot.web.rasa_client import RasaAway

FOLDER = Path(__file__).parent
COOKIE = "session"
LONGEST = 50
"""Turns of a conversation that the page without JavaScript shows."""
MOST = 1000
"""Conversations kept in memory for pages without JavaScript; the oldest go first."""


@lru_cache(maxsize=4)
def texts(language: str) -> dict[str, Any]:
    """All texts of the page in a language, by key."""
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / "texts" / f"{language}.yml").read_text(encoding="utf-8"))
    return loaded


class Transcripts:
    """Conversations of visitors without JavaScript, in memory only, each for the holder of its signed cookie."""

    def __init__(self) -> None:
        self._turns: OrderedDict[str, list[dict[str, Any]]] = OrderedDict()

    def of(self, session_id: str) -> list[dict[str, Any]]:
        return self._turns.get(session_id, [])

    def add(self, session_id: str, turn: dict[str, Any]) -> None:
        turns = self._turns.setdefault(session_id, [])
        turns.append(turn)
        del turns[:-LONGEST]
        self._turns.move_to_end(session_id)
        while len(self._turns) > MOST:
            self._turns.popitem(last=False)


def new_cookie(request: Request, response: Response, session_id: str) -> None:
    """Hands out a signed cookie that proves who may read a conversation back."""
    signer: URLSafeSerializer = request.app.state.signer
    secure: bool = request.app.state.settings.cookie_secure
    response.set_cookie(COOKIE, str(signer.dumps(session_id)), httponly=True, samesite="lax", secure=secure)


def held_session(request: Request) -> str | None:
    """The session id of a cookie that we signed, else None."""
    signer: URLSafeSerializer = request.app.state.signer
    try:
        return str(signer.loads(request.cookies.get(COOKIE, "")))
    except BadSignature:
        return None


def preferred_language(header: str) -> str:
    """The first of our languages in an Accept-Language header."""
    for part in header.lower().split(","):
        if (code := part.strip()[:2]) in LANGUAGES:
            return code
    return DEFAULT


def routes() -> APIRouter:
    router = APIRouter(include_in_schema=False)
    templates = Jinja2Templates(FOLDER / "templates")

    @router.get("/")
    async def home(request: Request) -> RedirectResponse:
        language = preferred_language(request.headers.get("accept-language", ""))
        return RedirectResponse(f"/{language}", 303, {"Vary": "Accept-Language"})

    def page(request: Request, language: str, status: int = 200, **values: Any) -> HTMLResponse:
        transcripts: Transcripts = request.app.state.transcripts
        session_id = held_session(request)
        turns = transcripts.of(session_id) if session_id else []
        other = "en" if language == "nl" else "nl"
        context = {"language": language, "other": other, "t": texts(language), "turns": turns, **values}
        return templates.TemplateResponse(request, "chat.html", context, status)

    async def say(request: Request, language: str, text: str) -> Response:
        chat: Chat = request.app.state.chat
        session_id = held_session(request) or secrets.token_urlsafe(24)
        try:
            reply = await chat.say(session_id, text[:1000], language)
        except EmptyMessage:
            return page(request, language, 400, error=texts(language)["empty"])
        except RasaAway:
            return page(request, language, 503, error=texts(language)["away"], typed=text[:1000])
        request.app.state.transcripts.add(session_id, {"user": redact(clean(text)).text, "reply": reply})
        response = RedirectResponse(f"/{language}#last", 303)
        new_cookie(request, response, session_id)
        return response

    for code in LANGUAGES:

        def show(request: Request, code: str = code) -> HTMLResponse:
            return page(request, code)

        async def send(request: Request, text: Annotated[str, Form()] = "", code: str = code) -> Response:
            return await say(request, code, text)

        router.add_api_route(f"/{code}", show, methods=["GET"], response_class=HTMLResponse)
        router.add_api_route(f"/{code}", send, methods=["POST"], response_class=HTMLResponse)
    return router
