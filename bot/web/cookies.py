"""The signed cookie that proves who may read a conversation back, and who may delete it."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

COOKIE = "session"


def new_cookie(request: Request, response: Response, session_id: str) -> None:
    """Hands out a signed cookie for a session id that we issued. It ends with the browser's session."""
    signer: URLSafeSerializer = request.app.state.signer
    secure: bool = request.app.state.settings.cookie_secure
    response.set_cookie(COOKIE, str(signer.dumps(session_id)), httponly=True, samesite="lax", secure=secure)


def drop_cookie(request: Request, response: Response) -> None:
    """Takes the cookie back."""
    secure: bool = request.app.state.settings.cookie_secure
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=secure)


def held_session(request: Request) -> str | None:
    """The session id of a cookie that we signed, else None."""
    signer: URLSafeSerializer = request.app.state.signer
    try:
        return str(signer.loads(request.cookies.get(COOKIE, "")))
    except BadSignature:
        return None
