"""A small OpenID provider for the tests: discovery, log-in, code for token, keys. Its tokens are really signed.

Everybody who comes is logged in as `person`. `claims` replaces claims of the id token (None leaves one out), `key`,
`header` and `access_token` what it is signed with and sent with; `refuse` makes the log-in fail.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from authlib.oidc.core.util import create_half_hash
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jws, jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.responses import Response

CLIENT, SECRET = "assistant", "a secret of the client"


class OidcServer:
    """The provider. `address` is set when it is served."""

    def __init__(self) -> None:
        self.address = ""
        self.own_key = RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256", "use": "sig"})
        self.requests: list[str] = []
        self.reset()

    def reset(self) -> None:
        self.person: dict[str, Any] = {"sub": "sub-1", "preferred_username": "Ria.Visser"}
        self.claims: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.key: Any = self.own_key
        self.refuse = False
        self.answer: dict[str, str] = {}
        self.at_hash: str | None = None
        self.codes: dict[str, dict[str, str]] = {}

    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/.well-known/openid-configuration", self.discovery)
        app.add_api_route("/authorize", self.authorize)
        app.add_api_route("/token", self.token, methods=["POST"])
        app.add_api_route("/jwks", self.jwks)
        return app

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"],
        } | self.metadata

    def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        needed = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256"}
        if any(asked.get(name) != value for name, value in needed.items()) or "openid" not in asked["scope"].split():
            return JSONResponse({"error": "invalid_request"}, 400)
        answer = {"state": asked["state"], "iss": self.address}
        if self.refuse:
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_urlsafe(16)
            self.codes[answer["code"]] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer | self.answer)}", 303)

    async def token(
        self, request: Request, code: str = Form(), redirect_uri: str = Form(), code_verifier: str = Form()
    ) -> Response:
        given = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {given}":
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self.codes.pop(code, None)
        digest = hashlib.sha256(code_verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["redirect_uri"] != redirect_uri or asked["code_challenge"] != challenge:
            return JSONResponse({"error": "invalid_grant"}, 400)
        access = secrets.token_urlsafe(16)
        id_token = self.id_token(asked["nonce"], access)
        return JSONResponse({"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": id_token})

    def id_token(self, nonce: str, access_token: str) -> str:
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": nonce}
        half = create_half_hash(access_token, "RS256").decode()
        claims |= {"at_hash": self.at_hash or half} | self.person | self.claims
        kept = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": "one"} | self.header
        registry = jws.JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
        return jwt.encode(header, kept, self.key, registry=registry)

    def jwks(self) -> Any:
        return KeySet([self.own_key]).as_dict(private=False)


def foreign_key() -> RSAKey:
    """A key that the provider does not have, under the name of its own."""
    return RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256", "use": "sig"})
