"""What a member of staff sees when something is in the way: to log in, no rights, no such page, the store away."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from bot.review.access import LoginNeeded, WrongToken, logged_in
from bot.review.layout import render
from bot.review.sessions import PATH
from bot.web.problems import problem

logger = logging.getLogger(__name__)

RETRY = {"Retry-After": "30"}
PAGES = ("400", "403", "404", "405", "503")


def install(app: FastAPI) -> None:
    """Makes errors under /review pages in the staff's frame, and leaves all others to who had them before."""
    http_elsewhere = app.exception_handlers[HTTPException]
    invalid_elsewhere = app.exception_handlers[RequestValidationError]

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        if not of_staff(request):
            return await http_elsewhere(request, error)  # type: ignore[no-any-return, misc]
        return await run_in_threadpool(answer, request, error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        if not of_staff(request):
            return await invalid_elsewhere(request, error)  # type: ignore[no-any-return, misc]
        return await run_in_threadpool(answer, request, HTTPException(400))

    @app.exception_handler(SQLAlchemyError)
    async def away(request: Request, error: SQLAlchemyError) -> Response:
        if not of_staff(request):
            raise error
        # Its name alone: the message of such an error repeats the values of the query.
        logger.error("the review store failed: %s", type(error).__name__)
        return await run_in_threadpool(answer, request, HTTPException(503, headers=RETRY))


def of_staff(request: Request) -> bool:
    return request.url.path == PATH or request.url.path.startswith(f"{PATH}/")


def answer(request: Request, error: HTTPException) -> Response:
    """The page for an error, or a problem for a program. Who is not logged in learns nothing but where to log in."""
    status, page = error.status_code, "text/html" in request.headers.get("accept", "")
    if status in (400, 401, 404, 405) and not _known(request):
        return _to_login(request) if page else problem(401, headers=dict(LoginNeeded().headers or {}))
    headers = dict(error.headers or {})
    if not page:
        return problem(status, headers=headers)
    name = "token" if isinstance(error, WrongToken) else str(status)
    response = render(request, "error.html", "layout", status, name=name if name in (*PAGES, "token") else "400")
    response.headers.update(headers)
    return response


def _known(request: Request) -> bool:
    try:
        return logged_in(request) is not None
    except SQLAlchemyError:
        return False


def _to_login(request: Request) -> RedirectResponse:
    """To the log-in page, which leads back here; to the start when here takes a form, and is no page."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    asked = request.method in ("GET", "HEAD") and here != PATH
    return RedirectResponse(f"{PATH}/login" + (f"?{urlencode({'next': here})}" if asked else ""), 303)
