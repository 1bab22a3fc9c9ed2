"""A conversation is deleted everywhere."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from bot.web.cookies import COOKIE
from bot.web.store import ReviewStore
from bot.web.tables import FailedTurn, Feedback, Message, Reply
from tests.bot.web.conftest import AWAY, Start
from tests.bot.web.fake_rasa import FakeRasa
from tests.bot.web.visitor import Visitor

MINE, OTHER = "mine-12345678", "other-1234567"


def talk(client: TestClient, rasa: FakeRasa, session: str) -> None:
    """A conversation with an answer, feedback on it, and a turn that failed."""
    body = {"session_id": session, "text": f"hallo {session}", "client_message_id": "message-1"}
    message_id = client.post("/v1/messages", json=body).json()["message_id"]
    feedback = {"message_id": message_id, "rating": "down", "comment": f"comment {session}"}
    assert client.post("/v1/feedback", json=feedback).status_code == 204
    rasa.away = True
    assert client.post("/v1/messages", json={"session_id": session, "text": f"lost {session}"}).status_code == 503
    rasa.away = False


def rows(folder: Path) -> dict[str, int]:
    with Session(create_engine(f"sqlite:///{folder}/review.db")) as session:
        tables = (Message, Feedback, FailedTurn, Reply)
        return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_everything_of_it_goes_and_nothing_of_another(client: TestClient, rasa: FakeRasa, tmp_path: Path) -> None:
    talk(client, rasa, MINE)
    talk(client, rasa, OTHER)
    assert set(rows(tmp_path).values()) == {2}
    answer = client.delete(f"/v1/sessions/{MINE}")
    assert answer.status_code == 204
    assert answer.content == b""
    assert rasa.forgotten == [MINE]
    assert set(rows(tmp_path).values()) == {1}
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("review.db*"))
    assert MINE.encode() not in stored
    assert OTHER.encode() in stored


def test_one_that_is_not_there_counts_as_deleted(client: TestClient) -> None:
    assert client.delete("/v1/sessions/never-seen-before").status_code == 204
    assert client.delete("/v1/sessions/never-seen-before").status_code == 204


@pytest.mark.parametrize("bad", ["short", "a" * 65, "not%20an%20id", "<script>alert(1)"])
def test_what_is_no_session_id_is_a_problem_that_repeats_nothing(client: TestClient, bad: str) -> None:
    answer = client.delete(f"/v1/sessions/{bad}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert bad not in answer.text


def test_a_remembered_reply_goes_too(client: TestClient, rasa: FakeRasa) -> None:
    body = {"session_id": MINE, "text": "hallo", "client_message_id": "message-1"}
    client.post("/v1/messages", json=body)
    client.delete(f"/v1/sessions/{MINE}")
    client.post("/v1/messages", json=body)
    assert len(rasa.asked) == 2


def test_the_page_forgets_it_and_the_cookie_goes(client: TestClient) -> None:
    client.post("/nl", data={"text": "Sinds wanneer?"})
    cookie = client.cookies[COOKIE]
    session_id = client.app.state.signer.loads(cookie)  # type: ignore[attr-defined]
    answer = client.delete(f"/v1/sessions/{session_id}")
    assert 'session=""' in answer.headers["set-cookie"]
    client.cookies.set(COOKIE, cookie)
    assert "Münster is sinds 2021" not in client.get("/nl").text


def test_the_cookie_of_another_conversation_stays(client: TestClient) -> None:
    client.post("/nl", data={"text": "Sinds wanneer?"})
    assert "set-cookie" not in client.delete(f"/v1/sessions/{MINE}").headers


def test_while_rasa_is_away_it_may_be_asked_again(client: TestClient, rasa: FakeRasa, tmp_path: Path) -> None:
    talk(client, rasa, MINE)
    rasa.away = True
    answer = client.delete(f"/v1/sessions/{MINE}")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    rasa.away = False
    assert client.delete(f"/v1/sessions/{MINE}").status_code == 204
    assert set(rows(tmp_path).values()) == {0}


def test_while_the_review_store_is_away_it_may_be_asked_again(start: Start) -> None:
    client = Visitor(start(review_url=AWAY), raise_server_exceptions=False)
    assert client.delete(f"/v1/sessions/{MINE}").status_code == 503


def test_a_message_under_way_is_waited_for_and_does_not_come_back(
    start: Start, rasa: FakeRasa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    async def slow(_self: FakeRasa, _sender: str, _text: str, _language: str | None, _id: str) -> dict[str, Any]:
        await asyncio.sleep(0.2)
        order.append("answered")
        return {"language": "nl", "outcome": "smalltalk", "messages": [{"text": "Hallo!"}]}

    async def forget(_self: FakeRasa, _sender: str) -> None:
        order.append("forgotten")

    monkeypatch.setattr(FakeRasa, "ask", slow)
    monkeypatch.setattr(FakeRasa, "forget", forget)

    async def both() -> list[int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(start()), base_url="http://test") as client:
            body = {"session_id": MINE, "text": "hallo", "client_message_id": "message-1"}
            message = asyncio.create_task(client.post("/v1/messages", json=body))
            await asyncio.sleep(0.05)
            deleted = await client.delete(f"/v1/sessions/{MINE}")
            return [(await message).status_code, deleted.status_code]

    assert asyncio.run(both()) == [200, 204]
    assert order == ["answered", "forgotten"]
    assert set(rows(tmp_path).values()) == {0}


def test_an_answer_that_is_still_being_recorded_is_waited_for(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = ReviewStore.answered

    def slowly(store: ReviewStore, *values: Any) -> None:
        time.sleep(0.2)
        answered(store, *values)

    monkeypatch.setattr(ReviewStore, "answered", slowly)

    async def talk_and_delete() -> tuple[float, int, int, int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(start()), base_url="http://test") as client:
            began = time.monotonic()
            said = await client.post("/v1/messages", json={"session_id": MINE, "text": "hallo"})
            took = time.monotonic() - began
            rating = {"message_id": said.json()["message_id"], "rating": "up"}
            rated = await client.post("/v1/feedback", json=rating)
            await client.post("/v1/messages", json={"session_id": MINE, "text": "hallo"})
            before = sum(rows(tmp_path).values())
            deleted = await client.delete(f"/v1/sessions/{MINE}")
            return took, rated.status_code, before, deleted.status_code

    took, rated, before, deleted = asyncio.run(talk_and_delete())
    assert took < 0.2
    assert rated == 204
    assert before > 0
    assert deleted == 204
    assert set(rows(tmp_path).values()) == {0}
