"""How the databases find what is looked up: by an index, however many facts there are."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session

from actions.facts import queries
from actions.facts.compose import answer
from actions.facts.content import Content
from actions.facts.database import connect, migrate
from actions.facts.load import load

LOOK_UPS: dict[str, Callable[[Session], Any]] = {
    "statement": lambda session: queries.statement(session, "munster.about"),
    "statements": lambda session: queries.statements(session, "munster"),
    "statements_mentioning": lambda session: queries.statements_mentioning(session, "munster"),
    "earlier": lambda session: queries.earlier(session, "munster.about"),
    "subject": lambda session: queries.subject(session, "munster"),
    "fetch_subjects": lambda session: queries.fetch_subjects(session, ["munster", "dalian"]),
    "subjects": lambda session: queries.subjects(session, "project"),
    "sources": lambda session: queries.sources(session, ["munster.about", "dalian.about", "munster.since"]),
    "partnership": lambda session: queries.partnership(session, "munster"),
    "members": lambda session: queries.members(session, "euregio"),
    "members of a country": lambda session: queries.members(session, "euregio", "germany"),
    "cooperations": lambda session: queries.cooperations(session, "munster"),
    "participants": lambda session: queries.participants(session, "visit"),
    "participants in a role": lambda session: queries.participants(session, "visit", "host"),
    "role": lambda session: queries.role(session, "mayor"),
    "event": lambda session: queries.event(session, "visit"),
}
"""Every look-up of something."""
WHOLE = {"version", "names", "partnerships", "projects"}
"""What gives all rows of a table, which nothing finds sooner than reading it. So do statements and subjects when they
are asked for without a subject or a kind."""

MOST = 8
"""Queries that an answer takes at most."""


@pytest.fixture
def sqlite(content: Content, tmp_path: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path}/facts.db")
    yield filled(engine, content)
    engine.dispose()


@pytest.fixture
def server(postgresql_server: str, content: Content) -> Iterator[Engine]:
    admin = create_engine(f"{postgresql_server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE plans"))
    engine = connect(f"{postgresql_server}/plans")
    yield filled(engine, content)
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE plans"))
    admin.dispose()


def test_every_look_up_is_looked_at() -> None:
    functions = {
        name
        for name, each in inspect.getmembers(queries, inspect.isfunction)
        if each.__module__ == queries.__name__ and not name.startswith("_")
    }

    assert functions == {name.partition(" ")[0] for name in LOOK_UPS} | WHOLE


def test_sqlite_finds_everything_by_an_index(sqlite: Engine) -> None:
    assert {name: steps for name, look_up in LOOK_UPS.items() if (steps := whole_on_sqlite(sqlite, look_up))} == {}


@pytest.mark.postgresql
def test_postgresql_finds_everything_by_an_index(server: Engine) -> None:
    assert {name: steps for name, look_up in LOOK_UPS.items() if (steps := whole_on_postgresql(server, look_up))} == {}


@pytest.mark.parametrize(
    "query", ["SELECT * FROM subjects WHERE name_nl = 'Gent'", "SELECT * FROM subjects ORDER BY slug"]
)
def test_a_table_that_is_read_as_a_whole_is_noticed_on_sqlite(sqlite: Engine, query: str) -> None:
    assert whole_on_sqlite(sqlite, lambda session: session.execute(text(query))) != []


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "query", ["SELECT * FROM subjects WHERE name_nl = 'Gent'", "SELECT * FROM subjects ORDER BY slug"]
)
def test_a_table_that_is_read_as_a_whole_is_noticed_on_postgresql(server: Engine, query: str) -> None:
    assert whole_on_postgresql(server, lambda session: session.execute(text(query))) != []


def test_an_answer_takes_a_handful_of_queries_however_long_its_list(sqlite: Engine) -> None:
    with Session(sqlite) as session:
        ids = [each.id for each in queries.statements(session) if each.computed]

    def queries_of(statement: str) -> int:
        return len(asked(sqlite, lambda session: answer(session, [statement], "en")))

    assert len(ids) > 10
    assert {id: many for id in ids if (many := queries_of(id)) > MOST} == {}


def filled(engine: Engine, content: Content) -> Engine:
    migrate(engine)
    load(engine, content)
    return engine


def whole_on_sqlite(engine: Engine, look_up: Callable[[Session], Any]) -> list[str]:
    """The steps of a look-up that go through a whole table or index."""
    queries_asked = asked(engine, look_up)
    with engine.connect() as connection:
        steps = [
            str(row.detail)
            for query, values in queries_asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)
        ]
    assert steps
    return [step for step in steps if step.startswith("SCAN")]


def whole_on_postgresql(engine: Engine, look_up: Callable[[Session], Any]) -> list[str]:
    """The same. A table of a few rows PostgreSQL rather reads whole; told not to, it does where no index serves."""
    queries_asked = asked(engine, look_up)
    with engine.connect() as connection:
        connection.execute(text("SET enable_seqscan = off"))
        nodes = [
            node
            for query, values in queries_asked
            for node in nodes_of(
                connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {query}", values).scalar_one()[0]["Plan"]
            )
        ]
    assert nodes
    return [
        f"{node['Node Type']} on {node.get('Relation Name') or node.get('Index Name')}"
        for node in nodes
        if "Scan" in node["Node Type"] and not {"Index Cond", "Recheck Cond"} & node.keys()
    ]


def nodes_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from nodes_of(child)


def asked(engine: Engine, look_up: Callable[[Session], Any]) -> list[tuple[str, Any]]:
    """The queries of a look-up, with their values."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        found.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        with Session(engine) as session:
            look_up(session)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return found
