"""Logging in, accounts and the log in a browser: by keyboard, without scripts, in both languages, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from bot.review import accounts
from bot.review.access import Role
from bot.review.log import record
from bot.settings import Settings
from bot.web.app import create_app
from tests.browser.conftest import OpenPage, violations
from tests.browser.staff import Open, admit
from tests.browser.stand_in import StandIn, served
from tests.review.conftest import log_in

pytestmark = pytest.mark.browser
PASSWORD = "a long enough secret"


@pytest.fixture(scope="module")
def staff_app(facts_url: str, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    review_url = f"sqlite:///{tmp_path_factory.mktemp('accounts')}/review.db"
    settings = Settings(
        review_url=review_url, facts_url=facts_url, secret_key="k" * 32, oidc_issuer="http://127.0.0.1:1",
        oidc_client_id="assistant",
    )  # fmt: skip
    app = create_app(settings, StandIn())
    with app.state.review.session() as store, store.begin():
        for name, role in (("ann", Role.ADMIN), ("bob", Role.REVIEWER), ("locked", Role.READER)):
            accounts.add(store, name, role, password=PASSWORD, by="ann")
        accounts.find(store, "locked").locked_until = datetime.now(UTC) + timedelta(days=1)
        accounts.add(store, "gone.for-a-long-time@enschede.example", Role.EDITOR, subject="sub-1", by="ann")
        accounts.set_active(store, accounts.find(store, "gone.for-a-long-time@enschede.example"), False, by="ann")
        for number in range(120):
            record(store, by="bob", action="read", object=f"conversation-{number:02}-abcdefghijklmnop")
        record(store, by="bob", action="state", object="c1", before={"state": "new"}, after={"state": "done"})
    return app


@pytest.fixture(scope="module")
def base(staff_app: FastAPI) -> Iterator[str]:
    with served(staff_app) as address:
        yield address


@pytest.fixture
def open_as(staff_app: FastAPI, base: str, open_page: OpenPage) -> Open:
    """Opens a staff page as an account, or as nobody."""

    def opened(path: str, name: str | None = "ann", language: str = "nl", **options: Any) -> Page:
        locale = "nl-NL" if language == "nl" else "en-GB"
        page = open_page("about:blank", **{"locale": locale} | options)
        if name is not None:
            with staff_app.state.review.session() as store, store.begin():
                accounts.find(store, name).language = language
            admit(page, log_in(staff_app, Role.READER, name))
        page.goto(f"{base}{path}")
        return page

    return opened


PAGES = [
    ("/review/login", None), ("/review/login?next=/review/log", None), ("/review/login?out=true", None),
    ("/review/password", "ann"), ("/review/accounts", "ann"), ("/review/accounts?changed=bob", "ann"),
    ("/review/log", "ann"), ("/review/log?by=nobody", "ann"), ("/review/log", "bob"), ("/review/nothing", "ann"),
]  # fmt: skip


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_axe_findings_on_any_page(open_as: Open, base: str, language: str, scheme: str) -> None:
    for name in (None, "ann", "bob"):
        page = open_as("/review/login", name, language, color_scheme=scheme)
        for path in [path for path, whose in PAGES if whose == name]:
            page.goto(f"{base}{path}")
            assert page.locator("html").get_attribute("lang") == language
            assert violations(page) == [], path


@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_axe_findings_on_what_went_wrong(open_as: Open, language: str) -> None:
    login = open_as("/review/login", None, language)
    login.locator("#name").fill("ann")
    login.locator("#password").fill("not this secret")
    login.locator("main form button").click()
    expect(login.get_by_role("alert")).to_be_visible()
    assert violations(login) == []
    password = open_as("/review/password", "ann", language)
    for field, value in (("current", PASSWORD), ("new", "short"), ("again", "short")):
        password.locator(f"#{field}").fill(value)
    password.locator("main form button").click()
    expect(password.get_by_role("alert")).to_be_visible()
    assert violations(password) == []


def test_one_logs_in_and_out_by_keyboard_alone(open_as: Open, staff_app: FastAPI) -> None:
    with staff_app.state.review.session() as store, store.begin():
        accounts.find(store, "ann").language = "nl"
    page = open_as("/review/log", None, "nl")
    expect(page.get_by_role("status")).to_have_text("Log in om deze pagina te zien.")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "name":
            break
    page.keyboard.type("ann")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Logboek")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Naar de inhoud")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    button = page.get_by_role("button", name="Uitloggen")
    button.focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("status")).to_contain_text("U bent uitgelogd")
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inloggen")


def test_a_wrong_password_and_a_locked_account_say_the_same(open_as: Open, staff_app: FastAPI) -> None:
    said = []
    for name, password in (("bob", "not this secret"), ("nobody", PASSWORD), ("locked", PASSWORD)):
        page = open_as("/review/login", None, "en", java_script_enabled=False)
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Log in", exact=True).click()
        said.append(page.get_by_role("alert").inner_text())
        expect(page.get_by_label("Name")).to_have_value(name)
        expect(page.get_by_label("Password")).to_have_value("")
    assert len(set(said)) == 1 and "15 minutes" in said[0]


def test_the_language_is_switched_and_the_page_stays(open_as: Open) -> None:
    page = open_as("/review/log?by=bob", "ann", "nl", java_script_enabled=False)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log")
    assert page.url.endswith("/review/log?by=bob")
    page.get_by_role("button", name="Nederlands").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Logboek")
    login = open_as("/review/login?next=/review/log", None, "nl")
    login.get_by_role("link", name="English").click()
    expect(login.get_by_role("heading", level=1)).to_have_text("Log in")
    expect(login.locator("input[name=next]")).to_have_value("/review/log")


def test_a_role_sees_its_own_pages_alone(open_as: Open) -> None:
    page = open_as("/review/password", "bob", "en")
    names = page.get_by_role("navigation", name="Sections").get_by_role("link").all_inner_texts()
    assert names == ["Conversations", "What is missing", "Figures", "Sample", "Proposals"]
    refused = open_as("/review/accounts", "bob", "en")
    expect(refused.get_by_role("heading", level=1)).to_have_text("You may not do this")


def test_an_administrator_changes_a_role_and_unlocks_by_keyboard(open_as: Open, staff_app: FastAPI) -> None:
    page = open_as("/review/accounts", "ann", "en", java_script_enabled=False)
    page.get_by_label("Role of bob").select_option("editor")
    page.get_by_role("button", name="Save role of bob").press("Enter")
    expect(page.get_by_role("status")).to_have_text("The account bob has been changed.")
    page.get_by_role("button", name="Unlock of locked").press("Enter")
    expect(page.get_by_role("status")).to_have_text("The account locked has been changed.")
    with staff_app.state.review.session() as store, store.begin():
        assert accounts.find(store, "bob").role == "editor"
        found = accounts.find(store, "locked")
        assert found.locked_until is None
        found.locked_until = datetime.now(UTC) + timedelta(days=1)
        accounts.find(store, "bob").role = "reviewer"


@pytest.mark.parametrize(
    "options", [{"viewport": {"width": 320, "height": 640}}, {"viewport": {"width": 320, "height": 256}}]
)
@pytest.mark.parametrize("path", ["/review/login", "/review/password", "/review/accounts", "/review/log"])
def test_nothing_sticks_out_at_320_pixels_and_at_400_percent(open_as: Open, path: str, options: Any) -> None:
    page = open_as(path, None if path == "/review/login" else "ann", "nl", **options)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    small = page.locator("main button, main select, main input:not([type=hidden])").evaluate_all(
        "all => all.filter(e => e.getBoundingClientRect().height < 24).map(e => e.outerHTML)"
    )
    assert small == []
