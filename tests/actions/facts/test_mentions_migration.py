"""Facts that were loaded before: what their statements name is found without loading them again."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from actions.facts import queries
from actions.facts.database import MIGRATIONS, migrate
from actions.facts.load import load
from actions.facts.schema import parse


def test_what_statements_name_is_found_after_the_migration(folder, engine: Engine) -> None:
    load(engine, parse(folder.path))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")

    migrate(engine)

    with Session(engine) as session:
        assert [s.id for s in queries.statements_mentioning(session, "germany")] == ["munster.location"]
