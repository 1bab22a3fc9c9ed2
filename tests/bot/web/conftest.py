"""The web process with a stand-in for Rasa and temporary databases."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.settings import Settings
from bot.web.app import create_app
from tests.bot.web.fake_rasa import FakeRasa
from tests.bot.web.visitor import Visitor

AWAY = "postgresql+psycopg://nobody@127.0.0.1:1/none"
"""The URL of a database that is never there."""

Start = Callable[..., FastAPI]


@pytest.fixture
def rasa() -> FakeRasa:
    return FakeRasa()


@pytest.fixture
def start(rasa: FakeRasa, tmp_path: Path, facts_url: str, review_tables: Path) -> Start:
    """Starts a web process with settings; each on the same databases, as after a restart."""
    shutil.copy(review_tables, tmp_path / "review.db")

    def started(**settings: Any) -> FastAPI:
        urls = {f"{name}_url": f"sqlite:///{tmp_path}/{name}.db" for name in ("review", "conversations")}
        places = {**urls, "facts_url": facts_url, "secret_key": "k" * 32}
        return create_app(Settings(**{**places, **settings}), rasa)

    return started


@pytest.fixture
def client(start: Start) -> TestClient:
    return Visitor(start(), raise_server_exceptions=False)
