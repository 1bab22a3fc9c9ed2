"""Conversations played through an assistant's chat API."""

from __future__ import annotations

import random
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from bot.settings import Settings
from bot.web.app import create_app
from bot.web.tables import Feedback, Message
from tests import demo_conversations
from tests.bot.web.fake_rasa import FakeRasa
from tests.browser.stand_in import served
from tests.demo_conversations import AssistantAway, main, play, read_questions


def test_conversations_are_played_with_follow_ups_in_one_session_and_thumbs(
    tmp_path: Path, facts_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(Settings(review_url=f"sqlite:///{tmp_path}/review.db", facts_url=facts_url), FakeRasa())
    with served(app) as base:
        assert main({"BASE": f"{base}/", "N": "12"}) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1 of 12 conversations, ")
    assert lines[11].startswith("12 of 12 conversations, ")
    with app.state.review.session() as session:
        turns = session.scalars(select(func.count()).select_from(Message)).one()
        sessions = session.scalars(select(func.count(Message.session.distinct()))).one()
        rated = session.scalars(select(func.count()).select_from(Feedback)).one()
    assert sessions == 12
    assert turns > sessions
    assert 0 < rated < turns
    assert lines[-1].startswith(f"{turns} turns: ")


def test_the_same_seed_plays_the_same_questions() -> None:
    asked: list[list[str]] = [[], []]

    def recorded(own: list[str]) -> httpx.MockTransport:
        def answer(request: httpx.Request) -> httpx.Response:
            own.append(request.content.decode().partition('"text"')[2])
            return httpx.Response(
                200, json={"message_id": "m", "outcome": "answered", "language": "nl", "messages": []}
            )

        return httpx.MockTransport(answer)

    for own in asked:
        with httpx.Client(transport=recorded(own), base_url="http://127.0.0.1") as client:
            play(client, 5, random.Random("7"), lambda line: None)
    assert asked[0] == asked[1]
    assert len(asked[0]) >= 5


def test_no_assistant_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(demo_conversations, "PAUSE", 0)
    assert main({"BASE": "http://127.0.0.1:1"}) == 1
    assert capsys.readouterr().err.strip().startswith("http://127.0.0.1:1: ConnectError")


def test_an_assistant_that_breaks_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_conversations, "PAUSE", 0)
    transport = httpx.MockTransport(lambda request: httpx.Response(503))
    with (
        httpx.Client(transport=transport, base_url="http://127.0.0.1") as client,
        pytest.raises(AssistantAway, match="503"),
    ):
        play(client, 1, random.Random(1), lambda line: None)


@pytest.mark.parametrize("count", ["0", "-1", "many"])
def test_a_number_that_is_none_is_said(count: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main({"N": count}) == 1
    assert count in capsys.readouterr().err


def test_the_questions_come_from_sets_that_nothing_is_reported_from() -> None:
    assert demo_conversations.SETS == ("sample", "tuning")
    assert any(len(question) > 1 for question in read_questions())
