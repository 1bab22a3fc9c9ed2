"""Every request gets an id and a line in the log, in which nothing stands that a visitor typed."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.logs import JsonLines
from tests.bot.web.fake_rasa import FakeRasa

Start = Callable[..., FastAPI]
PLANTED = ("111222333", "NL91ABNA0417164300", "piet@example.org", "0612345678", "sessie-van-piet")


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [record.fields for record in caplog.records if record.message == "request"]  # type: ignore[attr-defined]


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """Everything that was logged, as it is written."""
    caplog.set_level(logging.DEBUG)
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines("web"))
    logging.getLogger().addHandler(handler)
    yield written.getvalue
    logging.getLogger().removeHandler(handler)


def test_a_message_is_logged_by_its_outcome(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    answer = client.post("/v1/messages", json={"session_id": "sessie-van-piet", "text": "hallo"})
    (line,) = lines(caplog)
    assert (line["method"], line["route"], line["status"]) == ("POST", "/v1/messages", 200)
    assert (line["outcome"], line["language"]) == ("answered", "nl")
    assert len(line["conversation"]) == 12
    assert len(answer.headers["x-request-id"]) == 32


def test_the_same_conversation_is_recognised_and_cannot_be_found(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for key in ("k" * 32, "k" * 32, "l" * 32):
        TestClient(start(secret_key=key)).delete("/v1/sessions/sessie-van-piet")
    one, same, other = (line["conversation"] for line in lines(caplog))
    assert one == same != other


@pytest.mark.parametrize(
    ("method", "path", "body", "route"),
    [
        ("POST", "/v1/messages", '{"session_id": "sessie-van-piet", "text": "{planted}"}', "/v1/messages"),
        ("POST", "/v1/messages", '{"session_id": "sessie-van-piet", "text": "{planted}', "/v1/messages"),
        ("POST", "/v1/messages", '{"session_id": "{planted}", "text": 5}', "/v1/messages"),
        ("POST", "/v1/feedback", '{"message_id": "x", "rating": "up", "comment": "{planted}"}', "/v1/feedback"),
        ("DELETE", "/v1/sessions/sessie-van-piet", "", "/v1/sessions/{session_id}"),
        ("GET", "/{planted}?q={planted}", "", "none"),
        ("GET", "/nl/facts/{planted}", "", "/nl/facts/{slug}"),
        ("GET", "/review/conversations/sessie-van-piet?q={planted}", "", None),
        ("PIET", "/nl", "", None),
    ],
)
@pytest.mark.parametrize("away", [False, True])
def test_nothing_that_was_sent_is_logged(
    client: TestClient, rasa: FakeRasa, said: Callable[[], str], caplog: pytest.LogCaptureFixture,
    method: str, path: str, body: str, route: str | None, away: bool,
) -> None:  # fmt: skip
    rasa.away = away
    planted = " ".join(PLANTED)
    headers = {"Content-Type": "application/json", "traceparent": f"00-{planted}", "User-Agent": planted}
    client.request(
        method, path.replace("{planted}", planted), content=body.replace("{planted}", planted), headers=headers
    )
    assert not [each for each in PLANTED if each in said().replace("testserver", "")]
    (line,) = lines(caplog)
    assert line["route"] == route or route is None


def test_a_request_that_fails_is_logged_by_the_kind_of_its_error(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, said: Callable[[], str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("mijn BSN is 111222333")

    monkeypatch.setattr("bot.web.chat.Chat.say", broken)
    answer = client.post("/v1/messages", json={"session_id": "sessie-van-piet", "text": "mijn BSN is 111222333"})
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in said()
    assert "RuntimeError" in said()
    assert "test_observing.py" in said()
    assert "111222333" not in said()
