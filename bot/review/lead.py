"""Which of several web processes projects."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

LEADING = 7_406_303
"""Key of PostgreSQL's advisory lock: any number that nothing else uses."""


class Lead:
    """On PostgreSQL one process leads at a time: the one whose connection holds the lock. When it ends, so does that.

    On SQLite every process leads: its one writer at a time suffices, and what two of them read is written once.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def held(self) -> bool:
        """Whether this process leads, after trying to. Raises SQLAlchemyError when the store is away."""
        if self._engine.dialect.name != "postgresql":
            return True
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                return True
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if self._connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEADING}):
                return True
        except SQLAlchemyError:
            self.release()
            raise
        self.release()
        return False

    def release(self) -> None:
        """Lets another process lead."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # Given back to the pool it would go on holding the lock.
            with suppress(SQLAlchemyError):
                connection.invalidate()
            with suppress(SQLAlchemyError):
                connection.close()
