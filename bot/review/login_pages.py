"""Logging in and out, the language of the staff pages, and one's own password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.languages import LANGUAGES
from bot.review import accounts, first_account, passwords
from bot.review.access import Member, Role, checked_csrf, has_token, logged_in, needs
from bot.review.database import Database
from bot.review.layout import LANGUAGE_COOKIE, render
from bot.review.log import record
from bot.review.sessions import PATH, begin, end, held
from bot.review.tables import Account
from bot.settings import Settings

START = PATH
"""Where one comes after logging in without having asked for a page."""
Reader = Annotated[Member, Depends(needs(Role.READER))]
Text = Annotated[str, Form()]


def routes() -> APIRouter:
    router = APIRouter()
    router.add_api_route("/login", login_page, methods=["GET", "HEAD"], response_class=HTMLResponse)
    router.add_api_route("/login", login, methods=["POST"], response_class=HTMLResponse)
    for path, act in (("/logout", logout), ("/language", language), ("/password", change_password)):
        checks = [Depends(checked_csrf)]
        router.add_api_route(path, act, methods=["POST"], dependencies=checks, response_class=HTMLResponse)
    router.add_api_route("/password", password_page, methods=["GET", "HEAD"], response_class=HTMLResponse)
    return router


def login_page(request: Request, next: str = "", out: bool = False) -> Response:
    if logged_in(request) is not None:
        return RedirectResponse(local(next), 303)
    return show_login(request, next=next, message="out" if out else "asked" if next else None)


def show_login(
    request: Request, status: int = 200, *, next: str = "", name: str = "", message: str | None = None
) -> HTMLResponse:
    """The log-in page with one of the texts of `login.messages`, and a session of nobody for its form's token."""
    settings: Settings = request.app.state.settings
    with _store(request) as store:
        missing = first_account.is_missing(store, settings)
    session = held(request)
    answer = Response()
    if session is None or session.name is not None:
        session = begin(request, answer)
    page = render(
        request, "login.html", "accounts", status, csrf=session.csrf, next=local(next), name=name, message=message,
        command=first_account.COMMAND if missing else None, by_openid=bool(settings.oidc_issuer),
        bad=message if status >= 400 else None,
    )  # fmt: skip
    page.raw_headers.extend(header for header in answer.raw_headers if header[0] == b"set-cookie")
    if (chosen := request.query_params.get("language")) in LANGUAGES:
        secure = settings.cookie_secure
        page.set_cookie(LANGUAGE_COOKIE, str(chosen), path=PATH, httponly=True, samesite="lax", secure=secure)
    return page


def login(
    request: Request, ours: Annotated[bool, Depends(has_token)], name: Text = "", password: Text = "", next: Text = ""
) -> Response:
    if not ours:
        return show_login(request, 403, next=next, name=name, message="token")
    with _store(request) as store:
        account = accounts.by_password(store, name, password)
        response = None if account is None else enter(request, store, account, next)
        store.commit()
    return response or show_login(request, 401, next=next, name=name, message="wrong")


def enter(request: Request, store: Session, account: Account, next: str, way: str = "password") -> Response:
    """Logs an account in, in a new session, and goes on to the page that was asked for."""
    record(store, by=account.name, action="login", after={"way": way})
    response = RedirectResponse(local(next), 303)
    begin(request, response, account.name, account.generation)
    return response


def logout(request: Request, member: Reader) -> Response:
    """Ends the session here and everywhere: a copy of the cookie is worth nothing after it."""
    with _store(request) as store, store.begin():
        accounts.end_sessions(store, member.name)
        record(store, by=member.name, action="logout")
    response = RedirectResponse(f"{PATH}/login?out=true", 303)
    end(request, response)
    return response


def language(request: Request, member: Reader, language: Text = "", next: Text = "") -> Response:
    """The language of the staff pages for this account, from now on."""
    if language in LANGUAGES:
        with _store(request) as store, store.begin():
            accounts.find(store, member.name).language = language
    return RedirectResponse(local(next), 303)


def password_page(request: Request, member: Reader, changed: bool = False) -> HTMLResponse:
    return _show_password(request, member, changed=changed)


def change_password(request: Request, member: Reader, current: Text = "", new: Text = "", again: Text = "") -> Response:
    """Changes one's own password. A wrong current one counts as an attempt to log in."""
    if new != again:
        return _show_password(request, member, 400, wrong="again")
    try:
        with _store(request) as store:
            account = accounts.by_password(store, member.name, current)
            if account is not None:
                accounts.set_password(store, account, new, by=member.name)
                response = RedirectResponse(f"{PATH}/password?changed=true", 303)
                begin(request, response, account.name, account.generation)
            store.commit()
    except passwords.UnfitPassword as error:
        return _show_password(request, member, 400, wrong=error.why)
    return response if account is not None else _show_password(request, member, 400, wrong="current")


def _show_password(
    request: Request, member: Member, status: int = 200, *, wrong: str | None = None, changed: bool = False
) -> HTMLResponse:
    with _store(request) as store:
        has_one = accounts.find(store, member.name).password is not None
    values = {"wrong": wrong, "changed": changed, "has_one": has_one, "shortest": passwords.SHORTEST}
    return render(request, "password.html", "accounts", status, **values)


def local(path: str) -> str:
    """A path of the staff pages, with its query; the start for anything else, such as the address of another site."""
    path_only = path.partition("?")[0]
    ours = path_only == PATH or path_only.startswith(f"{PATH}/")
    plain = path.isprintable() and "\\" not in path
    return path if ours and plain and path_only not in (f"{PATH}/login", f"{PATH}/logout") else START


def _store(request: Request) -> Session:
    database: Database = request.app.state.review
    return database.session()
