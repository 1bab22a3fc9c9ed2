"""The web process keeps what staff read up to date while it serves visitors."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, inspect, select
from sqlalchemy.exc import OperationalError

from actions.facts.database import connect
from bot.review.lead import Lead
from bot.review.projection import Projection
from bot.review.tables import Turn
from bot.settings import Settings
from bot.web import projecting
from bot.web.app import create_app
from bot.web.projecting import project_always
from tests.bot.web.fake_rasa import FakeRasa
from tests.review.filling import said

MINE = "mine-12345678"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        conversations_url=f"sqlite:///{tmp_path}/conversations.db", review_url=f"sqlite:///{tmp_path}/review.db"
    )


@pytest.fixture
def events(settings: Settings) -> Engine:
    return connect(settings.conversations_url)


def seconds_until(happened: Callable[[], bool], most: float = 20.0) -> float:
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < most, f"it did not happen within {most} seconds"
        time.sleep(0.02)
    return time.monotonic() - began


def run_for(settings: Settings, until: Callable[[], bool]) -> None:
    """Runs the task until something has happened."""

    async def work() -> None:
        task = asyncio.create_task(project_always(settings))
        while not until():
            await asyncio.sleep(0.01)
            assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(work(), 30))


def test_a_turn_is_in_review_within_two_seconds(settings: Settings, events: Engine) -> None:
    app = create_app(settings, FakeRasa())
    with TestClient(app) as client:
        assert client.get("/health/live").status_code == 200
        for message in ("m1", "m2", "m3"):
            said(events, MINE, message)

            def there(message: str = message) -> bool:
                with app.state.review.session() as session:
                    return session.get(Turn, message) is not None

            assert seconds_until(there) < 2.0


def test_the_loop_serves_others_while_a_step_takes_long(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    stepping, go_on = threading.Event(), threading.Event()

    def slow(_self: Projection) -> bool:
        stepping.set()
        go_on.wait(20)
        return False

    monkeypatch.setattr(Projection, "poll", slow)
    with TestClient(create_app(settings, FakeRasa())) as client:
        assert stepping.wait(20)
        began = time.monotonic()
        assert client.get("/health/live").status_code == 200
        assert time.monotonic() - began < 2.0
        go_on.set()


def test_what_goes_wrong_is_logged_once_by_its_name_and_tried_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[int] = []

    def broken(_self: Projection) -> bool:
        tried.append(1)
        if len(tried) < 4:
            raise OperationalError("words of a visitor", {}, Exception("words of a visitor"))
        return False

    monkeypatch.setattr(projecting, "AGAIN", 0.01)
    monkeypatch.setattr(projecting, "EVERY", 0.01)
    monkeypatch.setattr(Projection, "poll", broken)
    with caplog.at_level(logging.INFO, logger="bot.web.projecting"):
        run_for(settings, lambda: len(tried) > 5)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "the staff pages are not kept up to date for now: OperationalError"),
        ("INFO", "the staff pages are kept up to date again"),
    ]


def test_a_backlog_is_read_on_without_waiting(
    settings: Settings, events: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.review.projection.BATCH", 2)
    monkeypatch.setattr(projecting, "EVERY", 100.0)
    for number in range(10):
        said(events, MINE, f"m{number}", at=datetime.now(UTC) - timedelta(days=1, seconds=-number))
    review = connect(settings.review_url)

    def all_there() -> bool:
        with review.connect() as connection:
            made = inspect(connection).has_table(Turn.__tablename__)
            return made and len(connection.execute(select(Turn.id)).all()) == 10

    run_for(settings, all_there)


def test_on_sqlite_every_process_leads(settings: Settings) -> None:
    review = connect(settings.review_url)
    assert Lead(review).held()
    assert Lead(review).held()
