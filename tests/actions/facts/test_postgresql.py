"""The facts on a real PostgreSQL server, which checks what SQLite lets pass."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from actions.facts import compose, queries
from actions.facts.content import Content
from actions.facts.database import connect, migrate
from actions.facts.load import load

pytestmark = pytest.mark.postgresql


@pytest.fixture
def server(postgresql_server: str) -> Iterator[Engine]:
    """An engine on a database of its own."""
    admin = create_engine(f"{postgresql_server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE facts"))
    engine = connect(f"{postgresql_server}/facts")
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE facts"))
    admin.dispose()


def test_the_facts_load_and_answer_on_postgresql(server: Engine, content: Content) -> None:
    migrate(server)

    assert load(server, content) is True
    assert load(server, content) is False

    with Session(server) as session:
        assert queries.version(session) == content.digest
        assert compose.answer(session, ["euregio.members"], "nl").text == (
            "In de Euregio werkt Enschede internationaal samen met 4 steden: Hengelo, Almelo, Münster en Osnabrück."
        )
        assert [s.id for s in queries.sources(session, ["dalian.current"])] == ["page", "report_2017"]
