"""The facts database: its engine and its migrations."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATING = 7_406_312
"""Key of PostgreSQL's advisory lock: any number that nothing else uses."""
LOCKED = 5.0
"""Seconds that SQLite waits for another process."""
IN_TIME = {
    "connect_timeout": 5,  # seconds
    # A server that has gone without a word is noticed after some 15 seconds, rather than after two hours.
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}
"""How long PostgreSQL's client waits for a server that does not answer."""


def connect(url: str) -> Engine:
    """An engine for a SQLAlchemy URL, such as sqlite:///var/facts.db or postgresql+psycopg://user@host/facts."""
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, pool_recycle=1800, connect_args=IN_TIME)
    if (database := make_url(url).database) and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": LOCKED})

    @event.listens_for(engine, "connect")
    def _configure(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        # A reader never waits for the writer, and foreign keys are checked as PostgreSQL does.
        _log_ahead(cursor)
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    return engine


def _log_ahead(cursor: Any) -> None:
    """Switches a file to write-ahead logging. SQLite's own time-out does not hold for that: of several processes that
    open a new file at once, some are told that it is locked."""
    deadline = time.monotonic() + LOCKED
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session all of whose look-ups see the facts as they were at the first: no answer mixes old and new."""
    with Session(engine) as session:
        if engine.dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        else:
            # Else each look-up would be a transaction of its own.
            session.execute(text("BEGIN"))
        yield session


def migrate(engine: Engine) -> None:
    """Brings the tables to the newest revision. Of several processes that start at once, one after the other."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
