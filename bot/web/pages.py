"""The chat page: works as plain forms, and better with JavaScript.

What the template chat.html gets:

| value | is |
|---|---|
| language, other | "nl" or "en": the page's language and the other one |
| t | the texts of `texts/{language}.yml`, without `reading` |
| turns | the conversation of the cookie's holder, the oldest first: see transcripts.py |
| held | whether the visitor holds the cookie of a conversation, so that there is something to delete |
| deleted | true right after a conversation was deleted |
| error, typed | what went wrong, and what the visitor had typed; absent when nothing did |
| paths | where the page's forms go and links lead: chat, feedback, delete, about, facts |
| retention_days | days that a conversation is kept |
| off | while the assistant is switched off: the reason, and the language that it is in |

Its forms: POST paths.chat with `text`; POST paths.feedback with `message_id`, `rating` (up or down) and perhaps
`comment`; POST paths.delete without fields. Each ends in a redirect (303) to the chat page, or shows it with `error`.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from bot.languages import LANGUAGES
from bot.web.chat import Chat, EmptyMessage
from bot.web.cookies import drop_cookie, held_session, new_cookie
from bot.web.limiting import seconds_to_wait
from bot.web.observing import note_conversation
from bot.web.off import switched_off
from bot.web.origin import from_own_page
from bot.web.rasa_client import RasaAway
from bot.web.wording import other, preferred_language, texts

FOLDER = Path(__file__).parent
LONGEST = 1000
"""Characters of a message or a comment."""


def routes() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def home(request: Request) -> RedirectResponse:
        language = preferred_language(request.headers.get("accept-language", ""))
        return RedirectResponse(f"/{language}", 303, {"Vary": "Accept-Language"})

    for code in LANGUAGES:
        page = ChatPage(code)
        router.add_api_route(f"/{code}", page.show, methods=["GET", "HEAD"], response_class=HTMLResponse)
        router.add_api_route(f"/{code}", page.send, methods=["POST"], response_class=HTMLResponse)
        router.add_api_route(f"/{code}/feedback", page.rate, methods=["POST"], response_class=HTMLResponse)
        router.add_api_route(f"/{code}/delete", page.delete, methods=["POST"], response_class=HTMLResponse)
    return router


class ChatPage:
    """The chat page in one language, with what its forms do."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._all = texts(language)
        self._texts = {key: text for key, text in self._all.items() if key != "reading"}
        self._templates = Jinja2Templates(FOLDER / "templates")
        self._paths = {"chat": f"/{language}"} | {
            name: f"/{language}/{name}" for name in ("feedback", "delete", "about", "facts")
        }

    def show(self, request: Request) -> HTMLResponse:
        return self._page(request, deleted=request.query_params.get("deleted") == "true")

    async def send(self, request: Request, text: Annotated[str, Form()] = "") -> Response:
        if not from_own_page(request):
            return self._refused(request)
        session_id = held_session(request) or secrets.token_urlsafe(24)
        note_conversation(request, session_id)
        if switched_off(request):
            return self._page(request, 503, typed=text[:LONGEST])
        if wait := seconds_to_wait(request, session_id):
            return self._busy(request, wait, typed=text[:LONGEST])
        try:
            await _chat(request).say(session_id, text[:LONGEST], self._language, shown=True)
        except EmptyMessage:
            return self._page(request, 400, error=self._all["empty"])
        except RasaAway:
            return self._page(request, 503, error=self._all["away"], typed=text[:LONGEST])
        response = RedirectResponse(f"/{self._language}#last", 303)
        new_cookie(request, response, session_id)
        return response

    async def rate(
        self,
        request: Request,
        message_id: Annotated[str, Form()] = "",
        rating: Annotated[str, Form()] = "",
        comment: Annotated[str, Form()] = "",
    ) -> Response:
        """Feedback on a reply in the visitor's own conversation."""
        if not from_own_page(request):
            return self._refused(request)
        if wait := seconds_to_wait(request):
            return self._busy(request, wait)
        turn = _chat(request).transcripts.turn(held_session(request) or "", message_id)
        if turn is None or rating not in ("up", "down"):
            return self._page(request, 400, error=self._all["reading"]["errors"]["not_rated"])
        try:
            known = await _chat(request).rate(message_id, rating, comment[:LONGEST] or None)
        except SQLAlchemyError:
            known = False
        if not known:
            return self._page(request, 503, error=self._all["reading"]["errors"]["not_rated"])
        turn["rated"] = rating
        return RedirectResponse(f"/{self._language}#last", 303)

    async def delete(self, request: Request) -> Response:
        """Deletes the conversation of the visitor's cookie everywhere."""
        if not from_own_page(request):
            return self._refused(request)
        if wait := seconds_to_wait(request):
            return self._busy(request, wait)
        session_id = held_session(request)
        if session_id is not None:
            try:
                await _chat(request).forget(session_id)
            except (RasaAway, SQLAlchemyError):
                return self._page(request, 503, error=self._all["reading"]["errors"]["not_deleted"])
        response = RedirectResponse(f"/{self._language}?deleted=true", 303)
        drop_cookie(request, response)
        return response

    def _busy(self, request: Request, wait: int, **values: str) -> HTMLResponse:
        """The page for somebody who asks too often, with what they typed. `wait` in seconds."""
        later = self._all["away_seconds"].format(seconds=wait)
        page = self._page(request, 429, error=f"{self._all['busy']} {later}", **values)
        page.headers["Retry-After"] = str(wait)
        return page

    def _refused(self, request: Request) -> HTMLResponse:
        return self._page(request, 403, error=self._all["reading"]["errors"]["foreign_form"])

    def _page(self, request: Request, status: int = 200, **values: Any) -> HTMLResponse:
        session_id, off = held_session(request), switched_off(request)
        context = {
            "language": self._language,
            "other": other(self._language),
            "t": self._texts,
            "turns": _chat(request).transcripts.of(session_id) if session_id else [],
            "held": session_id is not None,
            "paths": self._paths,
            "retention_days": request.app.state.settings.retention_days,
            "contact": request.app.state.settings.contact_email,
            "off": off and off.reason(self._language),
            **values,
        }
        return self._templates.TemplateResponse(request, "chat.html", context, status)


def _chat(request: Request) -> Chat:
    chat: Chat = request.app.state.chat
    return chat
