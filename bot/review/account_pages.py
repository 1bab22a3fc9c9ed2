"""The administrator's page of accounts: roles, and who may log in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.review import accounts
from bot.review.access import Member, Role, checked_csrf, needs
from bot.review.database import Database
from bot.review.layout import render
from bot.review.sessions import PATH
from bot.review.tables import Account, LogEntry
from bot.review.times import moment

HERE = f"{PATH}/accounts"
Admin = Annotated[Member, Depends(needs(Role.ADMIN))]


def routes() -> APIRouter:
    router = APIRouter()
    router.add_api_route("/accounts", page, methods=["GET", "HEAD"], response_class=HTMLResponse)
    router.add_api_route(
        "/accounts/{name}", change, methods=["POST"], dependencies=[Depends(checked_csrf)], response_class=HTMLResponse
    )
    return router


def page(request: Request, member: Admin, changed: str = "") -> HTMLResponse:
    return _show(request, member, changed=changed)


def change(
    request: Request, member: Admin, name: str, act: Annotated[str, Form()], role: Annotated[str, Form()] = ""
) -> Response:
    """Does one thing with an account: role, disable, enable or unlock."""
    try:
        with _store(request) as store, store.begin():
            account = accounts.find(store, name)
            changed = account.name
            if act == "role" and role.upper() in Role.__members__:
                accounts.set_role(store, account, Role[role.upper()], by=member.name)
            elif act in ("disable", "enable"):
                accounts.set_active(store, account, act == "enable", by=member.name)
            elif act == "unlock":
                accounts.unlock(store, account, by=member.name)
            else:
                raise HTTPException(400)
    except accounts.AccountError as error:
        if error.why == "unknown":
            raise HTTPException(404) from None
        return _show(request, member, 409, wrong=error.why)
    return RedirectResponse(f"{HERE}?changed={changed}", 303)


def _show(
    request: Request, member: Member, status: int = 200, *, changed: str = "", wrong: str | None = None
) -> HTMLResponse:
    with _store(request) as store:
        rows = [_row(account, member.language) for account in accounts.all_accounts(store)]
        seen = _last_logins(store)
    for row in rows:
        at = seen.get(row["name"])
        row["last"] = moment(at, member.language) if at else None
    changed = changed if changed in {row["name"] for row in rows} else ""
    roles = [role.key for role in Role]
    return render(request, "accounts.html", "accounts", status, rows=rows, roles=roles, changed=changed, wrong=wrong)


def _row(account: Account, language: str) -> dict[str, Any]:
    """An account as the page shows it. `state`: active, locked (with `until`) or disabled."""
    locked = account.active and accounts.is_locked(account)
    return {
        "name": account.name,
        "role": account.role,
        "state": "locked" if locked else "active" if account.active else "disabled",
        "until": moment(account.locked_until, language) if locked and account.locked_until else None,
        "ways": [way for way, there in (("password", account.password), ("openid", account.subject)) if there],
    }


def _last_logins(store: Session) -> dict[str, Any]:
    logins = select(LogEntry.by, func.max(LogEntry.at)).where(LogEntry.action == "login").group_by(LogEntry.by)
    return {row[0]: row[1] for row in store.execute(logins)}


def _store(request: Request) -> Session:
    database: Database = request.app.state.review
    return database.session()
