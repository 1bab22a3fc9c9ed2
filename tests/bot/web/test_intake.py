"""What a request may look like, how long it may take, and how many are answered at the same moment."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from bot.settings import Settings
from bot.web.intake import IntakeMiddleware
from tests.bot.web.conftest import Start
from tests.bot.web.fake_rasa import REPLY, FakeRasa

MESSAGE = {"session_id": "abcdefgh-123", "text": "hallo"}
PROBLEM = "application/problem+json"


def is_problem(answer: Any, status: int) -> bool:
    return (answer.status_code, answer.headers["content-type"], answer.json()["status"]) == (status, PROBLEM, status)


def test_limits_of_a_request_are_settings(start: Start) -> None:
    client = TestClient(start(max_body_bytes=1024, max_header_bytes=2048, max_headers=20))
    assert is_problem(client.post("/v1/messages", content=b"a" * 1025), 413)
    assert client.post("/v1/messages", content=b"a" * 1024).status_code != 413
    assert is_problem(client.get("/v1/texts/nl", headers={"X-Long": "a" * 2048}), 431)
    assert is_problem(client.get("/v1/texts/nl", params={"q": "a" * 2048}), 431)
    assert is_problem(client.get("/v1/texts/nl", headers={f"X-{n}": "a" for n in range(20)}), 431)
    assert client.get("/v1/texts/nl", headers={f"X-{n}": "a" for n in range(10)}).status_code == 200


def test_a_body_that_is_sent_in_many_parts_is_counted_whole(start: Start, rasa: FakeRasa) -> None:
    client = TestClient(start(max_body_bytes=1024))
    answer = client.post("/v1/messages", content=(b"a" * 100 for _ in range(1000)))
    assert is_problem(answer, 413)
    assert rasa.asked == []


NULS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/nl/facts/%00", {}),
    ("GET", "/static/%00", {}),
    ("GET", "/nl?deleted=%00", {}),
    ("POST", "/nl", {"data": {"text": "a\0b"}}),
    ("POST", "/review/login", {"data": {"name": "a\0b", "password": "x"}}),
    ("POST", "/v1/messages", {"content": b'{"text": "\0"}'}),
    ("POST", "/v1/messages", {"content": '{"session_id": "abcdefgh", "text": "hoi"}'.encode("utf-16")}),
    ("POST", "/nl", {"files": {"text": ("a\0", b"\0")}}),
]


@pytest.mark.parametrize(("method", "path", "sent"), NULS, ids=[f"{row[0]} {row[1]} {[*row[2]]}" for row in NULS])
def test_a_nul_is_no_part_of_a_request(client: TestClient, method: str, path: str, sent: dict[str, Any]) -> None:
    assert is_problem(client.request(method, path, **sent), 400)


def test_a_text_about_such_an_escape_is_one(client: TestClient, rasa: FakeRasa) -> None:
    client.post("/nl", data={"text": "wat is %00?"})
    assert rasa.asked == ["wat is %00?"]


class Slow(FakeRasa):
    """Answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()

    async def ask(self, sender: str, text: str, language: str | None, message_id: str) -> dict[str, Any]:
        await self.go.wait()
        return REPLY


def test_more_requests_than_can_be_answered_are_told_to_come_back(start: Start) -> None:
    async def run() -> None:
        app, rasa = start(max_requests=2), Slow()
        app.state.chat.rasa = rasa
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            busy = [
                asyncio.create_task(client.post("/v1/messages", json=MESSAGE | {"session_id": f"session-{n}"}))
                for n in range(2)
            ]
            await asyncio.sleep(0.05)
            refused = await client.post("/v1/messages", json=MESSAGE)
            assert is_problem(refused, 503)
            assert refused.headers["Retry-After"] == "2"
            assert refused.headers["X-Content-Type-Options"] == "nosniff"
            assert (await client.get("/health/live")).status_code == 200
            rasa.go.set()
            assert [answer.status_code for answer in await asyncio.gather(*busy)] == [200, 200]
            assert (await client.post("/v1/messages", json=MESSAGE)).status_code == 200

    asyncio.run(run())


def played(messages: list[dict[str, Any]], settings: Settings) -> tuple[list[dict[str, Any]], int]:
    """What is answered to these messages of a client that then says nothing more, and how often the app was called."""
    sent: list[dict[str, Any]] = []
    calls = 0

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal calls
        calls += 1

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop(0)
        await asyncio.sleep(60)
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/nl/delete", "query_string": b"", "headers": []}
    asyncio.run(IntakeMiddleware(app, settings)(scope, receive, send))  # type: ignore[arg-type]
    return sent, calls


def test_a_body_that_does_not_come_to_an_end_in_time_gets_408() -> None:
    part = {"type": "http.request", "body": b"a", "more_body": True}
    sent, calls = played([part], Settings(body_seconds=0.05))
    assert (sent[0]["status"], calls) == (408, 0)


def test_half_a_request_is_none() -> None:
    part = {"type": "http.request", "body": b"text=a", "more_body": True}
    assert played([part, {"type": "http.disconnect"}], Settings()) == ([], 0)
    assert played([{"type": "http.request", "body": b"text=a"}], Settings()) == ([], 1)
