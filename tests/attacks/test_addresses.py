"""Paths, queries and headers that should lead elsewhere."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from bot.settings import ROOT

UP = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..%255c", "....//", "%c0%ae%c0%ae/", "..;/", "/", "//", "%2f"]
TARGETS = ["bot/settings.py", "etc/passwd"]


@pytest.mark.parametrize("folder", ["/static", "/static/vendor", "/static/review", "/nl/facts", "/v1/texts"])
@pytest.mark.parametrize("up", UP)
def test_no_file_outside_is_served(client: TestClient, folder: str, up: str) -> None:
    for target in TARGETS:
        for depth in (3, 4, 12):
            answer = client.get(f"{folder}/{up * depth}{target}")
            assert answer.status_code in (303, 307, 400, 404)
            assert "root:" not in answer.text and "SettingError" not in answer.text


@pytest.mark.parametrize("path", ["/static", "/static/", "/static/vendor", "/static/review/", "/static/vendor/%2e"])
def test_no_folder_is_listed(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert ".css" not in answer.text


def test_a_link_to_a_file_outside_would_not_be_followed() -> None:
    links = [path for folder in ("web", "review") for path in (ROOT / "bot" / folder / "static").rglob("*")]
    assert [path for path in links if path.is_symlink()] == []


SLUGS = ["munster'--", "{{7*191}}", "%0d%0aX-Injected:%20yes", "<script>", "a" * 3000, "münster", "%F0%9F%A6%84", "%ff"]


@pytest.mark.parametrize("slug", SLUGS, ids=[slug[:20] for slug in SLUGS])
@pytest.mark.parametrize("page", ["/nl/facts/", "/facts/", "/review/conversations/", "/"])
def test_a_hostile_address_is_just_not_there(client: TestClient, slug: str, page: str) -> None:
    answer = client.get(f"{page}{slug}", headers={"accept": "text/html"})
    assert answer.status_code in (200, 404)
    assert "x-injected" not in {name.lower() for name in answer.headers}
    assert "<script>" not in answer.text.replace('<script type="module"', "") and "1337" not in answer.text


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/about%0d%0aX-Injected:%20yes", {}),
        ("/about?x=%0d%0aX-Injected:%20yes", {}),
        ("/", {"accept-language": "nl, x-injected: yes"}),
        ("/review?next=%0d%0aX-Injected:%20yes", {"accept": "text/html"}),
        ("/review/login?next=//evil.example", {}),
        ("//evil.example", {}),
        ("//evil.example/%2e%2e", {}),
        ("/nl/", {"host": "evil.example"}),
        ("/\\evil.example", {}),
    ],
)
def test_nobody_is_led_to_another_site_and_no_header_is_added(
    client: TestClient, path: str, headers: dict[str, str]
) -> None:
    answer = client.get(path, headers=headers, follow_redirects=False)
    assert "x-injected" not in {name.lower() for name in answer.headers}
    location = answer.headers.get("location", "/")
    assert location.startswith("/") and not location.startswith(("//", "/\\"))


METHODS = ["TRACE", "PUT", "PATCH", "PROPFIND", "CONNECT", "X"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ["/nl", "/v1/messages", "/static/icon.svg", "/review/login", "/health"])
def test_methods_that_nobody_needs_do_nothing(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path, headers={"X-Canary": "canary-7f3a"})
    assert answer.status_code in (303, 401, 404, 405)
    assert "canary" not in answer.text


def test_a_header_that_overrides_the_method_is_not_read(client: TestClient) -> None:
    headers = {"X-HTTP-Method-Override": "DELETE", "X-Original-URL": "/nl/delete", "X-Rewrite-URL": "/nl/delete"}
    assert client.get("/v1/sessions/abcdefgh-123", headers=headers).status_code == 405
