"""The accounts of staff: making, changing and unlocking them, and logging in by name and password.

Each function works in the session it gets; the caller commits and, on an error, rolls back. What was done goes
into the log in that transaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.review import passwords
from bot.review.access import Role
from bot.review.log import record
from bot.review.tables import Account
from bot.review.times import utc

FAILURES = 5
"""Wrong passwords in a row after which an account is locked."""
LOCKED = timedelta(minutes=15)
"""How long it stays locked."""
UNKNOWN = "?"
"""Who tried to log in under a name that no account has."""
NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,62}[a-z0-9]")


class AccountError(ValueError):
    """An account cannot be made or changed so. `why` names its text on the pages; the message is in English."""

    def __init__(self, why: str, message: str) -> None:
        super().__init__(message)
        self.why = why


def exist(store: Session) -> bool:
    """Whether anybody can log in at all."""
    return store.scalar(select(Account.name).where(Account.active).limit(1)) is not None


def all_accounts(store: Session) -> Sequence[Account]:
    """Every account: those that may log in first, each group by name."""
    return store.scalars(select(Account).order_by(Account.active.desc(), Account.name)).all()


def find(store: Session, name: str) -> Account:
    """The account of this name. Raises AccountError without one."""
    account = store.get(Account, name.strip().lower())
    if account is None:
        raise AccountError("unknown", f"There is no account {name}.")
    return account


def add(
    store: Session, name: str, role: Role, *, password: str | None = None, subject: str | None = None, by: str
) -> Account:
    """Makes an account. Raises AccountError for a name that is taken or unfit, UnfitPassword for such a password.

    `subject` is the person's id (`sub`) at the OpenID provider. An account needs that or a password.
    """
    name = name.strip().lower()
    if not NAME.fullmatch(name):
        raise AccountError("name", "A name has 2 to 64 characters: small letters, digits and . _ @ -")
    if store.get(Account, name) is not None:
        raise AccountError("taken", f"There is an account {name} already.")
    if subject is not None and with_subject(store, subject) is not None:
        raise AccountError("taken", "Another account has this id of the OpenID provider.")
    if password is not None:
        passwords.check(password, name)
    kept = None if password is None else passwords.hashed(password)
    account = Account(name=name, role=role.key, password=kept, subject=subject, at=datetime.now(UTC))
    store.add(account)
    store.flush()
    record(store, by=by, action="account", object=name, after={"made": True, "role": role.key})
    return account


def with_subject(store: Session, subject: str) -> Account | None:
    """The account of a person at the OpenID provider."""
    return store.scalar(select(Account).where(Account.subject == subject))


def set_password(store: Session, account: Account, password: str, *, by: str) -> None:
    """Changes the password, unlocks the account and ends its sessions. Raises UnfitPassword."""
    passwords.check(password, account.name)
    account.password = passwords.hashed(password)
    account.failures, account.locked_until = 0, None
    account.generation += 1
    record(store, by=by, action="account", object=account.name, after={"password": "changed"})


def set_role(store: Session, account: Account, role: Role, *, by: str, last_too: bool = False) -> None:
    """Changes what an account may do and ends its sessions.

    Raises AccountError for the last administrator, unless with `last_too`.
    """
    if account.role == role.key:
        return
    record(store, by=by, action="account", object=account.name, before={"role": account.role}, after={"role": role.key})
    with nullcontext() if last_too else _an_admin_stays(store):
        account.role = role.key
        account.generation += 1


def set_active(store: Session, account: Account, active: bool, *, by: str) -> None:
    """Lets an account log in, or no longer. Raises AccountError for the last administrator."""
    if account.active == active:
        return
    with _an_admin_stays(store):
        account.active = active
        account.failures, account.locked_until = 0, None
        account.generation += 1
    record(store, by=by, action="account", object=account.name, before={"active": not active}, after={"active": active})


def unlock(store: Session, account: Account, *, by: str) -> None:
    """Lets an account that is locked try again at once."""
    account.failures, account.locked_until = 0, None
    record(store, by=by, action="account", object=account.name, after={"locked": False})


def is_locked(account: Account, now: datetime | None = None) -> bool:
    return account.locked_until is not None and utc(account.locked_until) > (now or datetime.now(UTC))


def end_sessions(store: Session, name: str) -> None:
    """Ends every session of an account, also of a cookie that somebody copied."""
    store.execute(update(Account).where(Account.name == name).values(generation=Account.generation + 1))


def by_password(store: Session, name: str, password: str, now: datetime | None = None) -> Account | None:
    """The account whose name and password these are; None for anything else, and while it is locked.

    An attempt counts as a failure before the password is looked at, and that is committed at once, so that attempts
    at the same moment are all counted: so not inside a `begin()`. The caller commits the rest. Every answer takes the
    work of one hash, whether the account exists or not.
    """
    now = now or datetime.now(UTC)
    name = name.strip().lower()
    allowed = _count_attempt(store, name, now)
    store.commit()
    account = store.get(Account, name)
    right = passwords.fits(account.password if account and allowed else None, password)
    if account is None or not right:
        # A name that is unknown is not kept: people type their password there by mistake.
        record(store, by=account.name if account else UNKNOWN, action="refused", object="login")
        return None
    account.failures, account.locked_until = 0, None
    if account.password is not None and passwords.is_dated(account.password):
        account.password = passwords.hashed(password)
    return account


def _count_attempt(store: Session, name: str, now: datetime) -> bool:
    """Counts an attempt to log in, and says whether it is allowed: the account is active and not locked."""
    this, alone = Account.name == name, {"synchronize_session": False}
    over = update(Account).where(this, Account.locked_until <= now).values(failures=0, locked_until=None)
    store.execute(over, execution_options=alone)
    counted = update(Account).where(this, Account.active, Account.locked_until.is_(None))
    counting = counted.values(failures=Account.failures + 1).returning(Account.failures)
    failures = store.scalar(counting, execution_options=alone)
    if failures is not None and failures >= FAILURES:
        locked = update(Account).where(this).values(locked_until=now + LOCKED)
        store.execute(locked, execution_options=alone)
    return failures is not None


@contextmanager
def _an_admin_stays(store: Session) -> Iterator[None]:
    """Around a change. Raises AccountError when after it no administrator is left who can log in.

    The administrators' rows are locked first: two of them cannot demote one another at the same moment.
    """
    admins = select(Account.name).where(Account.role == Role.ADMIN.key, Account.active)
    before = store.scalars(admins.with_for_update()).all()
    yield
    store.flush()
    if before and not store.scalars(admins).all():
        raise AccountError("last_admin", "This is the only administrator: make another one first.")
