"""Fixtures for all tests. A missing tool skips its tests with a line; with CI=true it fails instead."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from actions.facts.content import Content
from actions.facts.database import connect, migrate
from actions.facts.load import load
from actions.facts.schema import parse

ROOT = Path(__file__).resolve().parent.parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop running, in which others could not start their own."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def need(tool: str, path: str | None) -> str:
    """The path of a tool, or the end of the test: skipped, or failed in CI."""
    if path is not None:
        return path
    message = f"{tool} is not installed, so this was not tested"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def chromium() -> str:
    return need("chromium", shutil.which("chromium"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server without databases of ours."""
    from tests.engines.postgresql import postgresql

    with postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def content() -> Content:
    return parse(ROOT / "data" / "facts")


@pytest.fixture(scope="session")
def facts_url(tmp_path_factory: pytest.TempPathFactory, content: Content) -> str:
    """A SQLite file with the project's facts."""
    url = f"sqlite:///{tmp_path_factory.mktemp('facts')}/facts.db"
    engine = connect(url)
    migrate(engine)
    load(engine, content)
    # So that all of it stands in the file itself: tests copy it.
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def review_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review store on SQLite that holds nothing, to be copied: making the tables takes longer than most tests."""
    from bot.review.database import Database

    path = tmp_path_factory.mktemp("review") / "review.db"
    database = Database(f"sqlite:///{path}")
    database.session().close()
    database.engine.dispose()  # so that all of it stands in the file itself
    return path


@pytest.fixture
def facts(facts_url: str) -> Iterator[Session]:
    with Session(connect(facts_url)) as session:
        yield session
