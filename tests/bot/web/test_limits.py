"""How often one may ask: the buckets, and what who asks too often sees."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient

from bot.languages import LANGUAGES
from bot.settings import Settings
from bot.web.app import create_app
from bot.web.limits import MOST, OTHERS, RULES, Buckets, Limits, rule_for
from bot.web.wording import texts
from tests.bot.web.conftest import Start
from tests.bot.web.fake_rasa import FakeRasa
from tests.bot.web.visitor import Visitor

MESSAGE = {"session_id": "abcdefgh-123", "text": "hallo"}
VISITOR = "203.0.113.7"


class Clock:
    """Seconds that pass when they are told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def visitor(app: FastAPI, address: str = VISITOR) -> TestClient:
    return Visitor(app, client=(address, 4711), raise_server_exceptions=False)


def test_a_bucket_lets_through_what_a_minute_brings_and_then_says_how_long_to_wait() -> None:
    clock = Clock()
    buckets = Buckets(6, clock=clock)
    assert [buckets.wait(b"one") for _ in range(7)] == [0, 0, 0, 0, 0, 0, 10]
    assert buckets.wait(b"other") == 0
    clock.now += 4
    assert buckets.wait(b"one") == pytest.approx(6)
    clock.now += 6
    assert [buckets.wait(b"one"), buckets.wait(b"one")] == [0, pytest.approx(10)]
    clock.now += 3600
    assert sum(buckets.wait(b"one") == 0 for _ in range(100)) == 6


def test_no_limit_keeps_nothing() -> None:
    buckets = Buckets(0)
    assert {buckets.wait(b"one") for _ in range(1000)} == {0}
    assert len(buckets) == 0


def test_many_addresses_do_not_fill_the_memory_and_the_busiest_stays_known() -> None:
    buckets = Buckets(1, clock=Clock())
    buckets.wait(b"busy")
    for number in range(3 * MOST):
        buckets.wait(number.to_bytes(4, "big"))
        if number % 1000 == 0:
            assert buckets.wait(b"busy") > 0
    assert len(buckets) == MOST


def test_addresses_are_kept_hashed_with_a_salt_of_the_day() -> None:
    day = [date(2026, 11, 26)]
    limits = Limits(Settings(sessions_per_minute=1), clock=Clock(), today=lambda: day[0])
    assert limits.address("POST", "/v1/sessions", VISITOR) == 0
    assert limits.address("POST", "/v1/sessions", VISITOR) == 60
    key, salt = limits._key(VISITOR), limits._salt
    assert VISITOR.encode() not in key and VISITOR not in repr(vars(limits))
    assert key != Limits(Settings())._key(VISITOR)
    day[0] = date(2026, 11, 27)
    assert limits.address("POST", "/v1/sessions", VISITOR) == 0
    assert limits._salt != salt
    assert key not in repr([vars(buckets) for buckets in limits._by_address.values()]).encode()


def posts() -> list[tuple[str, str]]:
    """Every route of the app that changes something, with its path filled in."""
    app = create_app(Settings(review_url="sqlite://", facts_url="sqlite://"), FakeRasa())
    return [
        (method, re.sub(r"\{[^}]*\}", "abcdefgh-1", str(context.path)))
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute)
        for method in sorted(context.original_route.methods - {"GET", "HEAD"})
    ]


POSTS = posts()


@pytest.fixture(scope="module")
def strict(facts_url: str) -> FastAPI:
    """A web process in which each address may do everything once."""
    names = {setting for _, _, setting in RULES} | {OTHERS}
    limits: dict[str, Any] = dict.fromkeys(names, 1)
    return create_app(Settings(review_url="sqlite://", facts_url=facts_url, **limits), FakeRasa())


@pytest.mark.parametrize(("method", "path"), POSTS, ids=[" ".join(each) for each in POSTS])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_every_route_that_changes_something_has_a_limit_by_address(
    strict: FastAPI, method: str, path: str, accept: str
) -> None:
    number = POSTS.index((method, path)) * 2 + (accept == "text/html")
    client, other = visitor(strict, f"198.51.100.{number}"), visitor(strict, f"203.0.113.{number}")
    request: dict[str, Any] = {"method": method, "url": path, "headers": {"accept": accept}, "follow_redirects": False}
    assert client.request(**request).status_code != 429
    answer = client.request(**request)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    page = accept == "text/html" or path.startswith(("/nl", "/en"))
    assert answer.headers["content-type"].startswith("text/html" if page else "application/problem+json")
    assert other.request(**request).status_code != 429


def test_the_log_in_of_staff_has_a_limit_of_its_own() -> None:
    for path in ("/review/login", "/review/password"):
        assert rule_for("POST", path) == "logins_per_minute"
    for path in ("/review/oidc", "/review/oidc/callback"):
        assert rule_for("GET", path) == "logins_per_minute"
    assert rule_for("GET", "/review/login") is None
    assert rule_for("POST", "/review/conversations/1") == "forms_per_minute"


def test_a_conversation_has_a_limit_whatever_its_address(start: Start) -> None:
    app = start(messages_per_minute=2)
    asked = [visitor(app, f"203.0.113.{n}").post("/v1/messages", json=MESSAGE) for n in range(3)]
    assert [answer.status_code for answer in asked] == [200, 200, 429]
    assert asked[2].headers["content-type"] == "application/problem+json"
    assert "hallo" not in asked[2].text
    assert visitor(app).post("/v1/messages", json=MESSAGE | {"session_id": "another-one"}).status_code == 200


def test_a_school_class_behind_one_address_can_work() -> None:
    limits, clock = None, Clock()
    limits = Limits(Settings(), clock=clock)
    refused = 0
    for _ in range(40):
        for pupil in range(30):
            refused += limits.address("POST", "/v1/messages", VISITOR) > 0 or limits.conversation(f"pupil-{pupil}") > 0
        clock.now += 8
    assert refused == 0
    assert [limits.address("POST", "/v1/sessions", "198.51.100.1") for _ in range(30)] == [0] * 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_without_javascript_says_so_politely_and_keeps_what_was_typed(start: Start, language: str) -> None:
    client = visitor(start(messages_per_minute_address=1))
    client.post(f"/{language}", data={"text": "een"})
    answer = client.post(f"/{language}", data={"text": "Mijn <vraag> over Münster"})
    assert answer.status_code == 429
    assert texts(language)["busy"] in answer.text
    assert texts(language)["away_seconds"].format(seconds=answer.headers["Retry-After"]) in answer.text
    assert "Mijn &lt;vraag&gt; over Münster</textarea>" in answer.text


def test_a_browser_at_another_form_gets_a_page_in_its_language(start: Start) -> None:
    client = visitor(start(logins_per_minute=1))
    for accepted, language in (("nl", "nl"), ("en-GB,en", "en")):
        headers = {"accept": "text/html", "accept-language": accepted}
        for _ in range(2):
            answer = client.post("/review/login", data={"name": "a", "password": "geheim"}, headers=headers)
        assert answer.status_code == 429
        assert texts(language)["reading"]["errors"]["too_many"]["heading"] in answer.text
        assert "geheim" not in answer.text


def test_programs_on_this_machine_have_no_limit_unless_they_pass_somebody_on(start: Start) -> None:
    app = start(messages_per_minute=1, messages_per_minute_address=1)
    direct = visitor(app, "127.0.0.1")
    assert {direct.post("/v1/messages", json=MESSAGE).status_code for _ in range(5)} == {200}
    passed_on = {"X-Forwarded-For": "127.0.0.1"}
    statuses = [direct.post("/v1/messages", json=MESSAGE, headers=passed_on).status_code for _ in range(3)]
    assert statuses == [200, 429, 429]


def test_a_forged_header_does_not_get_round_the_limit(start: Start) -> None:
    client = visitor(start(sessions_per_minute=1))
    statuses = [
        client.post("/v1/sessions", headers={"X-Forwarded-For": f"198.51.100.{n}", "Forwarded": f"for=10.0.0.{n}"})
        for n in range(3)
    ]
    assert [answer.status_code for answer in statuses] == [201, 429, 429]


def test_behind_a_trusted_server_each_visitor_has_a_limit(start: Start) -> None:
    client = visitor(start(sessions_per_minute=1, trusted_proxies=("10.0.0.5",)), "10.0.0.5")
    asked = [("198.51.100.1", 201), ("198.51.100.2", 201), ("198.51.100.1", 429), ("6.6.6.6, 198.51.100.2", 429)]
    for chain, status in asked:
        assert client.post("/v1/sessions", headers={"X-Forwarded-For": chain}).status_code == status


def test_a_listed_site_can_read_that_it_is_too_much(start: Start) -> None:
    site = "https://www.example.org"
    client = visitor(start(sessions_per_minute=1, embed_origins=(site,)))
    answers = [client.post("/v1/sessions", headers={"Origin": site}) for _ in range(2)]
    assert answers[1].status_code == 429
    assert answers[1].headers["Access-Control-Allow-Origin"] == site
    assert "Retry-After" in answers[1].headers["Access-Control-Expose-Headers"]


def test_no_address_is_logged(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    client = visitor(start(sessions_per_minute=1))
    with caplog.at_level("DEBUG"):
        for _ in range(3):
            client.post("/v1/sessions")
    assert VISITOR not in caplog.text.replace("http://testserver", "")
