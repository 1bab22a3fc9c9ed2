"""python -m bot review add-user | set-password | set-role | disable-user | enable-user | unlock-user | list-users.

What takes time to load is loaded when a command runs: this module is read at every start of `python -m bot`.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from bot.settings import ROLES, Settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.review.tables import Account

BY = "command line"
"""Who did it, in the log."""
T = TypeVar("T")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the subcommands. Each sets `act`, which gets the options and the settings, and returns the exit code."""
    for act, name, does in (
        (add_user, "add-user", "make an account for a member of staff; asks for the password"),
        (set_password, "set-password", "give an account another password, and unlock it"),
        (set_role, "set-role", "change what an account may do"),
        (disable_user, "disable-user", "let an account log in no longer"),
        (enable_user, "enable-user", "let an account log in again"),
        (unlock_user, "unlock-user", "let a locked account try again at once"),
    ):
        parser = commands.add_parser(name, help=does)
        parser.set_defaults(act=act)
        parser.add_argument("name")
        if act in (add_user, set_role):
            parser.add_argument("--role", required=True, choices=ROLES)
        if act in (add_user, set_password):
            parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        if act is add_user:
            parser.add_argument("--subject", metavar="SUB", help="their id at the OpenID provider, not a password")
    commands.add_parser("list-users", help="list the accounts").set_defaults(act=list_users)


def add_user(options: argparse.Namespace, settings: Settings) -> int:
    from bot.review import accounts
    from bot.review.access import Role

    role, subject = Role[options.role.upper()], options.subject
    password = None if subject else ask_password(options.password_stdin)
    line = _in_store(
        settings,
        lambda store: _line(accounts.add(store, options.name, role, password=password, subject=subject, by=BY)),
    )
    print(line)
    return 0


def set_password(options: argparse.Namespace, settings: Settings) -> int:
    from bot.review import accounts

    password = ask_password(options.password_stdin)
    return _change(options, settings, lambda store, account: accounts.set_password(store, account, password, by=BY))


def set_role(options: argparse.Namespace, settings: Settings) -> int:
    from bot.review import accounts
    from bot.review.access import Role

    role = Role[options.role.upper()]
    return _change(options, settings, lambda store, account: accounts.set_role(store, account, role, by=BY))


def disable_user(options: argparse.Namespace, settings: Settings) -> int:
    from bot.review import accounts

    return _change(options, settings, lambda store, account: accounts.set_active(store, account, False, by=BY))


def enable_user(options: argparse.Namespace, settings: Settings) -> int:
    from bot.review import accounts

    return _change(options, settings, lambda store, account: accounts.set_active(store, account, True, by=BY))


def unlock_user(options: argparse.Namespace, settings: Settings) -> int:
    from bot.review import accounts

    return _change(options, settings, lambda store, account: accounts.unlock(store, account, by=BY))


def list_users(_options: argparse.Namespace, settings: Settings) -> int:
    from bot.review import accounts

    lines = _in_store(settings, lambda store: [_line(account) for account in accounts.all_accounts(store)])
    print("\n".join(lines) or "There are no accounts: python -m bot review add-user NAME --role admin makes one.")
    return 0


def ask_password(from_input: bool) -> str:
    """A line of standard input, or typed twice without being shown. Raises RuntimeError when the two differ."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password (12 characters or more): ")
    if getpass.getpass("The same again: ") != password:
        raise RuntimeError("The two passwords are not the same. Nothing has changed.")
    return password


def _change(options: argparse.Namespace, settings: Settings, change: Callable[[Session, Account], None]) -> int:
    from bot.review import accounts

    def changed(store: Session) -> str:
        account = accounts.find(store, options.name)
        change(store, account)
        return _line(account)

    print(_in_store(settings, changed))
    return 0


def _line(account: Account) -> str:
    from bot.review import accounts

    ways = [way for way, there in (("password", account.password), ("OpenID", account.subject)) if there]
    state = "disabled" if not account.active else "locked" if accounts.is_locked(account) else "active"
    return f"{account.name}\t{account.role}\t{state}\t{' and '.join(ways)}"


def _in_store(settings: Settings, act: Callable[[Session], T]) -> T:
    """Does something in one transaction. Raises RuntimeError when the store is away."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.review.database import Database

    try:
        with Database(settings.review_url).session() as store, store.begin():
            return act(store)
    except SQLAlchemyError as error:
        raise RuntimeError(f"The review store is away ({type(error).__name__}): look at REVIEW_URL.") from None
