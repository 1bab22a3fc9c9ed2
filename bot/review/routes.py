"""All routes under /review, each area's in a module of its own."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from bot.review import (
    account_pages,
    content_pages,
    conversation_pages,
    gap_pages,
    inbox_pages,
    log_pages,
    login_pages,
    oidc_pages,
    proposals_pages,
    sample_pages,
    statistics_pages,
)


def routes() -> APIRouter:
    router = APIRouter(prefix="/review", include_in_schema=False)
    router.add_api_route("", inbox_pages.inbox, methods=["GET"], response_class=HTMLResponse)
    router.include_router(inbox_pages.routes())
    router.include_router(statistics_pages.routes())
    router.include_router(gap_pages.routes())
    router.include_router(sample_pages.routes())
    router.include_router(login_pages.routes())
    router.include_router(oidc_pages.routes())
    router.include_router(account_pages.routes())
    router.include_router(log_pages.routes())
    router.include_router(proposals_pages.routes())
    router.include_router(content_pages.routes())
    router.include_router(conversation_pages.routes())
    return router
