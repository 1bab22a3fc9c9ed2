"""Copies rows straight into the tables, without the indexes, and makes those after it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
from sqlalchemy import Engine, text

from bot.review.database import migrate
from tests.review.bench.synthetic import COLUMNS, Tables


def load(engine: Engine, parts: Iterable[Tables]) -> None:
    """Fills the tables of a new store."""
    migrate(engine)
    {"postgresql": _on_postgresql, "sqlite": _on_sqlite}[engine.dialect.name](engine, parts)


def _on_postgresql(engine: Engine, parts: Iterable[Tables]) -> None:
    with engine.begin() as connection:
        indexes = connection.execute(
            text(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(:tables) "
                "AND indexdef LIKE 'CREATE INDEX%'"
            ),
            {"tables": list(COLUMNS)},
        ).all()
        for name, _ in indexes:
            connection.execute(text(f'DROP INDEX "{name}"'))
        driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
        with driver.cursor() as cursor:
            for part in parts:
                for table, columns in COLUMNS.items():
                    names = ", ".join(f'"{column}"' for column in columns.split())
                    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                        for row in getattr(part, table):
                            copy.write_row(row)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET maintenance_work_mem = '512MB'"))
        for _, definition in indexes:
            connection.execute(text(definition))
        # What PostgreSQL does by itself after a while.
        connection.execute(text("VACUUM ANALYZE"))


def _on_sqlite(engine: Engine, parts: Iterable[Tables]) -> None:
    driver: Any = engine.raw_connection()
    cursor = driver.cursor()
    cursor.execute("PRAGMA synchronous = OFF")
    kept = cursor.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND (type = 'trigger' OR type = 'index') "
        f"AND tbl_name IN ({', '.join('?' * len(COLUMNS))})",
        list(COLUMNS),
    ).fetchall()
    for kind, name, _ in kept:
        cursor.execute(f'DROP {kind} "{name}"')
    for part in parts:
        for table, columns in COLUMNS.items():
            names = ", ".join(f'"{column}"' for column in columns.split())
            places = ", ".join("?" * len(columns.split()))
            rows = ([_stored(value) for value in row] for row in getattr(part, table))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)
    for _, _, definition in kept:
        cursor.execute(definition)
    cursor.execute("INSERT INTO turns_fts (turns_fts) VALUES ('rebuild')")
    driver.commit()
    driver.close()


def _stored(value: Any) -> Any:
    """A time as SQLAlchemy writes it to SQLite."""
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if hasattr(value, "strftime") else value
