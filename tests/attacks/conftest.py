"""One web process with a stand-in for Rasa for all attacks. The real one: tests/processes/test_attacks.py."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.settings import Settings
from bot.web.app import create_app
from tests.bot.web.fake_rasa import FakeRasa
from tests.bot.web.visitor import Visitor


@dataclass(frozen=True)
class Door:
    """The web process, and the stand-in behind it."""

    app: FastAPI
    rasa: FakeRasa


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory, facts_url: str) -> Door:
    folder, rasa = tmp_path_factory.mktemp("attacks"), FakeRasa()
    urls = {f"{name}_url": f"sqlite:///{folder}/{name}.db" for name in ("review", "conversations")}
    return Door(create_app(Settings(**urls, facts_url=facts_url, secret_key="k" * 32), rasa), rasa)  # type: ignore[arg-type]


@pytest.fixture
def rasa(door: Door) -> FakeRasa:
    door.rasa.asked.clear()
    door.rasa.forgotten.clear()
    return door.rasa


@pytest.fixture
def client(door: Door, rasa: FakeRasa) -> TestClient:
    """A new visitor on this machine, for whom there is no limit."""
    return Visitor(door.app, client=("127.0.0.1", 4711), raise_server_exceptions=False)
