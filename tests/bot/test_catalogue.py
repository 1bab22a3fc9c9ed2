"""The catalogue in memory: as new as the facts, and still there while their database is away."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from actions.facts.database import connect
from bot import catalogue
from bot.catalogue import CatalogueCache

AWAY = "postgresql+psycopg://nobody@127.0.0.1:1/none"


def test_the_last_facts_hold_while_their_database_is_away(facts_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "REFRESH", -1.0)
    cache = CatalogueCache(connect(facts_url))
    known = cache.current()
    assert "munster.since" in known.statements
    cache._engine = create_engine(AWAY)
    assert cache.current() is known


def test_without_facts_there_is_no_catalogue() -> None:
    with pytest.raises(SQLAlchemyError):
        CatalogueCache(create_engine(AWAY)).current()
