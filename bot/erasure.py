"""Deleted rows leave nothing behind in a SQLite file. PostgreSQL has its own vacuum."""

from __future__ import annotations

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session


def overwrite_deleted(session: Session) -> None:
    """Lets SQLite overwrite what it deletes from now on: else the bytes stay until others take their place."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete=ON"))


def empty_log(engine: Engine) -> None:
    """Empties SQLite's write-ahead log, which still holds the rows as they were. A reader at that moment delays it."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
