"""The two stores of a test, on SQLite and on a PostgreSQL server of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from actions.facts.database import connect
from bot.review.database import migrate
from bot.settings import Settings

_databases = count(1)


@dataclass(frozen=True)
class Stores:
    """Where the conversations are, and the review store."""

    settings: Settings
    events: Engine
    review: Engine

    @property
    def on_postgresql(self) -> bool:
        return self.review.dialect.name == "postgresql"


@contextmanager
def on_postgresql(server: str, with_tables: bool = False) -> Iterator[Stores]:
    """Two new databases on a server; in that of review there may be its tables, copied, as making them takes longer."""
    number = next(_databases)
    names = [f"{part}_{number}" for part in ("conversations", "review")]
    like = _with_tables(server) if with_tables else "template1"
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for name, template in zip(names, ("template1", like), strict=True):
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        with _stores(*(f"{server}/{name}" for name in names)) as stores:
            yield stores
    finally:
        with admin.connect() as connection:
            for name in names:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@cache
def _with_tables(server: str) -> str:
    """The name of a database on a server that has the tables of review."""
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE review_tables"))
    admin.dispose()
    engine = connect(f"{server}/review_tables")
    migrate(engine)
    engine.dispose()
    return "review_tables"


@contextmanager
def existing(conversations: str, review: str) -> Iterator[Stores]:
    """Two stores that are there, and stay."""
    with _stores(conversations, review) as stores:
        yield stores


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Stores]:
    """Two files that are not there yet."""
    with _stores(f"sqlite:///{folder}/conversations.db", f"sqlite:///{folder}/review.db") as stores:
        yield stores


@contextmanager
def _stores(conversations: str, review: str) -> Iterator[Stores]:
    settings = Settings(conversations_url=conversations, review_url=review)
    stores = Stores(settings, connect(conversations), connect(review))
    try:
        yield stores
    finally:
        stores.events.dispose()
        stores.review.dispose()
