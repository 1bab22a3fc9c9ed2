"""The cookie of the staff pages: signed, for /review alone, with an end when idle and an end in any case.

It holds who logged in, not what they may: that is looked up on each request. Before logging in it holds nobody, and
only carries the token that the log-in form sends back.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict, dataclass, replace

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from bot.settings import Settings

COOKIE = "review_session"
SALT = "review-session"
PATH = "/review"
REFRESHED_AFTER = 60
"""Seconds after which the cookie says anew that it is in use."""


@dataclass(frozen=True)
class StaffSession:
    """What the cookie holds. Times in seconds since 1970."""

    csrf: str
    """A secret of this session alone; each form sends it back."""
    name: str | None
    """Who logged in; None before that."""
    generation: int
    """The account's generation at that moment: a higher one ends this session."""
    started: int
    seen: int


def begin(request: Request, response: Response, name: str | None = None, generation: int = 0) -> StaffSession:
    """A new session, never a continued one, so that nobody can plant a session before somebody logs in."""
    now = int(time.time())
    session = StaffSession(secrets.token_urlsafe(24), name, generation, now, now)
    _write(request, response, session)
    return session


def held(request: Request) -> StaffSession | None:
    """The session of the request's cookie. None without one, and when it is forged or has ended."""
    try:
        session = StaffSession(**_signer(request).loads(request.cookies.get(COOKIE, "")))
    except (BadSignature, TypeError):
        return None
    settings: Settings = request.app.state.settings
    now = time.time()
    idle = now - session.seen > settings.review_idle_minutes * 60
    over = now - session.started > settings.review_session_hours * 3600
    return None if idle or over else session


def keep(request: Request, response: Response) -> None:
    """Says in the cookie that the session is in use, so that it does not end as idle."""
    session = held(request)
    if session is not None and session.name is not None and time.time() - session.seen > REFRESHED_AFTER:
        _write(request, response, replace(session, seen=int(time.time())))


def end(request: Request, response: Response) -> None:
    """Takes the cookie back."""
    secure = request.app.state.settings.cookie_secure
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax", secure=secure)


def signer(key: str, salt: str = SALT) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=salt)


def _signer(request: Request) -> URLSafeSerializer:
    return signer(request.app.state.key)


def _write(request: Request, response: Response, session: StaffSession) -> None:
    # Lax rather than strict: after logging in at an OpenID provider the browser comes from another site.
    secure = request.app.state.settings.cookie_secure
    value = str(_signer(request).dumps(asdict(session)))
    response.set_cookie(COOKIE, value, path=PATH, httponly=True, samesite="lax", secure=secure)
