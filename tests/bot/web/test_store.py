"""What the web process records of an answer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.review.database import Database
from bot.web.store import RESENT_WITHIN, ReviewStore
from bot.web.tables import Message, Reply

ANSWER = {"message_id": "m1", "outcome": "answered", "messages": [{"text": "Hello", "buttons": []}]}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path}/review.db")


def test_an_answer_that_is_recorded_twice_is_there_once(database: Database) -> None:
    store = ReviewStore(database)
    store.answered("session-1", ANSWER, "c1", 40)
    store.answered("session-1", {**ANSWER, "outcome": "not_in_sources"}, "c1", 60)
    with database.session() as session:
        rows = session.scalars(select(Message)).all()
        assert [(row.id, row.outcome, row.latency_ms) for row in rows] == [("m1", "not_in_sources", 60)]
    assert (store.reply("session-1", "c1") or {})["outcome"] == "not_in_sources"


def test_replies_that_are_too_old_to_be_asked_for_are_deleted(database: Database) -> None:
    with database.session() as session, session.begin():
        for name, age in (("old", RESENT_WITHIN + timedelta(minutes=1)), ("new", timedelta(minutes=1))):
            session.add(Reply(session="session-1", client_message=name, at=datetime.now(UTC) - age, body=ANSWER))
    ReviewStore(database).answered("session-2", ANSWER)
    with database.session() as session:
        assert session.scalars(select(Reply.client_message)).all() == ["new"]
