"""Who may see what: the roles, and the checks that stand before every route of the staff pages."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from fastapi import HTTPException, Request
from fastapi.concurrency import run_in_threadpool

from bot.review.database import Database
from bot.review.sessions import held
from bot.review.tables import Account


class Role(IntEnum):
    """What a member of staff may do; each may do what those before may."""

    READER = 1
    REVIEWER = 2
    EDITOR = 3
    ADMIN = 4

    @property
    def key(self) -> str:
        """Its name in the accounts table and in the texts."""
        return self.name.lower()


@dataclass(frozen=True)
class Member:
    """The member of staff who is logged in. `csrf` goes into every form as the hidden field `csrf`."""

    name: str
    role: Role
    language: str
    csrf: str

    def may(self, role: str) -> bool:
        """Whether this role may do what `role` (its name in small letters) may: for templates."""
        return self.role >= Role[role.upper()]


class LoginNeeded(HTTPException):
    """Nobody is logged in."""

    def __init__(self) -> None:
        super().__init__(401, headers={"WWW-Authenticate": 'Cookie realm="review"'})


class WrongToken(HTTPException):
    """A form without this session's token: from a page of another site, or from an earlier session."""

    def __init__(self) -> None:
        super().__init__(403)


def needs(role: Role) -> Callable[[Request], Member]:
    """A dependency: the member who is logged in. 401 without one, 403 when the role is too low."""

    def member(request: Request) -> Member:
        found = logged_in(request)
        if found is None:
            raise LoginNeeded
        if found.role < role:
            raise HTTPException(403)
        return found

    member.__dict__["role"] = role  # tests read it
    return member


async def checked_csrf(request: Request) -> None:
    """A dependency of every POST: 401 when nobody is logged in, 403 when the field `csrf` is not this session's."""
    if await run_in_threadpool(logged_in, request) is None:
        raise LoginNeeded
    if not await has_token(request):
        raise WrongToken


async def has_token(request: Request) -> bool:
    """Whether the form that was sent carries the token of the session that the cookie names."""
    session, sent = held(request), (await request.form()).get("csrf")
    return (
        session is not None and isinstance(sent, str) and secrets.compare_digest(sent.encode(), session.csrf.encode())
    )


def logged_in(request: Request) -> Member | None:
    """The member whose session this is, looked up once a request. Raises SQLAlchemyError when the store is away."""
    if not hasattr(request.state, "member"):
        request.state.member = _look_up(request)
    found: Member | None = request.state.member
    return found


def _look_up(request: Request) -> Member | None:
    session = held(request)
    if session is None or session.name is None:
        return None
    database: Database = request.app.state.review
    with database.session() as store:
        account = store.get(Account, session.name)
        if account is None or not account.active or account.generation != session.generation:
            return None
        return Member(account.name, Role[account.role.upper()], account.language, session.csrf)
