"""Which other sites may use the chat, and what every answer carries."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.bot.web.conftest import Start

SITE, STRANGER = "https://www.example.org", "https://evil.example"
MESSAGE = {"session_id": "abcdefgh-123", "text": "hallo"}
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}


@pytest.fixture
def embedded(start: Start) -> TestClient:
    return TestClient(start(embed_origins=(SITE, "https://two.example")))


def test_a_listed_site_may_send_messages(embedded: TestClient) -> None:
    asked = embedded.options("/v1/messages", headers={"Origin": SITE, **PREFLIGHT})
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == SITE
    assert "DELETE" in asked.headers["Access-Control-Allow-Methods"]
    answer = embedded.post("/v1/messages", json=MESSAGE, headers={"Origin": SITE})
    assert answer.headers["Access-Control-Allow-Origin"] == SITE
    assert answer.json()["outcome"] == "answered"


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/feedback", "/v1/sessions/abcdefgh-123"])
@pytest.mark.parametrize("origin", [STRANGER, "null", "https://www.example.org.evil.example", "http://www.example.org"])
def test_another_site_is_not_allowed(embedded: TestClient, path: str, origin: str) -> None:
    asked = embedded.options(path, headers={"Origin": origin, **PREFLIGHT})
    assert "Access-Control-Allow-Origin" not in asked.headers
    answer = embedded.post("/v1/messages", json=MESSAGE, headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_without_the_setting_no_site_is_allowed(client: TestClient) -> None:
    for answer in (
        client.options("/v1/messages", headers={"Origin": SITE, **PREFLIGHT}),
        client.post("/v1/messages", json=MESSAGE, headers={"Origin": SITE}),
        client.get("/static/icon.svg", headers={"Origin": SITE}),
    ):
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_cookies_are_never_part_of_it(embedded: TestClient) -> None:
    for answer in (
        embedded.options("/v1/messages", headers={"Origin": SITE, **PREFLIGHT}),
        embedded.post("/v1/sessions", headers={"Origin": SITE}),
    ):
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_the_pages_themselves_are_not_shared(embedded: TestClient) -> None:
    for path in ("/nl", "/nl/about", "/health"):
        answer = embedded.get(path, headers={"Origin": SITE})
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_scripts_and_style_sheets_can_be_loaded_from_a_listed_site(embedded: TestClient) -> None:
    answer = embedded.get("/static/icon.svg", headers={"Origin": SITE})
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Access-Control-Allow-Origin"] == SITE


def test_a_cache_tells_sites_apart(embedded: TestClient) -> None:
    for headers in ({}, {"Origin": SITE}, {"Origin": STRANGER}):
        assert "Origin" in embedded.get("/static/icon.svg", headers=headers).headers["Vary"]


def test_errors_are_readable_for_a_listed_site(embedded: TestClient) -> None:
    answer = embedded.post("/v1/messages", content=b"{", headers={"Origin": SITE, "Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["Access-Control-Allow-Origin"] == SITE


def test_no_frame_may_show_the_page_unless_its_site_is_listed(client: TestClient, start: Start) -> None:
    assert "frame-ancestors 'none'" in client.get("/nl").headers["Content-Security-Policy"]
    framed = TestClient(start(frame_ancestors=(SITE, "https://two.example")))
    assert f"frame-ancestors {SITE} https://two.example;" in framed.get("/nl").headers["Content-Security-Policy"]


def test_https_only_is_told_when_it_is_set(client: TestClient, start: Start) -> None:
    assert "Strict-Transport-Security" not in client.get("/nl").headers
    secure = TestClient(start(hsts_seconds=31536000))
    assert secure.get("/nl").headers["Strict-Transport-Security"] == "max-age=31536000"


PATHS = [
    "/nl",
    "/en/about",
    "/nl/facts",
    "/en/facts/munster",
    "/nl/facts/nope",
    "/health",
    "/v1/nope",
    "/static/nope.js",
]


@pytest.mark.parametrize("path", [*PATHS, "/static/icon.svg"])
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "require-trusted-types-for 'script'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    expected = "public" if path.startswith("/static/") else "no-"
    assert expected in headers["Cache-Control"]
