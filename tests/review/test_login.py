"""Logging in and out, sessions, passwords and the language."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot.review import accounts, passwords
from bot.review.access import Role
from bot.review.login_pages import local
from bot.review.sessions import COOKIE
from bot.review.tables import Account, LogEntry
from bot.settings import Settings
from bot.web.app import create_app
from tests.bot.web.fake_rasa import FakeRasa
from tests.review.conftest import PAGE, Staff, StaffClient, cookie

PASSWORD = "a long enough secret"


@pytest.fixture
def ria(app: FastAPI) -> str:
    """An editor's account with PASSWORD."""
    with app.state.review.session() as store, store.begin():
        accounts.add(store, "ria", Role.EDITOR, password=PASSWORD, by="test")
    return "ria"


def fill_in(client: StaffClient, name: str, password: str, next: str = "", **more: str) -> Any:
    """Opens the log-in page and sends its form."""
    page = client.get("/review/login", params={"next": next} if next else None)
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token is not None
    data = {"csrf": token[1], "name": name, "password": password, "next": next} | more
    return client.post("/review/login", data=data, follow_redirects=False)


def log(app: FastAPI) -> list[tuple[str, str]]:
    with app.state.review.session() as store:
        return [(entry.by, entry.action) for entry in store.scalars(select(LogEntry).order_by(LogEntry.id))]


def account(app: FastAPI, name: str = "ria") -> Account:
    with app.state.review.session() as store:
        found: Account = store.get(Account, name)
        return found


def test_name_and_password_lead_to_the_page_that_was_asked_for(app: FastAPI, anyone: StaffClient, ria: str) -> None:
    answer = fill_in(anyone, " Ria ", PASSWORD, "/review/password")
    assert (answer.status_code, answer.headers["location"]) == (303, "/review/password")
    assert anyone.get("/review/password").status_code == 200
    assert log(app)[-1] == ("ria", "login")


@pytest.mark.parametrize(
    ("name", "password"), [("ria", "not this secret"), ("nobody", PASSWORD), ("ria", ""), ("", "")]
)
def test_anything_else_gets_one_and_the_same_answer(anyone: StaffClient, ria: str, name: str, password: str) -> None:
    answer = fill_in(anyone, name, password)
    assert answer.status_code == 401
    assert "Inloggen is niet gelukt. De naam of het wachtwoord klopt niet, of er is te vaak geprobeerd." in answer.text
    assert anyone.get("/review/password", follow_redirects=False).status_code == 303


def test_an_unknown_name_takes_as_much_work_as_a_known_one(
    app: FastAPI, ria: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    hasher = passwords._hasher()

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            verified.append(kept)
            return hasher.verify(kept, password)

        def __getattr__(self, name: str) -> Any:
            return getattr(hasher, name)

    monkeypatch.setattr(passwords, "_hasher", Counting)
    with app.state.review.session() as store:
        for name in ("ria", "nobody"):
            assert accounts.by_password(store, name, "not this secret") is None
    parameters = [kept.rpartition("$")[0].rpartition("$")[0] for kept in verified]
    assert len(parameters) == 2 and parameters[0] == parameters[1]


def test_what_was_typed_as_an_unknown_name_is_not_kept(app: FastAPI, anyone: StaffClient, ria: str) -> None:
    fill_in(anyone, PASSWORD, "x")
    assert log(app)[-1] == ("?", "refused")


def test_after_five_failures_an_account_waits_fifteen_minutes(app: FastAPI, anyone: StaffClient, ria: str) -> None:
    for _ in range(5):
        wrong = fill_in(anyone, "ria", "not this secret")
    right = fill_in(anyone, "ria", PASSWORD)
    assert right.status_code == 401
    assert re.sub(r"value=\"[^\"]*\"", "", right.text) == re.sub(r"value=\"[^\"]*\"", "", wrong.text)
    now = datetime.now(UTC)
    with app.state.review.session() as store:
        assert accounts.by_password(store, "ria", PASSWORD, now + timedelta(minutes=14)) is None
        assert accounts.by_password(store, "ria", PASSWORD, now + timedelta(minutes=16)) is not None
        store.commit()
    assert account(app).failures == 0 and account(app).locked_until is None
    assert log(app).count(("ria", "refused")) == 7


def test_the_fifth_attempt_may_be_the_right_one(app: FastAPI, anyone: StaffClient, ria: str) -> None:
    for _ in range(4):
        fill_in(anyone, "ria", "not this secret")
    assert fill_in(anyone, "ria", PASSWORD).status_code == 303
    assert account(app).failures == 0


def test_after_a_lock_five_new_attempts_are_allowed(app: FastAPI, ria: str) -> None:
    now = datetime.now(UTC)
    with app.state.review.session() as store:
        for _ in range(5):
            accounts.by_password(store, "ria", "not this secret", now)
        later = now + timedelta(minutes=16)
        for _ in range(4):
            accounts.by_password(store, "ria", "not this secret", later)
        assert accounts.by_password(store, "ria", PASSWORD, later) is not None


def test_a_disabled_account_cannot_log_in(app: FastAPI, anyone: StaffClient, ria: str) -> None:
    with app.state.review.session() as store, store.begin():
        accounts.set_active(store, accounts.find(store, "ria"), False, by="test")
    assert fill_in(anyone, "ria", PASSWORD).status_code == 401


def test_an_account_without_a_password_cannot_log_in_with_one(app: FastAPI, anyone: StaffClient) -> None:
    with app.state.review.session() as store, store.begin():
        accounts.add(store, "kim", Role.READER, subject="sub-1", by="test")
    assert fill_in(anyone, "kim", "").status_code == 401
    assert fill_in(anyone, "kim", "nobody has this password").status_code == 401


def test_the_form_needs_the_token_of_its_page(anyone: StaffClient, ria: str) -> None:
    for data in ({}, {"csrf": "wrong"}):
        answer = anyone.post("/review/login", data={"name": "ria", "password": PASSWORD} | data)
        assert (answer.status_code, "te oud" in answer.text) == (403, True)
    assert fill_in(anyone, "ria", PASSWORD, csrf="x" * 32).status_code == 403


def test_logging_in_begins_a_new_session(app: FastAPI, anyone: StaffClient, ria: str) -> None:
    anyone.get("/review/login")
    planted = anyone.cookies[COOKIE]
    assert fill_in(anyone, "ria", PASSWORD).status_code == 303
    assert anyone.cookies[COOKIE] != planted
    with_planted = StaffClient(app, headers=PAGE)
    with_planted.cookies.set(COOKIE, planted, path="/review")
    assert with_planted.get("/review/password", follow_redirects=False).status_code == 303


def test_the_cookie_is_for_the_staff_pages_alone_and_out_of_reach_of_scripts(app: FastAPI, ria: str) -> None:
    for secure in (False, True):
        other = create_app(Settings(**{**vars(app.state.settings), "cookie_secure": secure}), FakeRasa())
        sent = StaffClient(other, base_url="https://testserver").get("/review/login").headers["set-cookie"].lower()
        assert "httponly" in sent and "samesite=lax" in sent and "path=/review" in sent
        assert ("secure" in sent) is secure


def test_a_session_survives_a_restart_with_the_same_key(app: FastAPI, settings: Settings, staff: Staff) -> None:
    client = staff(Role.READER)
    again = StaffClient(create_app(settings, FakeRasa()), cookies=None, headers=PAGE)
    again.cookies.set(COOKIE, client.cookies[COOKIE], path="/review")
    assert again.get("/review/password", follow_redirects=False).status_code == 200
    keyless = StaffClient(create_app(Settings(**{**vars(settings), "secret_key": ""}), FakeRasa()), headers=PAGE)
    keyless.cookies.set(COOKIE, client.cookies[COOKIE], path="/review")
    assert keyless.get("/review/password", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("value", ["", "x", "eyJuYW1lIjoicmlhIn0.forged", "a.b.c"])
def test_a_forged_cookie_is_none(anyone: StaffClient, value: str) -> None:
    anyone.cookies.set(COOKIE, value, path="/review")
    assert anyone.get("/review/password", follow_redirects=False).status_code == 303


def test_the_visitors_cookie_opens_nothing(app: FastAPI, anyone: StaffClient, ria: str) -> None:
    anyone.cookies.set(COOKIE, str(app.state.signer.dumps("ria")), path="/review")
    assert anyone.get("/review/password", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (61, 303)])
def test_a_session_ends_when_idle(staff: Staff, monkeypatch: pytest.MonkeyPatch, minutes: int, status: int) -> None:
    client, now = staff(Role.READER), time.time()
    monkeypatch.setattr("bot.review.sessions.time.time", lambda: now + minutes * 60)
    assert client.get("/review/password", follow_redirects=False).status_code == status


def test_a_session_in_use_goes_on_and_ends_in_any_case(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    client, now = staff(Role.READER), time.time()
    answers = []
    for minutes in range(0, 11 * 60, 50):
        monkeypatch.setattr("bot.review.sessions.time.time", lambda minutes=minutes: now + minutes * 60)
        answers.append(client.get("/review/password", follow_redirects=False).status_code)
    assert answers == [200] * 12 + [303] * 2


@pytest.mark.parametrize("change", ["role", "password", "disable"])
def test_a_change_of_the_account_ends_its_sessions(app: FastAPI, staff: Staff, change: str) -> None:
    client = staff(Role.EDITOR)
    with app.state.review.session() as store, store.begin():
        found = accounts.find(store, "editor")
        if change == "role":
            accounts.set_role(store, found, Role.READER, by="test")
        elif change == "password":
            accounts.set_password(store, found, PASSWORD, by="test")
        else:
            accounts.set_active(store, found, False, by="test")
    assert client.get("/review/password", follow_redirects=False).status_code == 303


def test_logging_out_ends_the_session_also_for_a_copied_cookie(app: FastAPI, staff: Staff) -> None:
    client = staff(Role.READER)
    copied = client.cookies[COOKIE]
    answer = client.submit("/review/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/review/login?out=true")
    assert COOKIE not in client.cookies
    thief = StaffClient(app, headers=PAGE)
    thief.cookies.set(COOKIE, copied, path="/review")
    assert thief.get("/review/password", follow_redirects=False).status_code == 303
    assert log(app)[-1] == ("reader", "logout")


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("/review", "/review"),
        ("/review/log?by=ria&action=login", "/review/log?by=ria&action=login"),
        ("", "/review"),
        ("/nl", "/review"),
        ("//evil.example/review", "/review"),
        ("https://evil.example/review", "/review"),
        ("/\\evil.example", "/review"),
        ("/review\\..\\x", "/review"),
        ("/review/\r\nSet-Cookie: a=b", "/review"),
        ("javascript:alert(1)", "/review"),
        ("/reviewer", "/review"),
        ("/review/login?next=/review/login", "/review"),
        ("/review/logout", "/review"),
        ("http://[", "/review"),
    ],
)
def test_one_is_led_on_within_the_staff_pages_alone(given: str, taken: str) -> None:
    assert local(given) == taken


def test_who_is_logged_in_needs_no_form(staff: Staff) -> None:
    answer = staff(Role.READER).get("/review/login?next=/review/log", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/review/log")


def test_the_log_in_page_says_how_to_make_the_first_account(app: FastAPI, anyone: StaffClient) -> None:
    assert "python -m bot review add-user" in anyone.get("/review/login").text
    with app.state.review.session() as store, store.begin():
        accounts.add(store, "ria", Role.ADMIN, password=PASSWORD, by="test")
    assert "python -m bot review add-user" not in anyone.get("/review/login").text


def test_the_language_before_logging_in_is_chosen_or_the_browsers(anyone: StaffClient) -> None:
    assert '<html lang="nl"' in anyone.get("/review/login").text
    assert '<html lang="en"' in anyone.get("/review/login", headers={"accept-language": "en-GB"}).text
    assert '<html lang="en"' in anyone.get("/review/login?language=en").text
    assert '<html lang="en"' in anyone.get("/review/login").text
    assert '<html lang="en"' in anyone.get("/review/login?language=fr").text


def test_the_language_is_kept_in_the_account(app: FastAPI, staff: Staff) -> None:
    client = staff(Role.READER, language="en")
    answer = client.submit("/review/language", {"language": "nl", "next": "/review/password?changed=false"})
    assert answer.headers["location"] == "/review/password?changed=false"
    assert '<html lang="nl"' in client.get("/review/password").text
    assert account(app, "reader").language == "nl"
    client.submit("/review/language", {"language": "xx", "next": "https://evil.example"})
    assert account(app, "reader").language == "nl"


def test_ones_own_password_is_changed_with_the_current_one(app: FastAPI, anyone: StaffClient, ria: str) -> None:
    fill_in(anyone, "ria", PASSWORD)
    elsewhere = StaffClient(app, headers=PAGE)
    elsewhere.cookies.set(COOKIE, cookie(app, "ria"), path="/review")
    token = re.search(r'name="csrf" value="([^"]+)"', anyone.get("/review/password").text)
    assert token is not None
    form = {"csrf": token[1], "current": PASSWORD, "new": "an even longer secret", "again": "an even longer secret"}
    answer = anyone.post("/review/password", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/review/password?changed=true"
    assert "Uw wachtwoord is veranderd" in anyone.get("/review/password?changed=true").text
    assert elsewhere.get("/review/password", follow_redirects=False).status_code == 303
    assert fill_in(StaffClient(app, headers=PAGE), "ria", PASSWORD).status_code == 401
    assert fill_in(StaffClient(app, headers=PAGE), "ria", "an even longer secret").status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "again", "says"),
    [
        (PASSWORD, "an even longer secret", "another long secret", "niet gelijk"),
        ("not this secret", "an even longer secret", "an even longer secret", "wachtwoord van nu klopt niet"),
        (PASSWORD, "short", "short", "te kort"),
        (PASSWORD, "x" * 300, "x" * 300, "te lang"),
        (PASSWORD, "abababababab", "abababababab", "herhaalt zichzelf"),
        (PASSWORD, "this is RIA speaking", "this is RIA speaking", "bevat uw naam"),
    ],
)
def test_an_unfit_new_password_is_refused(
    app: FastAPI, anyone: StaffClient, ria: str, current: str, new: str, again: str, says: str
) -> None:
    fill_in(anyone, "ria", PASSWORD)
    token = re.search(r'name="csrf" value="([^"]+)"', anyone.get("/review/password").text)
    assert token is not None
    answer = anyone.post("/review/password", data={"csrf": token[1], "current": current, "new": new, "again": again})
    assert (answer.status_code, says in answer.text) == (400, True)
    assert fill_in(StaffClient(app, headers=PAGE), "ria", PASSWORD).status_code == 303


def test_a_password_may_be_typed_in_any_form_of_its_letters(app: FastAPI, anyone: StaffClient) -> None:
    with app.state.review.session() as store, store.begin():
        accounts.add(store, "ria", Role.READER, password="café crème brûlée", by="test")
    assert fill_in(anyone, "ria", "café crème brûlée").status_code == 303


def test_a_dated_hash_is_made_anew_at_login(app: FastAPI, anyone: StaffClient, ria: str) -> None:
    from argon2 import PasswordHasher

    with app.state.review.session() as store, store.begin():
        accounts.find(store, "ria").password = old = PasswordHasher(time_cost=1).hash(PASSWORD)
    assert fill_in(anyone, "ria", PASSWORD).status_code == 303
    assert account(app).password != old and passwords.fits(account(app).password, PASSWORD)


def test_the_pages_say_that_the_store_is_away(facts_url: str) -> None:
    away = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    app = create_app(Settings(review_url=away, facts_url=facts_url, secret_key="k" * 32), FakeRasa())
    client = StaffClient(app, headers=PAGE, raise_server_exceptions=False)
    answer = client.get("/review/login")
    assert (answer.status_code, "niet bereikbaar" in answer.text, answer.headers["retry-after"]) == (503, True, "30")
    client.cookies.set(COOKIE, cookie(app, "ria"), path="/review")
    answer = client.get("/review/password")
    assert (answer.status_code, "psycopg" in answer.text) == (503, False)
