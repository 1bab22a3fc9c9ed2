"""What the chat element asks for besides the chat API: its texts."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from bot.languages import LANGUAGES
from bot.web.wording import other, texts

AGE = "public, max-age=3600"


def routes() -> APIRouter:
    """GET /v1/texts/{language}: the texts of the chat, by key, and their `language` and the `other`.

    No part of the chat API's contract.
    """
    router = APIRouter(prefix="/v1/texts", include_in_schema=False)
    for code in LANGUAGES:

        def show(code: str = code) -> JSONResponse:
            chat = {key: text for key, text in texts(code).items() if key != "reading"}
            return JSONResponse(chat | {"language": code, "other": other(code)}, headers={"Cache-Control": AGE})

        router.add_api_route(f"/{code}", show, methods=["GET"])
    return router
