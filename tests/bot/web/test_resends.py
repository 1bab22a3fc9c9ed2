"""A message that is sent again gets the same reply, and is recorded once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, func, select, update
from sqlalchemy.orm import Session

from bot.web.resends import MOST, Resends
from bot.web.tables import FailedTurn, Message, Reply
from tests.bot.web.conftest import AWAY, Start
from tests.bot.web.fake_rasa import REPLY, FakeRasa
from tests.bot.web.visitor import Visitor

BODY = {"session_id": "abcdefgh-123", "text": "hallo", "client_message_id": "message-1"}


def database(folder: Path) -> Session:
    return Session(create_engine(f"sqlite:///{folder}/review.db"))


def count(folder: Path, table: type) -> int:
    with database(folder) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_reply_is_the_same_and_recorded_once(client: TestClient, rasa: FakeRasa, tmp_path: Path) -> None:
    first, second = (client.post("/v1/messages", json=BODY) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert len(rasa.asked) == 1
    assert count(tmp_path, Message) == 1


@pytest.mark.parametrize("change", [{"session_id": "another-session"}, {"client_message_id": "message-2"}])
def test_another_session_or_another_message_is_asked_anew(
    client: TestClient, rasa: FakeRasa, change: dict[str, str]
) -> None:
    first, second = (client.post("/v1/messages", json=body).json() for body in (BODY, BODY | change))
    assert first["message_id"] != second["message_id"]
    assert len(rasa.asked) == 2


def test_without_an_id_of_the_client_each_message_is_a_new_one(client: TestClient, rasa: FakeRasa) -> None:
    body = {key: value for key, value in BODY.items() if key != "client_message_id"}
    client.post("/v1/messages", json=body)
    client.post("/v1/messages", json=body)
    assert len(rasa.asked) == 2


def test_a_restart_loses_no_reply(start: Start, rasa: FakeRasa) -> None:
    first, second = (Visitor(start()).post("/v1/messages", json=BODY).json() for _ in range(2))
    assert first == second
    assert len(rasa.asked) == 1


def test_while_the_review_store_is_away_memory_knows_it(start: Start, rasa: FakeRasa) -> None:
    client = Visitor(start(review_url=AWAY))
    first, second = (client.post("/v1/messages", json=BODY).json() for _ in range(2))
    assert first == second
    assert len(rasa.asked) == 1


def test_a_message_that_got_503_is_not_remembered(client: TestClient, rasa: FakeRasa) -> None:
    rasa.away = True
    assert client.post("/v1/messages", json=BODY).status_code == 503
    rasa.away = False
    assert client.post("/v1/messages", json=BODY).status_code == 200
    assert len(rasa.asked) == 1


def send_at_once(app: Any, times: int) -> list[httpx.Response]:
    async def send() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            answers = await asyncio.gather(*(client.post("/v1/messages", json=BODY) for _ in range(times)))
            await app.state.chat.close()  # an answer is recorded while it is on its way
            return answers

    return asyncio.run(send())


def test_duplicates_at_the_same_time_are_asked_once(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def slow(_self: FakeRasa, _sender: str, text: str, _language: str | None, _id: str) -> dict[str, Any]:
        asked.append(text)
        await asyncio.sleep(0.1)
        return REPLY

    monkeypatch.setattr(FakeRasa, "ask", slow)
    answers = send_at_once(start(), 6)
    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.json()["message_id"] for answer in answers}) == 1
    assert asked == ["hallo"]
    assert count(tmp_path, Message) == 1


def test_duplicates_at_the_same_time_all_hear_that_rasa_is_away(start: Start, rasa: FakeRasa, tmp_path: Path) -> None:
    rasa.away = True
    assert [answer.status_code for answer in send_at_once(start(), 3)] == [503] * 3
    assert count(tmp_path, FailedTurn) == 1


@pytest.mark.parametrize(("minutes", "kept"), [(10, True), (16, False)])
def test_a_reply_is_kept_for_ten_minutes_and_then_purged(
    start: Start, rasa: FakeRasa, tmp_path: Path, minutes: int, kept: bool
) -> None:
    Visitor(start()).post("/v1/messages", json=BODY)
    with database(tmp_path) as session, session.begin():
        session.execute(update(Reply).values(at=datetime.now(UTC) - timedelta(minutes=minutes)))
    restarted = Visitor(start())
    restarted.post("/v1/messages", json=BODY | {"client_message_id": "message-2"})
    restarted.post("/v1/messages", json=BODY)
    assert len(rasa.asked) == (2 if kept else 3)


def test_a_visitor_who_goes_away_does_not_end_it_for_one_who_waits() -> None:
    async def slow() -> dict[str, Any]:
        await asyncio.sleep(0.05)
        return {"message_id": "1"}

    async def both() -> dict[str, Any]:
        resends = Resends()
        first = asyncio.create_task(resends.once(("session", "message"), slow))
        second = asyncio.create_task(resends.once(("session", "message"), slow))
        await asyncio.sleep(0.01)
        first.cancel()
        return await second

    assert asyncio.run(both()) == {"message_id": "1"}


def test_memory_stays_bounded() -> None:
    async def ask() -> dict[str, Any]:
        return {"message_id": "1"}

    async def many() -> int:
        resends = Resends()
        for number in range(MOST + 5):
            await resends.once(("session", str(number)), ask)
        return len(resends._known)

    assert asyncio.run(many()) == MOST
