"""The page of one conversation, and the forms on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.review import conversation_forms, deletion_pages
from bot.review.access import Member, Role, needs
from bot.review.conversation_view import AREA, show
from bot.review.log import record
from bot.review.tables import Conversation, LogEntry
from bot.review.wording import texts

LOGGED_AGAIN = timedelta(hours=1)
"""After this, reading the same conversation is another line in the log."""


def routes() -> APIRouter:
    router = APIRouter()
    router.add_api_route("/conversations/{conversation}", page, methods=["GET"], response_class=HTMLResponse)
    router.include_router(conversation_forms.routes())
    router.include_router(deletion_pages.routes())
    return router


def page(request: Request, conversation: str, member: Annotated[Member, Depends(needs(Role.READER))]) -> HTMLResponse:
    """A conversation at the turn `turn`, else at its first turn without a verdict. Reading it is logged."""
    with request.app.state.review.session() as session:
        if session.get(Conversation, conversation) is None:
            raise HTTPException(404)
        log_reading(session, conversation, member.name, datetime.now(UTC))
        said = request.query_params.get("said")
        return show(
            request, session, member, conversation, said=said if said in texts(member.language)[AREA]["said"] else None
        )


def log_reading(session: Session, conversation: str, by: str, now: datetime) -> None:
    """Keeps that somebody read a conversation, once an hour."""
    line = select(LogEntry.id).where(
        LogEntry.object == conversation,
        LogEntry.by == by,
        LogEntry.action == "read",
        LogEntry.at > now - LOGGED_AGAIN,
    )
    if session.scalar(line.limit(1)) is None:
        record(session, by=by, action="read", object=conversation)
        session.commit()
