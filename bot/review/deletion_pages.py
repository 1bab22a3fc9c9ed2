"""Deleting one conversation everywhere, for who asks the municipality to: a page that asks, and the deed."""

from __future__ import annotations

from typing import Annotated

from anyio import from_thread
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.review.access import Member, Role, checked_csrf, needs
from bot.review.conversation import work
from bot.review.conversation_view import AREA, Address, started
from bot.review.layout import render
from bot.review.log import record
from bot.review.tables import Conversation
from bot.web.rasa_client import RasaAway

Admin = Annotated[Member, Depends(needs(Role.ADMIN))]
PATH = "/conversations/{conversation}/delete"


def routes() -> APIRouter:
    router = APIRouter()
    router.add_api_route(PATH, ask, methods=["GET"], response_class=HTMLResponse)
    router.add_api_route(PATH, delete, methods=["POST"], response_class=Response, dependencies=[Depends(checked_csrf)])
    return router


def ask(request: Request, conversation: str, member: Admin) -> HTMLResponse:
    """Asks whether it is to be deleted for good."""
    with request.app.state.review.session() as session:
        return _question(request, session, member, conversation)


def delete(request: Request, conversation: str, member: Admin) -> Response:
    """Deletes it from every store, and logs that; not one that is held."""
    with request.app.state.review.session() as session:
        if session.get(Conversation, conversation) is None:
            raise HTTPException(404)
        if work(session, conversation).hold is not None:
            return _question(request, session, member, conversation, 409)
        session.rollback()  # nothing may be open while the stores delete
        try:
            from_thread.run(request.app.state.chat.forget, conversation)
        except RasaAway:
            return _question(request, session, member, conversation, 503, away=True)
        record(session, by=member.name, action="delete", object=conversation)
        session.commit()
    return RedirectResponse(Address.of(request, conversation).inbox, 303)


def _question(
    request: Request, session: Session, member: Member, conversation: str, status: int = 200, away: bool = False
) -> HTMLResponse:
    found = session.get(Conversation, conversation)
    if found is None:
        raise HTTPException(404)
    values = {
        "conversation": found,
        "hold": work(session, conversation).hold,
        "address": Address.of(request, conversation),
        "heading": started(found, member.language),
        "away": away,
    }
    return render(request, "conversation_delete.html", AREA, status, **values)
