"""Errors as application/problem+json (RFC 9457). They never repeat what was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

TITLES = {
    400: "The request cannot be read",
    403: "The request comes from a page of another site",
    404: "There is no such thing",
    405: "This method is not allowed here",
    408: "The request took too long to arrive",
    413: "The request is too large",
    422: "A value has the wrong type or length",
    429: "Too many requests; please wait a moment",
    431: "The headers of the request are too large",
    500: "Something went wrong on our side",
    503: "The assistant is not available; please try again",
}

SCHEMA = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


def problem(
    status: int,
    detail: str | None = None,
    headers: dict[str, str] | None = None,
    title: str | None = None,
    more: dict[str, Any] | None = None,
) -> JSONResponse:
    """A problem. `more` are members of its own, by which a program knows it."""
    title = title or TITLES.get(status, "The request failed")
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    body |= more or {}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These problems for the description of a route in OpenAPI."""
    content = {"application/problem+json": {"schema": SCHEMA}}
    return {status: {"description": TITLES[status], "content": content} for status in statuses}


def install(app: FastAPI, not_found: Callable[[Request], Response | None]) -> None:
    """Makes every error of the app a problem; `not_found` may give a page for those who read pages."""

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404 and (page := await run_in_threadpool(not_found, request)) is not None:
            return page
        return problem(error.status_code, headers=dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        unreadable = ("json_invalid", "string_unicode")
        if any(e.get("type") in unreadable or (e.get("type"), e.get("loc")) == NO_BODY for e in error.errors()):
            return problem(400)
        fields = sorted({".".join(str(part) for part in entry["loc"][1:2]) for entry in error.errors()} - {""})
        known = [name for name in fields if name in FIELDS]
        return problem(422, f"look at: {', '.join(known)}" if known else None)


NO_BODY = ("missing", ("body",))
FIELDS = frozenset({"session_id", "text", "language", "client_message_id", "message_id", "rating", "comment"})
