"""The facts database as staff pages read it. They work without it, with ids in the place of names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from actions.facts import queries
from actions.facts.database import connect


@contextmanager
def open_facts(url: str) -> Iterator[Session | None]:
    """A session on the facts at FACTS_URL; None when they are away, or none are loaded."""
    with Session(_engine(url)) as session:
        yield session if _loaded(session) else None


@lru_cache(maxsize=4)
def _engine(url: str) -> Engine:
    return connect(url)


def _loaded(session: Session) -> bool:
    try:
        return queries.version(session) is not None
    except SQLAlchemyError:
        return False
