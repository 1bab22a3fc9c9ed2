"""The web process with temporary stores, and members of staff who are logged in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import Response

from bot.review.access import Role
from bot.review.sessions import COOKIE, begin, held
from bot.review.tables import Account
from bot.settings import Settings
from bot.web.app import create_app
from tests.bot.web.fake_rasa import FakeRasa
from tests.review.stores import Stores, on_postgresql, on_sqlite

PAGE = {"accept": "text/html"}
Staff = Callable[..., "StaffClient"]


class StaffClient(TestClient):
    """A browser without scripts in which somebody may be logged in. `csrf` is the token of its session."""

    csrf: str = ""

    def submit(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        """Sends a form with the session's token, and does not follow where it leads."""
        return self.post(path, data={"csrf": self.csrf} | (data or {}), follow_redirects=False, **options)


@pytest.fixture
def settings(tmp_path: Path, facts_url: str, review_tables: Path) -> Settings:
    shutil.copy(review_tables, tmp_path / "review.db")
    return Settings(
        review_url=f"sqlite:///{tmp_path}/review.db",
        conversations_url=f"sqlite:///{tmp_path}/conversations.db",
        facts_url=facts_url,
        secret_key="k" * 32,
    )


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return create_app(settings, FakeRasa())


@pytest.fixture
def staff(app: FastAPI) -> Staff:
    """Gives a client in which a member of staff with this role is logged in, under the role's name unless told."""

    def logged_in(role: Role, name: str | None = None, language: str = "en") -> StaffClient:
        return log_in(app, role, name or role.key, language)

    return logged_in


@pytest.fixture
def anyone(app: FastAPI) -> StaffClient:
    """A client in which nobody is logged in."""
    return StaffClient(app, headers=PAGE, raise_server_exceptions=False)


def log_in(app: FastAPI, role: Role, name: str, language: str = "en") -> StaffClient:
    """A client with the session of an account, which is made when it is not there."""
    with app.state.review.session() as store, store.begin():
        account = store.get(Account, name)
        if account is None:
            account = Account(name=name, role=role.key, language=language, at=datetime.now(UTC), generation=0)
            store.add(account)
        generation = account.generation
    client = StaffClient(app, headers=PAGE, raise_server_exceptions=False)
    client.cookies.set(COOKIE, cookie(app, name, generation), path="/review", domain="testserver.local")
    client.csrf = token(app, client)
    return client


def cookie(app: FastAPI, name: str | None, generation: int = 0) -> str:
    """The value of the cookie of a new session."""
    response = Response()
    begin(_request(app), response, name, generation)
    return response.headers["set-cookie"].partition("=")[2].partition(";")[0]


def token(app: FastAPI, client: TestClient) -> str:
    """The token of the session whose cookie a client holds."""
    session = held(_request(app, f"{COOKIE}={client.cookies[COOKIE]}"))
    assert session is not None
    return session.csrf


def _request(app: FastAPI, cookies: str = "") -> Any:
    return Request({"type": "http", "app": app, "headers": [(b"cookie", cookies.encode())]})


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stores(request: pytest.FixtureRequest, tmp_path: Path, review_tables: Path) -> Iterator[Stores]:
    """Stores that hold nothing: each test that asks for them runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(review_tables, tmp_path / "review.db")
        with on_sqlite(tmp_path) as made:
            yield made
    else:
        with on_postgresql(request.getfixturevalue("postgresql_server"), with_tables=True) as made:
            yield made


@pytest.fixture
def postgresql_stores(postgresql_server: str) -> Iterator[Stores]:
    """Stores that hold nothing, on PostgreSQL alone."""
    with on_postgresql(postgresql_server, with_tables=True) as made:
        yield made
