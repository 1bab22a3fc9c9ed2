"""Logging in at the organisation's own OpenID provider: leaving for it, and coming back."""

from __future__ import annotations

import logging
from dataclasses import asdict

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import Response

from bot.review.accounts import UNKNOWN
from bot.review.database import Database
from bot.review.log import record
from bot.review.login_pages import enter, local, show_login
from bot.review.oidc import Attempt, NotTrusted, Provider, ProviderAway, attempt
from bot.review.oidc_accounts import NoAccount, account_of
from bot.review.sessions import PATH
from bot.settings import Settings

logger = logging.getLogger(__name__)

COOKIE = "review_openid"
CALLBACK = f"{PATH}/oidc/callback"
LASTS = 600
"""Seconds that logging in at the provider may take."""


def routes() -> APIRouter:
    router = APIRouter()
    router.add_api_route("/oidc", leave, methods=["GET"], response_class=HTMLResponse)
    router.add_api_route("/oidc/callback", come_back, methods=["GET"], response_class=HTMLResponse)
    return router


def leave(request: Request, next: str = "") -> Response:
    """To the provider's log-in page."""
    provider, started = _provider(request), attempt(local(next))
    try:
        response = RedirectResponse(provider.address(started, _redirect_url(request)), 303)
    except ProviderAway as error:
        logger.warning("the OpenID provider is away: %s", error)
        return show_login(request, 503, next=next, message="openid_away")
    secure = _settings(request).cookie_secure
    value = str(_signer(request).dumps(asdict(started)))
    # Lax: coming back is a link from another site.
    response.set_cookie(COOKIE, value, LASTS, path=f"{PATH}/oidc", httponly=True, samesite="lax", secure=secure)
    return response


def come_back(request: Request) -> Response:
    """Checks what the provider says, and logs in whose account it is. Every attempt can come back once."""
    response = _come_back(request)
    response.delete_cookie(COOKIE, path=f"{PATH}/oidc", httponly=True, secure=_settings(request).cookie_secure)
    return response


def _come_back(request: Request) -> Response:
    provider, started = _provider(request), _started(request)
    if started is None:
        return show_login(request, 400, message="openid")
    try:
        claims = provider.claims(started, dict(request.query_params), _redirect_url(request))
    except ProviderAway as error:
        logger.warning("the OpenID provider is away: %s", error)
        return show_login(request, 503, next=started.next, message="openid_away")
    except NotTrusted as error:
        logger.warning("a log-in at the OpenID provider was refused: %s", error)
        _note_refusal(request, str(error))
        return show_login(request, 401, next=started.next, message="openid")
    database: Database = request.app.state.review
    try:
        with database.session() as store, store.begin():
            return enter(request, store, account_of(store, claims, _settings(request)), started.next, "openid")
    except NoAccount as error:
        _note_refusal(request, str(error))
        return show_login(request, 403, next=started.next, message="no_account")


def _note_refusal(request: Request, why: str) -> None:
    database: Database = request.app.state.review
    with database.session() as store, store.begin():
        record(store, by=UNKNOWN, action="refused", object="login", after={"openid": why})


def _started(request: Request) -> Attempt | None:
    """The attempt of this browser; None when it is forged, too old, or another browser's."""
    try:
        return Attempt(**_signer(request).loads(request.cookies.get(COOKIE, ""), max_age=LASTS))
    except (BadSignature, TypeError):
        return None


def _provider(request: Request) -> Provider:
    """The provider, one for the app. Raises HTTPException 404 without one in the settings."""
    settings, state = _settings(request), request.app.state
    if not settings.oidc_issuer:
        raise HTTPException(404)
    if not hasattr(state, "oidc"):
        state.oidc = Provider(settings)
    provider: Provider = state.oidc
    return provider


def _redirect_url(request: Request) -> str:
    return _settings(request).oidc_redirect_url or str(request.base_url).rstrip("/") + CALLBACK


def _signer(request: Request) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(request.app.state.key, salt="review-openid")


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings
