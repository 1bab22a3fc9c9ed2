"""The review store's tables are those of the code, whatever was there before, and whoever makes them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi.testclient import TestClient
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import bot.review.tables  # noqa: F401  (its tables belong to the same metadata)
from bot.review.database import Database, lock, migrate, newest
from bot.settings import Settings
from bot.web.app import create_app
from bot.web.store import ReviewStore
from bot.web.tables import Base, FailedTurn, Feedback, Message
from tests.bot.web.conftest import AWAY
from tests.bot.web.fake_rasa import FakeRasa
from tests.conftest import ROOT
from tests.review.stores import Stores, on_postgresql, on_sqlite

EARLIER = """
CREATE TABLE messages (id VARCHAR(32) NOT NULL PRIMARY KEY, session VARCHAR(64) NOT NULL, at {time} NOT NULL, outcome VARCHAR(20) NOT NULL);
CREATE INDEX ix_messages_session ON messages (session);
CREATE INDEX ix_messages_at ON messages (at);
CREATE TABLE feedback (message VARCHAR(32) NOT NULL PRIMARY KEY REFERENCES messages (id), rating VARCHAR(4) NOT NULL, comment TEXT, at {time} NOT NULL);
CREATE TABLE failed_turns (id INTEGER NOT NULL PRIMARY KEY, session VARCHAR(64) NOT NULL, at {time} NOT NULL, text TEXT NOT NULL, reason VARCHAR(80) NOT NULL);
CREATE INDEX ix_failed_turns_session ON failed_turns (session);
INSERT INTO messages VALUES ('m1', 'mine-12345678', '2026-11-01 10:00:00+00:00', 'answered');
INSERT INTO feedback VALUES ('m1', 'down', 'jammer', '2026-11-01 10:00:05+00:00');
INSERT INTO failed_turns VALUES (1, 'mine-12345678', '2026-11-01 10:01:00+00:00', 'hallo', 'ReadTimeout');
"""
"""A store as it was before review: some of its tables, some of their columns, some of their indexes."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stores]:
    """Stores without tables."""
    server = request.getfixturevalue("postgresql_server") if request.param == "postgresql" else ""
    with on_postgresql(server) if server else on_sqlite(tmp_path) as made:
        yield made


def made_earlier(stores: Stores) -> None:
    time_type = "TIMESTAMP WITH TIME ZONE" if stores.on_postgresql else "DATETIME"
    with stores.review.begin() as connection:
        for statement in EARLIER.format(time=time_type).split(";"):
            if statement.strip():
                written = statement if stores.on_postgresql else statement.replace("+00:00", ".000000")
                connection.execute(text(written))


def differences(stores: Stores) -> list[Any]:
    """Where the tables are others than the code's, but for what full-text search needs beside them."""

    def ours(_object: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
        if kind == "table":
            return not (reflected and str(name).startswith(("turns_fts", "review_alembic")))
        return not (reflected and "search_" in str(name))

    with stores.review.connect() as connection:
        options = {"compare_type": True, "include_object": ours}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


@pytest.mark.parametrize("earlier", [False, True])
def test_the_tables_are_those_of_the_code(stores: Stores, earlier: bool) -> None:
    if earlier:
        made_earlier(stores)
    migrate(stores.review)
    assert differences(stores) == []


def test_what_was_in_a_store_made_earlier_stays(stores: Stores) -> None:
    made_earlier(stores)
    migrate(stores.review)
    with Session(stores.review) as session:
        assert [(row.id, row.latency_ms) for row in session.scalars(select(Message))] == [("m1", None)]
        assert [row.comment for row in session.scalars(select(Feedback))] == ["jammer"]
        assert [(row.text, row.message) for row in session.scalars(select(FailedTurn))] == [("hallo", None)]


def test_a_store_with_all_tables_but_no_version_is_taken_over(stores: Stores) -> None:
    Base.metadata.create_all(stores.review)
    migrate(stores.review)
    assert differences(stores) == []


def test_a_second_time_changes_nothing(stores: Stores) -> None:
    migrate(stores.review)
    with Session(stores.review) as session, session.begin():
        session.add(Message(id="m1", session="mine-12345678", at=datetime.now(UTC), outcome="answered"))
    migrate(stores.review)
    with Session(stores.review) as session:
        assert session.get(Message, "m1") is not None


def test_processes_that_start_at_once_all_get_their_tables(stores: Stores) -> None:
    code = """
import sys, time
from sqlalchemy import text
from bot.review.database import Database
database = Database(sys.argv[1])
while time.time() < float(sys.argv[2]): time.sleep(0.001)
with database.session() as session: print(session.scalar(text("SELECT version_num FROM review_alembic_version")))
"""
    start = str(time.time() + 6)
    arguments = [sys.executable, "-c", code, stores.settings.review_url, start]
    processes = [subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert {process.communicate(timeout=60)[0].strip() for process in processes} == {newest()}
    assert differences(stores) == []


def test_the_store_of_the_web_process_and_that_of_review_are_the_same(stores: Stores) -> None:
    ReviewStore(Database(stores.settings.review_url)).failed("mine-12345678", "hallo", "ReadTimeout", "m1")
    with Database(stores.settings.review_url).session() as session:
        assert [row.message for row in session.scalars(select(FailedTurn))] == ["m1"]
    assert inspect(stores.review).has_table("accounts")


def test_the_door_opens_while_the_stores_are_away(settings: Settings) -> None:
    away = replace(settings, review_url=AWAY, conversations_url=AWAY)
    with TestClient(create_app(away, FakeRasa())) as client:
        assert client.get("/health/live").status_code == 200
        assert client.get("/nl").status_code == 200


def test_a_store_that_comes_back_gets_its_tables_then(stores: Stores) -> None:
    database = Database(AWAY)
    with pytest.raises(OperationalError):
        database.session()
    database.engine = stores.review
    with database.session() as session:
        assert session.scalars(select(Message)).all() == []


def test_the_lock_is_held_until_the_end_of_the_transaction(stores: Stores) -> None:
    migrate(stores.review)
    if not stores.on_postgresql:
        pytest.skip("SQLite waits for its one writer")
    with Session(stores.review) as first, Session(stores.review) as second:
        with first.begin():
            assert lock(first)
            assert not lock(second, wait=False)
            second.rollback()
        assert lock(second, wait=False)
