"""Facts for the tests: a small folder that a test may spoil, and the real one, loaded once."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
# Found from here when pytest is called as a program, which leaves the project's folder out of the path.
if str(PROJECT) not in sys.path:
    sys.path.insert(0, str(PROJECT))

from sqlalchemy import Engine  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from actions.facts.content import Content  # noqa: E402
from actions.facts.database import connect, migrate  # noqa: E402
from actions.facts.load import load  # noqa: E402
from actions.facts.schema import FactsError, parse  # noqa: E402

SMALL = Path(__file__).parent / "small"


class Folder:
    """A folder of facts in which a test plants mistakes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def replace(self, file: str, old: str, new: str) -> None:
        """Puts `new` for the one place where `old` stands, so that a mistake is where the test says."""
        text = (self.path / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (self.path / file).write_text(text.replace(old, new), encoding="utf-8")

    def problems(self) -> list[str]:
        try:
            parse(self.path)
        except FactsError as error:
            return error.problems
        return []


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A small folder of facts without mistakes."""
    return Folder(Path(shutil.copytree(SMALL, tmp_path / "data" / "facts")))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty database with its tables."""
    engine = connect(f"sqlite:///{tmp_path}/facts.db")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def small(folder: Folder, engine: Engine) -> Iterator[Session]:
    """A session on the small folder's facts."""
    load(engine, parse(folder.path))
    with Session(engine) as session:
        yield session


@pytest.fixture(scope="session")
def content() -> Content:
    """The real facts in data/facts."""
    return parse(PROJECT / "data" / "facts")


@pytest.fixture(scope="session")
def real(content: Content, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A session on the real facts."""
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('facts')}/facts.db")
    migrate(engine)
    load(engine, content)
    with Session(engine) as session:
        yield session
    engine.dispose()
