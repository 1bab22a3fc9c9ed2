"""A member of staff in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from playwright.sync_api import Page

from bot.review.access import Role
from bot.review.sessions import COOKIE
from tests.browser.conftest import OpenPage
from tests.review.conftest import StaffClient, log_in

Open = Callable[..., Page]


def opener(app: FastAPI, base: str, open_page: OpenPage, role: Role, language: str, **usual: Any) -> Open:
    """Opens a staff page as a member with a role and a language: these, unless told. `usual` are the page's options."""

    def opened(path: str, language: str = language, role: Role = role, **options: Any) -> Page:
        page = open_page("about:blank", **usual | options)
        admit(page, log_in(app, role, f"{role.key}-{language}", language))
        page.goto(f"{base}{path}")
        return page

    return opened


def admit(page: Page, client: StaffClient) -> None:
    """Gives a page the session of a client that is logged in."""
    cookie = {"name": COOKIE, "value": client.cookies[COOKIE], "domain": "127.0.0.1", "path": "/review"}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
