"""Readiness: each part by name, no internals, and 503 when one is away without which nobody is answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from fastapi.testclient import TestClient

from bot.serve import free_port
from bot.settings import Settings
from bot.web import health
from bot.web.health import actions_url, health_of
from bot.web.rasa_client import RasaState
from tests.bot.web.conftest import AWAY, Start
from tests.bot.web.fake_rasa import FakeRasa

ALL = {"rasa": "ok", "model": "ok", "conversations": "ok", "facts": "ok", "review": "ok"}


@contextmanager
def action_server(status: int) -> Iterator[str]:
    """The address of a server that answers everything with this status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_every_part_is_named(start: Start) -> None:
    with action_server(200) as url:
        answer = TestClient(start(actions_url=url)).get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "parts": {**ALL, "actions": "ok"}})


@pytest.mark.parametrize("name", ["conversations", "facts"])
def test_without_a_database_it_is_not_ready_and_says_no_more_than_its_name(start: Start, name: str) -> None:
    answer = TestClient(start(**{f"{name}_url": AWAY})).get("/health/ready")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.json() == {"status": "away", "parts": {**ALL, name: "failed"}}


def test_without_the_review_store_visitors_are_still_answered(start: Start) -> None:
    answer = TestClient(start(review_url=AWAY)).get("/health/ready")
    assert (answer.status_code, answer.json()["parts"]["review"]) == (200, "failed")


def test_facts_that_were_never_loaded_are_no_facts(start: Start, tmp_path: object) -> None:
    answer = TestClient(start(facts_url=f"sqlite:///{tmp_path}/empty.db")).get("/health/ready")
    assert (answer.status_code, answer.json()["parts"]["facts"]) == (503, "failed")


@pytest.mark.parametrize("where", ["away", "broken"])
def test_without_the_action_server_it_is_not_ready(start: Start, where: str) -> None:
    with action_server(500) as broken:
        url = broken if where == "broken" else f"http://127.0.0.1:{free_port()}"
        answer = TestClient(start(actions_url=url)).get("/health/ready")
    assert (answer.status_code, answer.json()["parts"]["actions"]) == (503, "failed")


def test_alive_is_another_question(start: Start, rasa: FakeRasa) -> None:
    rasa.away = True
    client = TestClient(start(facts_url=AWAY, conversations_url=AWAY, review_url=AWAY))
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").json()["parts"] == {
        "rasa": "failed", "model": "unknown", "conversations": "failed", "facts": "failed", "review": "failed"
    }  # fmt: skip


STATES: list[tuple[list[RasaState], dict[str, str], bool]] = [
    (["ok"], {"rasa": "ok", "model": "ok"}, True),
    (["away"], {"rasa": "failed", "model": "unknown"}, False),
    (["no model"], {"rasa": "ok", "model": "failed"}, False),
    (["ok", "away"], {"rasa-1": "ok", "rasa-2": "failed", "model": "ok"}, True),
    (["no model", "ok"], {"rasa-1": "ok", "rasa-2": "ok", "model": "ok"}, True),
    (["away", "no model"], {"rasa-1": "failed", "rasa-2": "ok", "model": "failed"}, False),
]


@pytest.mark.parametrize(("rasa", "parts", "ready"), STATES)
def test_one_rasa_with_a_model_is_enough(rasa: list[RasaState], parts: dict[str, str], ready: bool) -> None:
    found = health_of(rasa, {})
    assert (found.parts, found.ready) == (parts, ready)


def test_a_database_that_hangs_is_looked_at_once(start: Start, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch) -> None:
    """And neither waited for nor asked again meanwhile: it holds one thread."""
    looks, ended = [], threading.Event()
    monkeypatch.setattr(health, "PATIENCE", 0.1)
    monkeypatch.setattr(health, "KEPT", 0.0)
    monkeypatch.setattr(health, "_has_facts", lambda _engine: (looks.append(1), ended.wait(10)))
    with TestClient(start()) as client:
        began = time.monotonic()
        assert {client.get("/health/ready").json()["parts"]["facts"] for _ in range(3)} == {"failed"}
        assert time.monotonic() - began < 2
        assert len(looks) == 1
        ended.set()
        time.sleep(0.05)
        assert client.get("/health/ready").json()["parts"]["facts"] == "ok"


def test_who_asks_often_costs_nothing(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    monkeypatch.setattr(health, "KEPT", 60.0)
    monkeypatch.setattr(health, "_has_facts", lambda _engine: looks.append(1))
    with TestClient(start()) as client:
        for _ in range(20):
            client.get("/health/ready")
    assert len(looks) == 1


def test_where_the_action_server_is() -> None:
    assert actions_url(Settings(actions_url="http://actions:5055")) == "http://actions:5055"
    assert actions_url(Settings(actions_port=5055)) == "http://127.0.0.1:5055"
    # Apart, the port is that of an action server on this machine, which need not be the one that Rasa asks.
    assert actions_url(Settings(actions_port=5055, rasa_urls=("http://rasa:5005",))) == ""
