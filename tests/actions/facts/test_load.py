"""Loading replaces all facts in one step, or none."""

from dataclasses import replace

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from actions.facts.content import Content
from actions.facts.database import connect, migrate
from actions.facts.load import load
from actions.facts.tables import Base, Statement, Version


def test_loading_twice_changes_nothing(content: Content) -> None:
    engine = connect("sqlite://")
    migrate(engine)
    assert load(engine, content) is True
    assert load(engine, content) is False
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Statement)) == len(content.statements)


def test_facts_that_cannot_be_stored_change_nothing(content: Content) -> None:
    engine = connect("sqlite://")
    migrate(engine)
    load(engine, content)
    orphan = replace(next(iter(content.statements.values())), subject="nobody", aspect="about")
    broken = replace(content, digest="other", statements={**content.statements, orphan.id: orphan})
    try:
        load(engine, broken)
    except IntegrityError:
        pass
    else:
        raise AssertionError("a statement without a subject was stored")
    with Session(engine) as session:
        assert session.scalar(select(Version.digest)) == content.digest


def test_the_migrations_make_the_tables_that_the_code_has() -> None:
    engine = connect("sqlite://")
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "facts_alembic_version"})
        assert compare_metadata(context, Base.metadata) == []
