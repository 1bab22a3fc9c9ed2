"""Over the list of all routes: every answer carries the security headers, also errors, files and the staff pages."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient

from bot.settings import Settings
from bot.web.app import create_app
from tests.attacks.conftest import Door
from tests.bot.web.fake_rasa import FakeRasa

SITE, STRANGER = "https://www.example.org", "https://evil.example"
FILES = ["/static/chat.js", "/static/page.css", "/static/review/review.css", "/static/nope", "/static/"]
NOWHERE = ["/nope", "/v1/nope", "/review/nope", "/nl/facts/nope", "/.git/config", "/v1/openapi.json", "/favicon.ico"]


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """Every method and path of the app, with its parameters filled in, and addresses that lead nowhere."""
    found = [
        (method, re.sub(r"\{[^}]*\}", "abcdefgh-1", str(context.path)))
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute)
        for method in sorted(context.original_route.methods)
    ]
    return [*found, *((method, path) for path in (*FILES, *NOWHERE) for method in ("GET", "POST", "OPTIONS"))]


ALL = routes(create_app(Settings(review_url="sqlite://", facts_url="sqlite://"), FakeRasa()))


@pytest.fixture(scope="session")
def secured(facts_url: str) -> FastAPI:
    """A web process with HTTPS, and one site that may show the chat."""
    settings = Settings(
        review_url="sqlite://", facts_url=facts_url, hsts_seconds=31536000, embed_origins=(SITE,),
        frame_ancestors=(SITE,),
    )  # fmt: skip
    return create_app(settings, FakeRasa())


@pytest.mark.parametrize(("method", "path"), ALL, ids=[" ".join(each) for each in ALL])
def test_every_answer_carries_the_security_headers(secured: FastAPI, method: str, path: str) -> None:
    client = TestClient(secured, client=("127.0.0.1", 1), raise_server_exceptions=False)
    for accept in ("text/html", "application/json"):
        origin = {"Origin": STRANGER, "accept": accept}
        headers = client.request(method, path, headers=origin, follow_redirects=False).headers
        policy = {part.split()[0]: part.split()[1:] for part in headers["Content-Security-Policy"].split(";")}
        assert policy["default-src"] == ["'none'"]
        assert policy["script-src"] == policy["style-src"] == ["'self'"]
        assert policy["base-uri"] == ["'none'"] and policy["form-action"] == ["'self'"]
        assert policy["frame-ancestors"] == [SITE]
        assert "unsafe" not in headers["Content-Security-Policy"] and "*" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "camera=()" in headers["Permissions-Policy"]
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Cache-Control" in headers
        assert "Access-Control-Allow-Origin" not in headers
        assert not {"server", "x-powered-by"} & {name.lower() for name in headers}


@pytest.mark.parametrize("path", ["/review", "/review/login", "/nl", "/health", "/.well-known/security.txt"])
def test_also_a_listed_site_reads_only_the_chat_api_and_the_files(secured: FastAPI, path: str) -> None:
    client = TestClient(secured, client=("127.0.0.1", 1))
    for method in ("GET", "OPTIONS"):
        asked = {"Origin": SITE, "Access-Control-Request-Method": "POST"}
        answer = client.request(method, path, headers=asked, follow_redirects=False)
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(("method", "path"), ALL, ids=[" ".join(each) for each in ALL])
def test_no_route_has_a_fault_when_it_is_asked_for_nothing(client: TestClient, method: str, path: str) -> None:
    assert client.request(method, path, follow_redirects=False).status_code < 500


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(door: Door, client: TestClient) -> None:
    for answer in (client.post("/v1/sessions"), client.post("/nl", data={"text": "hoi"}, follow_redirects=False)):
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=lax" in cookie
        assert "Domain" not in cookie


def test_over_https_the_cookie_stays_there(facts_url: str) -> None:
    settings = Settings(review_url="sqlite://", facts_url=facts_url, cookie_secure=True)
    client = TestClient(create_app(settings, FakeRasa()), client=("127.0.0.1", 1))
    assert "Secure" in client.post("/v1/sessions").headers["set-cookie"]
    assert "Secure" in client.get("/review/login").headers["set-cookie"]


def test_a_session_that_was_planted_is_never_taken_over(door: Door, client: TestClient) -> None:
    planted = "planted-by-somebody"
    client.cookies.set("session", planted)
    issued = client.post("/v1/sessions").json()["session_id"]
    assert issued != planted
    client.cookies.clear()
    client.cookies.set("session", planted)
    answer = client.post("/nl", data={"text": "hoi"}, follow_redirects=False)
    assert planted not in answer.headers["set-cookie"]
    assert door.app.state.chat.transcripts.of(planted) == []
