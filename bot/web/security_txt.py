"""/.well-known/security.txt (RFC 9116): where to report a weakness. Only with a contact in the settings."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import PlainTextResponse

from bot.settings import Settings


def routes() -> APIRouter:
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/.well-known/security.txt", show, methods=["GET", "HEAD"])
    return router


async def show(request: Request) -> PlainTextResponse:
    settings: Settings = request.app.state.settings
    if not settings.security_contact:
        raise HTTPException(404)
    return PlainTextResponse(security_txt(settings), headers={"Cache-Control": "public, max-age=3600"})


def security_txt(settings: Settings) -> str:
    """The file's text."""
    return (
        f"Contact: {settings.security_contact}\n"
        f"Expires: {settings.security_expires}T23:59:59Z\n"
        "Preferred-Languages: nl, en\n"
    )
