"""The facts database as staff pages read it. They work without it, with ids in the place of names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from actions.facts import queries
from actions.facts.database import connect, reading


@contextmanager
def open_facts(url: str) -> Iterator[Session | None]:
    """A session on one version of the facts at FACTS_URL; None when they are away, or none are loaded."""
    with ExitStack() as opened:
        try:
            session = opened.enter_context(reading(engine(url)))
            loaded = queries.version(session) is not None
        except SQLAlchemyError:
            loaded = False
        yield session if loaded else None


@lru_cache(maxsize=4)
def engine(url: str) -> Engine:
    """This process's engine for the facts at a URL."""
    return connect(url)
