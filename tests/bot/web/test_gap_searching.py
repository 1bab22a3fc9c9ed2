"""The web process starts searches for gaps: when one is due, when staff ask, and never two at once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.review.database import Database
from bot.review.tables import GapRun
from bot.settings import Settings
from bot.web import gap_searching
from bot.web.gap_searching import GapSearching
from tests.bot.web.conftest import AWAY

WRITES = "import os, sys, time; open(sys.argv[1], 'a').write(os.environ['REVIEW_URL'] + chr(10)); time.sleep(float(sys.argv[2]))"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(review_url=f"sqlite:///{tmp_path}/review.db")


@pytest.fixture
def searches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """In the place of a search a line is written; gives the lines so far. The first look comes at once."""
    monkeypatch.setattr(gap_searching, "COMMAND", (sys.executable, "-c", WRITES, str(tmp_path / "searches"), "0"))
    monkeypatch.setattr(gap_searching, "FIRST", 0.01)
    return lambda: (tmp_path / "searches").read_text().splitlines() if (tmp_path / "searches").exists() else []


@asynccontextmanager
async def running(searching: GapSearching) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(searching.always())
    await asyncio.sleep(0.05)
    yield task
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def finished(settings: Settings, age: timedelta) -> None:
    with Database(settings.review_url).session() as session, session.begin():
        at = datetime.now(UTC) - age
        session.add(GapRun(started_at=at, finished_at=at, turns=0))


def test_it_searches_when_nobody_ever_has(settings: Settings, searches: Callable[[], list[str]]) -> None:
    async def scenario() -> None:
        async with running(GapSearching(settings, Database(settings.review_url))):
            await until(lambda: len(searches()) == 1)

    asyncio.run(scenario())
    assert searches() == [settings.review_url]


@pytest.mark.parametrize(("age", "due"), [(timedelta(hours=23), False), (timedelta(hours=25), True)])
def test_it_searches_once_a_day(
    settings: Settings, searches: Callable[[], list[str]], age: timedelta, due: bool
) -> None:
    finished(settings, age)

    async def scenario() -> None:
        async with running(GapSearching(settings, Database(settings.review_url))):
            await asyncio.sleep(1.0)

    asyncio.run(scenario())
    assert len(searches()) == int(due)


def test_staff_may_ask_at_any_time(settings: Settings, searches: Callable[[], list[str]]) -> None:
    finished(settings, timedelta(hours=1))

    async def scenario() -> None:
        searching = GapSearching(settings, Database(settings.review_url))
        async with running(searching):
            assert await asyncio.to_thread(searching.ask)
            await until(lambda: len(searches()) == 1)

    asyncio.run(scenario())


def test_nothing_can_be_asked_for_where_it_does_not_run(settings: Settings) -> None:
    assert GapSearching(settings, Database(settings.review_url)).ask() is False


def test_a_search_ends_with_the_web_process(
    settings: Settings, searches: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gap_searching, "COMMAND", (*gap_searching.COMMAND[:-1], "60"))

    async def scenario() -> None:
        async with asyncio.timeout(10), running(GapSearching(settings, Database(settings.review_url))):
            await until(lambda: len(searches()) == 1)

    asyncio.run(scenario())


def test_a_store_that_is_away_is_looked_at_again_later(
    searches: Callable[[], list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with running(GapSearching(Settings(review_url=AWAY), Database(AWAY))) as task:
            await until(lambda: bool(caplog.records))
            assert not task.done()

    asyncio.run(scenario())
    assert "OperationalError" in caplog.text
    assert searches() == []


def test_a_search_that_fails_is_logged(
    settings: Settings,
    searches: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(gap_searching, "COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))

    async def scenario() -> None:
        async with running(GapSearching(settings, Database(settings.review_url))):
            await until(lambda: "exit code 3" in caplog.text)

    asyncio.run(scenario())
