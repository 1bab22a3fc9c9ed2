"""The chat API, version 1."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError

from bot.web.chat import Chat, EmptyMessage
from bot.web.cookies import drop_cookie, held_session, new_cookie
from bot.web.limiting import seconds_to_wait, too_many
from bot.web.observing import note_conversation
from bot.web.off import off_problem, switched_off
from bot.web.problems import described, problem
from bot.web.rasa_client import RasaAway

ID = r"^[A-Za-z0-9_-]{8,64}$"
SessionId = Annotated[str, Field(pattern=ID)]
AWAY = {"Retry-After": "5"}
"""Seconds after which a request may be sent again that could not be served because a store was away."""


class MessageIn(BaseModel):
    """What a visitor sends."""

    session_id: SessionId
    text: Annotated[str, Field(min_length=1, max_length=1000)]
    language: Literal["nl", "en"] | None = None
    client_message_id: SessionId | None = None
    """The client's own id of this message: sent again, it gets the same reply."""


class Button(BaseModel):
    title: str
    payload: str


class Said(BaseModel):
    text: str
    buttons: list[Button] = []


class SourceOut(BaseModel):
    """A source of an answer. `as_of` is an ISO 8601 date of reduced precision; `dated` says what it is the date of."""

    id: str
    title: str
    url: str | None = None
    as_of: str
    dated: Literal["published", "checked"] | None = None
    note: str | None = None


class MessageOut(BaseModel):
    message_id: str
    language: Literal["nl", "en"]
    outcome: Literal[
        "answered", "clarify", "smalltalk", "out_of_scope", "not_in_sources", "handover", "refused", "failed"
    ]
    messages: list[Said]
    facts: list[str] = []
    sources: list[SourceOut] = []


class FeedbackIn(BaseModel):
    message_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    rating: Literal["up", "down"]
    comment: Annotated[str | None, Field(max_length=1000)] = None


class SessionOut(BaseModel):
    session_id: str


def routes() -> APIRouter:
    router = APIRouter(prefix="/v1")

    @router.post("/messages", response_model=MessageOut, responses=described(400, 408, 413, 422, 429, 431, 500, 503))
    async def messages(body: MessageIn, request: Request) -> Any:
        """One message, one reply. Sent again with its client_message_id it gets the same reply and is recorded once."""
        chat: Chat = request.app.state.chat
        note_conversation(request, body.session_id)
        if off := switched_off(request):
            return off_problem(request, off, body.language)
        if wait := seconds_to_wait(request, body.session_id):
            return too_many(wait)
        try:
            return await chat.say(body.session_id, body.text, body.language, body.client_message_id)
        except EmptyMessage:
            return problem(400)
        except RasaAway:
            return problem(503, headers={"Retry-After": "2"})

    @router.post(
        "/sessions", status_code=201, response_model=SessionOut, responses=described(400, 408, 413, 429, 431, 503)
    )
    async def sessions(request: Request) -> Response:
        """A new unguessable session id, which the page also gets as a signed cookie."""
        session_id = secrets.token_urlsafe(24)
        response = JSONResponse({"session_id": session_id}, 201)
        new_cookie(request, response, session_id)
        return response

    @router.delete("/sessions/{session_id}", status_code=204, responses=described(400, 408, 413, 422, 429, 431, 503))
    async def forget(session_id: Annotated[str, Path(pattern=ID)], request: Request) -> Response:
        """Deletes a conversation everywhere. Knowing its id is the proof; one that is not there counts as deleted."""
        chat: Chat = request.app.state.chat
        note_conversation(request, session_id)
        try:
            await chat.forget(session_id)
        except (RasaAway, SQLAlchemyError):
            return problem(503, headers=AWAY)
        response = Response(status_code=204)
        if held_session(request) == session_id:
            drop_cookie(request, response)
        return response

    @router.post("/feedback", status_code=204, responses=described(400, 404, 408, 413, 422, 429, 431, 503))
    async def feedback(body: FeedbackIn, request: Request) -> Response:
        """What a visitor thinks of a reply. Sent again for the same reply, it replaces what was sent before."""
        chat: Chat = request.app.state.chat
        try:
            known = await chat.rate(body.message_id, body.rating, body.comment)
        except SQLAlchemyError:
            return problem(503, headers=AWAY)
        return Response(status_code=204) if known else problem(404)

    return router
