"""Logging in at an OpenID provider: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0).

Knows neither pages nor accounts. Authlib is loaded when somebody logs in: it takes half a second.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

from bot.settings import Settings

SCOPE = "openid profile email"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures that are trusted: those with the provider's own key alone, never "none" or a shared secret."""
LEEWAY = 60
"""Seconds that the provider's clock may differ from ours."""
TIMEOUT = 8.0
"""Seconds that the provider may take for an answer."""
REMEMBERED = 3600.0
"""Seconds after which the provider's addresses are asked for again."""


class ProviderAway(Exception):
    """The provider does not answer, or not with what the standard says."""


class NotTrusted(Exception):
    """What came back does not prove who somebody is. Its message says why, and holds nothing of the person."""


@dataclass(frozen=True)
class Attempt:
    """One log-in at the provider, from leaving to coming back. The browser keeps it meanwhile, in a signed cookie."""

    state: str
    nonce: str
    verifier: str
    next: str


def attempt(next: str) -> Attempt:
    return Attempt(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), next)


class Provider:
    """The OpenID provider of the settings. Its methods wait for the network: not for the event loop's thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._issuer = settings.oidc_issuer
        self._metadata: dict[str, Any] = {}
        self._read_at = 0.0

    def address(self, started: Attempt, redirect_uri: str) -> str:
        """Where the browser logs in. Raises ProviderAway."""
        endpoint = self._endpoint("authorization_endpoint")
        with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                endpoint, state=started.state, nonce=started.nonce, code_verifier=started.verifier
            )
        return str(url)

    def claims(self, started: Attempt, answered: dict[str, str], redirect_uri: str) -> dict[str, Any]:
        """The claims of the id token that the code is worth, all checked. Raises NotTrusted and ProviderAway.

        `answered` is the query with which the browser came back.
        """
        if not secrets.compare_digest(answered.get("state", "").encode(), started.state.encode()):
            raise NotTrusted("the state is another one")
        if answered.get("iss", self._issuer) != self._issuer:  # RFC 9207
            raise NotTrusted("another provider answered")
        if "error" in answered or not answered.get("code"):
            raise NotTrusted("the provider refused")
        token = self._token(answered["code"], started.verifier, redirect_uri)
        return self._checked(token, started.nonce)

    def _token(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        from authlib.integrations.base_client import OAuthError

        endpoint = self._endpoint("token_endpoint")
        try:
            with self._client(redirect_uri) as client:
                token: dict[str, Any] = client.fetch_token(endpoint, code=code, code_verifier=verifier)
        except OAuthError:
            raise NotTrusted("the provider does not know the code") from None
        except Exception as error:  # the network's, and whatever an unreadable answer leads to
            raise ProviderAway(type(error).__name__) from None
        return token

    def _checked(self, token: dict[str, Any], nonce: str) -> dict[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        try:
            decoded = self._decoded(str(token.get("id_token", "")))
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self._issuer},
                    "aud": {"essential": True, "value": self._settings.oidc_client_id},
                },
                {
                    "nonce": nonce,
                    "client_id": self._settings.oidc_client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(time.time()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise NotTrusted(f"the id token does not hold: {type(error).__name__}") from None
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise NotTrusted("the id token names nobody")
        return dict(claims)

    def _decoded(self, id_token: str) -> Any:
        """The id token, its signature checked with the provider's keys, which are asked for each time."""
        from joserfc import jws, jwt
        from joserfc.jwk import KeySet

        offered = self._read().get("id_token_signing_alg_values_supported", ["RS256"])
        registry = jws.JWSRegistry(
            algorithms=[each for each in offered if each in ALGORITHMS], strict_check_header=False
        )
        keys = KeySet.import_key_set(self._get(self._endpoint("jwks_uri")))  # type: ignore[arg-type]
        return jwt.decode(id_token, keys, registry=registry)

    def _endpoint(self, name: str) -> str:
        """An address of the provider: https, or what OIDC_ISSUER itself is. Raises ProviderAway for another."""
        address = self._read().get(name)
        scheme = self._issuer.partition(":")[0]
        if not isinstance(address, str) or not address.startswith(("https://", f"{scheme}://")):
            raise ProviderAway(f"no {name}")
        return address

    def _read(self) -> dict[str, Any]:
        """The provider's description of itself (OpenID Connect Discovery 1.0)."""
        if not self._metadata or time.monotonic() - self._read_at > REMEMBERED:
            found = self._get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self._issuer:
                raise ProviderAway("the provider calls itself otherwise than OIDC_ISSUER")
            self._metadata, self._read_at = found, time.monotonic()
        return self._metadata

    def _get(self, url: str) -> dict[str, Any]:
        import httpx

        try:
            answer = httpx.get(url, timeout=TIMEOUT).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderAway(type(error).__name__) from None
        if not isinstance(answer, dict):
            raise ProviderAway("no JSON object")
        return answer

    def _client(self, redirect_uri: str) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client

        secret = self._settings.oidc_client_secret
        offered = self._read().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        return OAuth2Client(
            self._settings.oidc_client_id, secret or None, scope=SCOPE, redirect_uri=redirect_uri,
            token_endpoint_auth_method=method if secret else "none", code_challenge_method="S256", timeout=TIMEOUT,
        )  # fmt: skip
