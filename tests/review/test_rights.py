"""Who gets in where: over the list of all routes of the app, so that a new one cannot be forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient

from bot.review.access import Role, checked_csrf
from bot.review.layout import NAV, navigation
from bot.review.sessions import PATH
from bot.settings import Settings
from bot.web.app import create_app
from tests.bot.web.fake_rasa import FakeRasa
from tests.review.conftest import Staff, StaffClient

OPEN = {"/review/login", "/review/oidc", "/review/oidc/callback"}
"""What answers without a session."""
HTML, JSON = {"accept": "text/html"}, {"accept": "application/json"}


@dataclass(frozen=True)
class Route:
    """A route of the app: its whole path, a method, and what stands before it."""

    path: str
    method: str
    dependant: Any


def routes() -> list[Route]:
    """Every route under /review with each of its methods."""
    app = create_app(Settings(review_url="sqlite://", facts_url="sqlite://"), FakeRasa())
    found = [(context.path, context.original_route) for context in iter_route_contexts(app.routes)]
    return [
        Route(path, method, route.dependant)
        for path, route in found
        if isinstance(route, APIRoute) and path is not None and path.startswith(PATH)
        for method in sorted(route.methods)
    ]


ROUTES = routes()
CLOSED = [route for route in ROUTES if route.path not in OPEN]
EACH = pytest.mark.parametrize("route", CLOSED, ids=[f"{route.method} {route.path}" for route in CLOSED])


def address(route: Route) -> str:
    """A route's path with something in its parameters."""
    return re.sub(r"\{[^}]*\}", "1", route.path)


def least(route: Route) -> Role:
    """The role that a route needs, from its dependencies."""
    roles = [each.call.role for each in dependencies(route.dependant) if hasattr(each.call, "role")]
    assert len(roles) == 1, f"{route.path} needs {len(roles)} roles"
    return Role(roles[0])


def dependencies(dependant: Any) -> Iterator[Any]:
    for each in dependant.dependencies:
        yield each
        yield from dependencies(each)


@pytest.fixture(scope="module")
def app(facts_url: str, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """One web process for all: what is asked here changes no account."""
    folder = tmp_path_factory.mktemp("rights")
    settings = Settings(
        review_url=f"sqlite:///{folder}/review.db", conversations_url=f"sqlite:///{folder}/conversations.db",
        facts_url=facts_url, secret_key="k" * 32, forms_per_minute=0, logins_per_minute=0,
    )  # fmt: skip
    return create_app(settings, FakeRasa())


def test_the_list_holds_the_staff_pages() -> None:
    paths = {route.path for route in ROUTES}
    assert {"/review/login", "/review/logout", "/review/accounts", "/review/log"} <= paths


@EACH
def test_without_a_session_a_browser_is_sent_to_log_in(route: Route, anyone: StaffClient) -> None:
    answer = anyone.request(route.method, address(route), headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/review/login")


@EACH
def test_without_a_session_a_program_is_refused(route: Route, anyone: StaffClient) -> None:
    assert anyone.request(route.method, address(route), headers=JSON, follow_redirects=False).status_code == 401


@EACH
def test_a_lower_role_is_refused(route: Route, staff: Staff) -> None:
    role = least(route)
    for lower in [each for each in Role if each < role]:
        client = staff(lower)
        data = {"csrf": client.csrf} if route.method == "POST" else None
        assert client.request(route.method, address(route), data=data, follow_redirects=False).status_code == 403, lower


@EACH
def test_the_role_itself_is_let_in(route: Route, staff: Staff) -> None:
    client = staff(least(route))
    data = {"csrf": client.csrf} if route.method == "POST" else None
    assert client.request(route.method, address(route), data=data, follow_redirects=False).status_code not in (401, 403)


@EACH
def test_what_changes_something_asks_for_the_token(route: Route, staff: Staff) -> None:
    if route.method in ("GET", "HEAD"):
        return
    assert checked_csrf in [each.call for each in dependencies(route.dependant)]
    client, other = staff(Role.ADMIN), staff(Role.ADMIN, "another")
    for data in ({}, {"csrf": "wrong"}, {"csrf": ""}, {"csrf": "é"}, {"csrf": other.csrf}):
        answer = client.request(route.method, address(route), data=data, follow_redirects=False)
        assert (answer.status_code, "This form is no longer valid" in answer.text) == (403, True), data


@pytest.mark.parametrize("path", ["/review/nothing", "/review/login/x", "/review/../review/nothing"])
def test_without_a_session_nobody_learns_which_pages_there_are(path: str, anyone: StaffClient) -> None:
    answer = anyone.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/review/login")
    assert anyone.put("/review/log", headers=JSON).status_code == 401


def test_a_member_sees_that_a_page_is_not_there(staff: Staff) -> None:
    answer = staff(Role.READER).get("/review/nothing")
    assert (answer.status_code, "This page is not there" in answer.text) == (404, True)


@pytest.mark.parametrize("role", Role)
def test_the_header_offers_a_role_only_what_it_may_see(role: Role) -> None:
    needed = {route.path: least(route) for route in CLOSED if route.method == "GET"}
    built = [item["path"] for item in navigation("/review", role) if item["path"] in needed]
    assert all(needed[path] <= role for path in built)
    hidden = [path for name, (tail, _) in NAV.items() if (path := PATH + tail) in needed and path not in built]
    assert all(needed[path] > role for path in hidden)


def test_errors_elsewhere_are_what_they_were(app: FastAPI) -> None:
    client = TestClient(app)
    assert client.get("/v1/nothing").headers["content-type"] == "application/problem+json"
    assert client.post("/v1/messages", json={}).status_code == 422
