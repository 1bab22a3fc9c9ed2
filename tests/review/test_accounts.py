"""Accounts: the administrator's page, the commands, and what holds for both kinds of stores."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot import __main__ as command_line
from bot.review import accounts, passwords
from bot.review.access import Role
from bot.review.database import migrate
from bot.review.first_account import hint
from bot.review.tables import Account, LogEntry
from bot.settings import ROLES, Settings
from tests.review.conftest import Staff
from tests.review.stores import Stores

PASSWORD = "a long enough secret"


def account(app: FastAPI, name: str) -> Account:
    with app.state.review.session() as store:
        found: Account = store.get(Account, name)
        return found


def changes(app: FastAPI) -> list[tuple[str, str | None, Any, Any]]:
    with app.state.review.session() as store:
        wanted = select(LogEntry).where(LogEntry.action == "account").order_by(LogEntry.id)
        return [(entry.by, entry.object, entry.before, entry.after) for entry in store.scalars(wanted)]


def test_the_page_lists_the_accounts_with_their_state(app: FastAPI, staff: Staff) -> None:
    admin = staff(Role.ADMIN)
    with app.state.review.session() as store, store.begin():
        accounts.add(store, "kim", Role.READER, password=PASSWORD, by="test")
        accounts.add(store, "lou", Role.EDITOR, subject="sub-1", by="test")
        accounts.set_active(store, accounts.find(store, "lou"), False, by="test")
    for _ in range(5):
        with app.state.review.session() as store:
            accounts.by_password(store, "kim", "not this secret")
            store.commit()
    page = admin.get("/review/accounts").text
    rows = {row.partition(">")[2].partition("<")[0].strip(): row for row in page.split('<th scope="row"')[1:]}
    assert list(rows) == ["admin", "kim", "lou"]
    assert "active" in rows["admin"] and "(you)" in rows["admin"]
    assert "locked" in rows["kim"] and "Unlock" in rows["kim"] and "password" in rows["kim"]
    assert "no access" in rows["lou"] and "Give access" in rows["lou"] and "work account" in rows["lou"]


def test_an_administrator_changes_a_role(app: FastAPI, staff: Staff) -> None:
    admin, kim = staff(Role.ADMIN), staff(Role.READER, "kim")
    answer = admin.submit("/review/accounts/kim", {"act": "role", "role": "editor"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/review/accounts?changed=kim")
    assert "The account kim has been changed." in admin.get("/review/accounts?changed=kim").text
    assert account(app, "kim").role == "editor"
    assert kim.get("/review/password", follow_redirects=False).status_code == 303
    assert changes(app) == [("admin", "kim", {"role": "reader"}, {"role": "editor"})]


def test_an_administrator_stops_and_gives_access(app: FastAPI, staff: Staff) -> None:
    admin, kim = staff(Role.ADMIN), staff(Role.READER, "kim")
    admin.submit("/review/accounts/kim", {"act": "disable"})
    assert not account(app, "kim").active
    assert kim.get("/review/password", follow_redirects=False).status_code == 303
    admin.submit("/review/accounts/kim", {"act": "enable"})
    assert account(app, "kim").active
    assert kim.get("/review/password", follow_redirects=False).status_code == 303


def test_an_administrator_unlocks(app: FastAPI, staff: Staff) -> None:
    admin = staff(Role.ADMIN)
    with app.state.review.session() as store, store.begin():
        accounts.add(store, "kim", Role.READER, password=PASSWORD, by="test")
    for _ in range(5):
        with app.state.review.session() as store:
            accounts.by_password(store, "kim", "not this secret")
    admin.submit("/review/accounts/kim", {"act": "unlock"})
    with app.state.review.session() as store:
        assert accounts.by_password(store, "kim", PASSWORD) is not None


@pytest.mark.parametrize("data", [{"act": "disable"}, {"act": "role", "role": "editor"}])
def test_the_last_administrator_stays(app: FastAPI, staff: Staff, data: dict[str, str]) -> None:
    admin = staff(Role.ADMIN)
    with app.state.review.session() as store, store.begin():
        accounts.add(store, "gone", Role.ADMIN, password=PASSWORD, by="test")
        accounts.set_active(store, accounts.find(store, "gone"), False, by="test")
    before = changes(app)
    answer = admin.submit("/review/accounts/admin", data)
    assert (answer.status_code, "This is the only administrator" in answer.text) == (409, True)
    assert (account(app, "admin").role, account(app, "admin").active) == ("admin", True)
    assert changes(app) == before
    staff(Role.ADMIN, "second")
    assert admin.submit("/review/accounts/admin", data).status_code == 303


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("nobody", {"act": "disable"}, 404),
        ("kim", {"act": "delete"}, 400),
        ("kim", {"act": "role", "role": "emperor"}, 400),
        ("kim", {"act": "role"}, 400),
        ("kim", {}, 400),
    ],
)
def test_what_cannot_be_done_with_an_account_is_refused(
    staff: Staff, name: str, data: dict[str, str], status: int
) -> None:
    staff(Role.READER, "kim")
    assert staff(Role.ADMIN).submit(f"/review/accounts/{name}", data).status_code == status


def test_a_name_in_the_address_is_shown_only_when_it_is_an_accounts(staff: Staff) -> None:
    assert "has been changed" not in staff(Role.ADMIN).get("/review/accounts?changed=<b>you</b>").text


@pytest.mark.parametrize("name", ["", "a", "a b", "-kim", "kim/", "ké", "x" * 65, "<b>", "k\nm"])
def test_an_unfit_name_is_refused(app: FastAPI, name: str) -> None:
    with app.state.review.session() as store, pytest.raises(accounts.AccountError, match="A name has"):
        accounts.add(store, name, Role.READER, password=PASSWORD, by="test")


def test_a_name_and_a_subject_belong_to_one_account(app: FastAPI) -> None:
    with app.state.review.session() as store:
        accounts.add(store, "kim", Role.READER, subject="sub-1", by="test")
        with pytest.raises(accounts.AccountError, match="There is an account kim already"):
            accounts.add(store, "KIM", Role.READER, password=PASSWORD, by="test")
        with pytest.raises(accounts.AccountError, match="has this id"):
            accounts.add(store, "lou", Role.READER, subject="sub-1", by="test")


def test_the_settings_know_the_same_roles() -> None:
    assert tuple(role.key for role in Role) == ROLES


# Both kinds of stores


def at_once(engine: Engine, acts: list[Callable[[Session], Any]]) -> list[Any]:
    """What each of these gives, done at the same moment in sessions of their own; an error counts as its result."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int) -> None:
        with Session(engine) as store:
            barrier.wait()
            try:
                results[number] = acts[number](store)
                store.commit()
            except accounts.AccountError as error:
                results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def engine(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The review store with two administrators; passwords are compared as they are, which takes no time."""
    monkeypatch.setattr(passwords, "hashed", lambda password: password)
    monkeypatch.setattr(passwords, "fits", lambda kept, password: kept == password)
    monkeypatch.setattr(passwords, "is_dated", lambda kept: False)
    migrate(stores.review)
    with Session(stores.review) as store, store.begin():
        for name in ("ann", "bob"):
            accounts.add(store, name, Role.ADMIN, password=PASSWORD, by="test")
    return stores.review


def test_attempts_at_the_same_moment_are_all_counted(engine: Engine) -> None:
    tried: list[str] = []

    def attempt(store: Session, number: int) -> bool:
        found = accounts.by_password(store, "ann", f"guess {number}")
        tried.append("x")
        return found is not None

    assert not any(at_once(engine, [lambda store, number=number: attempt(store, number) for number in range(12)]))
    with Session(engine) as store:
        found = accounts.find(store, "ann")
        assert len(tried) == 12 and found.failures == accounts.FAILURES and accounts.is_locked(found)
        assert accounts.by_password(store, "ann", PASSWORD) is None


def test_two_administrators_cannot_demote_one_another_at_the_same_moment(engine: Engine) -> None:
    def demote(name: str) -> Callable[[Session], None]:
        return lambda store: accounts.set_role(store, accounts.find(store, name), Role.READER, by="test")

    at_once(engine, [demote("ann"), demote("bob")])
    with Session(engine) as store:
        admins = store.scalars(select(Account).where(Account.role == "admin")).all()
        assert len(admins) == 1


# Commands


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs python -m bot review with these arguments, and `typed` as its standard input."""

    def ran(*arguments: str, typed: str = "") -> int:
        monkeypatch.setenv("REVIEW_URL", settings.review_url)
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return command_line.main(["review", *arguments])

    return ran


def test_an_account_is_made_and_changed_from_the_command_line(
    run: Callable[..., int], app: FastAPI, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("list-users") == 0
    assert "There are no accounts" in capsys.readouterr().out
    assert run("add-user", "Kim", "--role", "admin", "--password-stdin", typed=f"{PASSWORD}\n") == 0
    assert run("add-user", "lou", "--role", "reader", "--subject", "sub-1") == 0
    assert run("set-role", "lou", "--role", "reviewer") == 0
    assert run("set-password", "kim", "--password-stdin", typed="another long secret\r\n") == 0
    assert run("disable-user", "lou") == 0
    capsys.readouterr()
    assert run("list-users") == 0
    assert capsys.readouterr().out == "kim\tadmin\tactive\tpassword\nlou\treviewer\tdisabled\tOpenID\n"
    assert run("enable-user", "lou") == 0
    assert run("unlock-user", "lou") == 0
    with app.state.review.session() as store:
        assert accounts.by_password(store, "kim", "another long secret") is not None
    assert {by for by, *_ in changes(app)} == {"command line"}


@pytest.mark.parametrize(
    ("arguments", "typed", "says"),
    [
        (["add-user", "kim", "--role", "reader", "--password-stdin"], "short\n", "A password has 12 characters"),
        (["add-user", "kim", "--role", "reader", "--password-stdin"], "", "A password has 12 characters"),
        (["add-user", "k k", "--role", "reader", "--password-stdin"], f"{PASSWORD}\n", "A name has 2 to 64"),
        (["disable-user", "nobody"], "", "There is no account nobody."),
        (["set-password", "nobody", "--password-stdin"], f"{PASSWORD}\n", "There is no account nobody."),
    ],
)
def test_a_command_says_in_one_line_what_is_wrong(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str], arguments: list[str], typed: str, says: str
) -> None:
    assert run(*arguments, typed=typed) == 1
    error = capsys.readouterr().err
    assert error.startswith(says) and error.count("\n") == 1


def test_a_password_is_asked_for_twice(
    run: Callable[..., int], app: FastAPI, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter([PASSWORD, "something else", PASSWORD, PASSWORD])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))
    assert run("add-user", "kim", "--role", "reader") == 1
    assert "not the same" in capsys.readouterr().err
    assert run("add-user", "kim", "--role", "reader") == 0
    assert account(app, "kim").password != PASSWORD


def test_a_command_says_that_the_store_is_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REVIEW_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert command_line.main(["review", "list-users"]) == 1
    assert "The review store is away" in capsys.readouterr().err


def test_the_first_start_says_how_to_make_an_account(app: FastAPI, settings: Settings, run: Callable[..., int]) -> None:
    said = hint(settings)
    assert said is not None and "python -m bot review add-user NAME --role admin" in said and "\n" not in said
    assert run("add-user", "kim", "--role", "admin", "--password-stdin", typed=f"{PASSWORD}\n") == 0
    assert hint(settings) is None
    assert hint(Settings(review_url="postgresql+psycopg://nobody@127.0.0.1:1/none")) is None


def test_where_claims_make_accounts_no_first_one_is_asked_for(settings: Settings) -> None:
    values = vars(settings) | {"oidc_issuer": "https://login.example.org", "oidc_client_id": "x"}
    assert hint(Settings(**values)) is not None
    assert hint(Settings(**values | {"oidc_role_claim": "groups"})) is None


def test_the_age_of_an_account_is_kept(app: FastAPI) -> None:
    with app.state.review.session() as store, store.begin():
        made = accounts.add(store, "kim", Role.READER, subject="sub-1", by="test")
        assert abs((datetime.now(UTC) - made.at).total_seconds()) < 60
