"""The review store: its engine, its sessions, its migrations, and the lock of who moves whole conversations."""

from __future__ import annotations

import logging
import threading
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.orm import Session

from actions.facts.database import connect

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "review_alembic_version"
MIGRATING, CONVERSATIONS = 7_406_301, 7_406_302
"""Keys of PostgreSQL's advisory locks: any two numbers that nothing else uses."""
SOMETIMES = 10_000
"""Steps of SQLite's virtual machine between two looks at the clock."""
PATIENCE_MS = 60_000
"""How long a process waits for another one that migrates."""


class Database:
    """The store at REVIEW_URL. It is migrated at first use, so that the door opens also while it is away."""

    def __init__(self, url: str) -> None:
        self.engine = connect(url)
        self._ready = False
        self._preparing = threading.Lock()

    def session(self) -> Session:
        """A session. Raises SQLAlchemyError when the store is away."""
        if not self._ready:
            with self._preparing:
                migrate(self.engine)
                self._ready = True
        return Session(self.engine)


def migrate(engine: Engine) -> None:
    """Brings the tables to the newest revision. Of several processes that start at once one does so, others wait."""
    with engine.connect() as connection:
        if _is_current(connection):
            return
        connection.rollback()
        with connection.begin():
            _wait_for_others(connection)
            if not _is_current(connection):
                config = _config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")


def lock(session: Session, wait: bool = True) -> bool:
    """Until the end of its transaction, nobody else who asks for this lock moves or deletes conversations.

    Must be the first to write in its transaction. Waits some seconds, then raises OperationalError; without `wait`, on
    PostgreSQL, it says False at once when another has the lock.
    """
    if session.get_bind().dialect.name != "postgresql":
        session.execute(text("BEGIN IMMEDIATE"))
        return True
    if not wait:
        got = session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": CONVERSATIONS})
        return got is True
    session.execute(text("SET LOCAL lock_timeout = '10s'"))
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CONVERSATIONS})
    return True


def limited(session: Session, seconds: int) -> None:
    """Until the end of its transaction, a session's queries are broken off after so many seconds: OperationalError.

    On SQLite, queries together get that long.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL statement_timeout = {seconds * 1000}"))
        return
    connection, end = session.connection().connection, time.monotonic() + seconds
    driver: Any = connection.driver_connection
    driver.set_progress_handler(lambda: time.monotonic() > end, SOMETIMES)
    # The connection goes back to the pool, and serves others.
    event.listen(session, "after_transaction_end", lambda *_: driver.set_progress_handler(None, 0), once=True)


def _is_current(connection: Connection) -> bool:
    if not inspect(connection).has_table(VERSION_TABLE):
        return False
    version = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))
    return version is not None and str(version) == newest()


def _wait_for_others(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = {PATIENCE_MS}"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
        return
    before = connection.scalar(text("PRAGMA busy_timeout"))
    connection.execute(text(f"PRAGMA busy_timeout = {PATIENCE_MS}"))
    connection.execute(text("BEGIN IMMEDIATE"))
    connection.execute(text(f"PRAGMA busy_timeout = {before}"))


def _config() -> Config:
    # Alembic tells of every step; what a start has to say is said elsewhere.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


@lru_cache(maxsize=1)
def newest() -> str | None:
    """The revision that the code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()
