"""Logging in at an OpenID provider: a real one, on loopback, with everything that can be wrong in what it says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import OctKey
from sqlalchemy import select

from bot.review import accounts
from bot.review.access import Role
from bot.review.oidc_pages import COOKIE
from bot.review.sessions import COOKIE as SESSION
from bot.review.tables import Account, LogEntry
from bot.settings import SettingError, Settings
from bot.web.app import create_app
from tests.bot.web.fake_rasa import FakeRasa
from tests.browser.stand_in import served
from tests.review.conftest import PAGE, StaffClient
from tests.review.oidc_server import CLIENT, SECRET, OidcServer, foreign_key


@pytest.fixture(scope="module")
def _provider() -> Iterator[OidcServer]:
    server = OidcServer()
    with served(server.app()) as address:
        server.address = address
        yield server


@pytest.fixture
def provider(_provider: OidcServer) -> OidcServer:
    _provider.reset()
    return _provider


@pytest.fixture
def settings(settings: Settings, _provider: OidcServer) -> Settings:
    found: Settings = replace(
        settings, oidc_issuer=_provider.address, oidc_client_id=CLIENT, oidc_client_secret=SECRET,
        oidc_role_claim="groups", oidc_roles=(("web-team", "editor"), ("helpdesk", "reader"), ("boss", "admin")),
    )  # fmt: skip
    return found


@pytest.fixture
def ria(app: FastAPI) -> str:
    """A reader's account for the person sub-1."""
    with app.state.review.session() as store, store.begin():
        accounts.add(store, "ria", Role.READER, subject="sub-1", by="test")
    return "ria"


def go(client: StaffClient, next: str = "/review/password") -> Any:
    """Logs in at the provider, and gives the answer to coming back."""
    left = client.get("/review/oidc", params={"next": next}, follow_redirects=False)
    assert left.status_code == 303
    back = httpx.get(left.headers["location"]).headers["location"]
    return client.get(back.removeprefix("http://testserver"), follow_redirects=False)


def is_in(client: StaffClient) -> bool:
    return bool(client.get("/review/password", follow_redirects=False).status_code == 200)


def account(app: FastAPI, name: str) -> Account:
    with app.state.review.session() as store:
        found: Account = store.get(Account, name)
        return found


def test_the_browser_leaves_with_state_nonce_and_a_challenge(anyone: StaffClient, provider: OidcServer) -> None:
    queries = []
    for _ in range(2):
        left = anyone.get("/review/oidc", follow_redirects=False).headers["location"]
        assert left.startswith(f"{provider.address}/authorize?")
        queries.append({name: values[0] for name, values in parse_qs(urlsplit(left).query).items()})
    assert queries[0]["redirect_uri"] == "http://testserver/review/oidc/callback"
    assert queries[0]["scope"] == "openid profile email"
    for name in ("state", "nonce", "code_challenge"):
        assert len(queries[0][name]) >= 32 and queries[0][name] != queries[1][name]


def test_the_claim_makes_an_account_and_gives_its_role(app: FastAPI, anyone: StaffClient, provider: OidcServer) -> None:
    provider.person["groups"] = ["helpdesk", "web-team", "cycling"]
    answer = go(anyone)
    assert (answer.status_code, answer.headers["location"]) == (303, "/review/password")
    assert is_in(anyone)
    made = account(app, "ria.visser")
    assert (made.role, made.subject, made.password) == ("editor", "sub-1", None)
    with app.state.review.session() as store:
        assert store.scalars(select(LogEntry.action)).all() == ["account", "login"]


def test_the_role_follows_the_claim(app: FastAPI, anyone: StaffClient, provider: OidcServer, ria: str) -> None:
    provider.person["groups"] = "boss"
    go(anyone)
    assert account(app, "ria").role == "admin"
    provider.person["groups"] = "helpdesk"
    again = StaffClient(app, headers=PAGE)
    go(again)
    assert account(app, "ria").role == "reader"
    assert (is_in(anyone), is_in(again)) == (False, True)


@pytest.mark.parametrize("groups", [None, [], ["cycling"], {"web-team": 1}, 7, ["editor"], [["boss"]]])
def test_without_a_role_in_the_claim_nobody_gets_in(
    app: FastAPI, anyone: StaffClient, provider: OidcServer, ria: str, groups: Any
) -> None:
    provider.person["groups"] = groups
    answer = go(anyone)
    assert (answer.status_code, "heeft geen toegang" in answer.text) == (403, True)
    assert not is_in(anyone)


def test_without_a_claim_the_account_has_the_role(
    settings: Settings, provider: OidcServer, ria: str, app: FastAPI
) -> None:
    client = StaffClient(create_app(replace(settings, oidc_role_claim=""), FakeRasa()), headers=PAGE)
    provider.person["groups"] = "boss"
    assert go(client).status_code == 303
    assert account(app, "ria").role == "reader"
    provider.person["sub"] = "sub-2"
    other = StaffClient(create_app(replace(settings, oidc_role_claim=""), FakeRasa()), headers=PAGE)
    assert go(other).status_code == 403


def test_an_account_is_never_linked_by_name(app: FastAPI, anyone: StaffClient, provider: OidcServer) -> None:
    with app.state.review.session() as store, store.begin():
        accounts.add(store, "ria.visser", Role.ADMIN, password="a long enough secret", by="test")
    provider.person["groups"] = "helpdesk"
    assert go(anyone).status_code == 303
    with app.state.review.session() as store:
        linked = store.scalar(select(Account).where(Account.subject == "sub-1"))
        assert linked.name.startswith("ria.visser-") and linked.role == "reader"
    assert account(app, "ria.visser").role == "admin"


@pytest.mark.parametrize("name", [None, "", "ë", "../../x", "A" * 300, "a@b.nl"])
def test_any_name_at_the_provider_becomes_a_name_of_ours(
    app: FastAPI, anyone: StaffClient, provider: OidcServer, name: str | None
) -> None:
    provider.person |= {"preferred_username": name, "groups": "helpdesk"}
    assert go(anyone).status_code == 303
    with app.state.review.session() as store:
        linked = store.scalar(select(Account).where(Account.subject == "sub-1"))
        assert accounts.NAME.fullmatch(linked.name)


def test_a_disabled_account_stays_out(app: FastAPI, anyone: StaffClient, provider: OidcServer, ria: str) -> None:
    provider.person["groups"] = "helpdesk"
    with app.state.review.session() as store, store.begin():
        accounts.set_active(store, accounts.find(store, "ria"), False, by="test")
    assert go(anyone).status_code == 403
    assert not is_in(anyone)


WRONG = {
    "another nonce": {"nonce": "x"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another"},
    "no audience": {"aud": None},
    "several audiences without a party": {"aud": [CLIENT, "another"]},
    "another party": {"aud": [CLIENT, "another"], "azp": "another"},
    "expired": {"exp": int(time.time()) - 3600},
    "no end": {"exp": None},
    "from the future": {"iat": int(time.time()) + 3600},
    "a foreign issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "nobody": {"sub": None},
    "an empty sub": {"sub": ""},
    "a sub that is no text": {"sub": 7},
    "an end that is no number": {"exp": "soon"},
}


def refused(client: StaffClient) -> bool:
    """Whether coming back was refused, without a session."""
    answer = go(client)
    return (answer.status_code, "niet gelukt" in answer.text) == (401, True) and not is_in(client)


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG)
def test_an_id_token_that_says_something_wrong_is_refused(
    anyone: StaffClient, provider: OidcServer, ria: str, claims: dict[str, Any]
) -> None:
    provider.person["groups"] = "boss"
    provider.claims = claims
    assert refused(anyone)


def test_a_signature_with_another_key_is_refused(anyone: StaffClient, provider: OidcServer, ria: str) -> None:
    provider.person["groups"] = "boss"
    provider.key = foreign_key()
    assert refused(anyone)


def test_a_token_without_signature_is_refused(anyone: StaffClient, provider: OidcServer, ria: str) -> None:
    provider.person["groups"] = "boss"
    provider.header, provider.key = {"alg": "none"}, OctKey.import_key("x" * 32)
    assert refused(anyone)


def test_a_signature_with_what_is_public_of_the_key_as_secret_is_refused(
    anyone: StaffClient, provider: OidcServer, ria: str
) -> None:
    provider.person["groups"] = "boss"
    provider.header = {"alg": "HS256"}
    provider.key = OctKey.import_key(provider.own_key.as_dict(private=False)["n"])
    assert refused(anyone)


def test_an_access_token_that_is_not_the_id_tokens_is_refused(
    anyone: StaffClient, provider: OidcServer, ria: str
) -> None:
    provider.person["groups"] = "boss"
    provider.at_hash = "x" * 22
    assert refused(anyone)


@pytest.mark.parametrize(
    "answer",
    [{"state": "x"}, {"state": ""}, {"state": "é"}, {"code": "x"}, {"code": ""}, {"iss": "https://evil.example"}],
)
def test_an_answer_that_does_not_belong_to_the_attempt_is_refused(
    anyone: StaffClient, provider: OidcServer, ria: str, answer: dict[str, str]
) -> None:
    provider.person["groups"] = "boss"
    provider.answer = answer
    assert refused(anyone)


def test_who_declines_at_the_provider_is_not_logged_in(anyone: StaffClient, provider: OidcServer) -> None:
    provider.refuse = True
    assert refused(anyone)


def test_an_answer_counts_once_and_in_its_own_browser(app: FastAPI, anyone: StaffClient, provider: OidcServer) -> None:
    provider.person["groups"] = "boss"
    left = anyone.get("/review/oidc", follow_redirects=False)
    back = httpx.get(left.headers["location"]).headers["location"].removeprefix("http://testserver")
    other = StaffClient(app, headers=PAGE)
    assert other.get(back, follow_redirects=False).status_code == 400
    other.get("/review/oidc", follow_redirects=False)
    assert other.get(back, follow_redirects=False).status_code == 401
    assert anyone.get(back, follow_redirects=False).status_code == 303
    assert anyone.get(back, follow_redirects=False).status_code == 400


def test_a_code_that_was_used_is_refused(anyone: StaffClient, provider: OidcServer) -> None:
    provider.person["groups"] = "boss"
    left = anyone.get("/review/oidc", follow_redirects=False)
    kept = anyone.cookies[COOKIE]
    back = httpx.get(left.headers["location"]).headers["location"].removeprefix("http://testserver")
    anyone.get(back, follow_redirects=False)
    anyone.cookies.clear()
    anyone.cookies.set(COOKIE, kept, path="/review/oidc")
    assert anyone.get(back, follow_redirects=False).status_code == 401


def test_an_attempt_ends_after_ten_minutes(
    anyone: StaffClient, provider: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = anyone.get("/review/oidc", follow_redirects=False)
    back = httpx.get(left.headers["location"]).headers["location"].removeprefix("http://testserver")
    now = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + 601)
    assert anyone.get(back, follow_redirects=False).status_code == 400


def test_logging_in_begins_a_new_session(anyone: StaffClient, provider: OidcServer) -> None:
    provider.person["groups"] = "helpdesk"
    anyone.get("/review/login")
    planted = anyone.cookies[SESSION]
    go(anyone)
    assert anyone.cookies[SESSION] != planted


def test_one_is_led_on_within_the_staff_pages_alone(anyone: StaffClient, provider: OidcServer) -> None:
    provider.person["groups"] = "helpdesk"
    assert go(anyone, "https://evil.example/review").headers["location"] == "/review"


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "file:///etc/passwd"},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_away(
    app: FastAPI, anyone: StaffClient, provider: OidcServer, metadata: dict[str, Any]
) -> None:
    provider.metadata = metadata
    left = anyone.get("/review/oidc", follow_redirects=False)
    if left.status_code == 303:
        back = httpx.get(left.headers["location"]).headers["location"].removeprefix("http://testserver")
        left = anyone.get(back, follow_redirects=False)
    assert (left.status_code, "geeft geen antwoord" in left.text) == (503, True)


def test_a_provider_that_does_not_answer_is_away(settings: Settings, provider: OidcServer) -> None:
    app = create_app(replace(settings, oidc_issuer="http://127.0.0.1:1"), FakeRasa())
    answer = StaffClient(app, headers=PAGE).get("/review/oidc")
    assert (answer.status_code, "geeft geen antwoord" in answer.text) == (503, True)


def test_the_log_in_page_offers_the_provider_when_there_is_one(settings: Settings, anyone: StaffClient) -> None:
    assert 'href="/review/oidc?next=%2Freview%2Flog"' in anyone.get("/review/login?next=/review/log").text or (
        'href="/review/oidc?next=/review/log"' in anyone.get("/review/login?next=/review/log").text
    )
    without = StaffClient(create_app(replace(settings, oidc_issuer=""), FakeRasa()), headers=PAGE)
    assert "/review/oidc" not in without.get("/review/login").text
    assert without.get("/review/oidc", follow_redirects=False).headers["location"].startswith("/review/login")


def test_the_refusal_is_in_the_log_without_anything_of_the_person(
    app: FastAPI, anyone: StaffClient, provider: OidcServer
) -> None:
    go(anyone)
    with app.state.review.session() as store:
        entry = store.scalars(select(LogEntry)).one()
    assert (entry.by, entry.action, entry.after) == ("?", "refused", {"openid": "the claim gives no role"})


def test_the_settings_say_what_is_wrong_with_them() -> None:
    with pytest.raises(SettingError, match="OIDC_CLIENT_ID is missing"):
        Settings.from_env({"OIDC_ISSUER": "https://login.example.org"})
    with pytest.raises(SettingError, match="OIDC_ROLES=web-team=boss must be like"):
        Settings.from_env({"OIDC_ROLES": "web-team=boss"})
    assert Settings.from_env({"OIDC_ROLES": "a=b=reader, c=admin"}).oidc_roles == (("a=b", "reader"), ("c", "admin"))
