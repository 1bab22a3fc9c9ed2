"""Whose account belongs to a person at the OpenID provider, and what their claims say that they may do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from bot.review import accounts
from bot.review.access import Role
from bot.review.tables import Account
from bot.settings import Settings

BY = "openid"
"""Who did it, in the log."""
LONGEST_SUBJECT = 200


class NoAccount(Exception):
    """This person may not see the staff pages. The message says why, without anything of the person."""


def account_of(store: Session, claims: dict[str, Any], settings: Settings) -> Account:
    """The account that is linked by `sub`, never by a name or address: those can be given to somebody else.

    With OIDC_ROLE_CLAIM the claim decides: it makes the account at the first log-in, and changes its role when the
    claim has changed. Without it an administrator makes the account. Raises NoAccount.
    """
    subject = str(claims["sub"])
    if len(subject) > LONGEST_SUBJECT:
        raise NoAccount("the sub is too long")
    account = accounts.with_subject(store, subject)
    if account is not None and not account.active:
        raise NoAccount("the account is disabled")
    if not settings.oidc_role_claim:
        if account is None:
            raise NoAccount("no account has this sub")
        return account
    role = role_of(claims, settings)
    if role is None:
        raise NoAccount("the claim gives no role")
    if account is None:
        return accounts.add(store, free_name(store, claims), role, subject=subject, by=BY)
    # What the provider says holds for the last administrator too: the command line can make another.
    accounts.set_role(store, account, role, by=BY, last_too=True)
    return account


def role_of(claims: dict[str, Any], settings: Settings) -> Role | None:
    """The highest role that the claim's values give; None when they give none."""
    values = claims.get(settings.oidc_role_claim)
    values = [values] if isinstance(values, str) else values if isinstance(values, list) else []
    mapping = dict(settings.oidc_roles) or {role.key: role.key for role in Role}
    roles = [Role[mapping[value].upper()] for value in values if isinstance(value, str) and value in mapping]
    return max(roles, default=None)


def free_name(store: Session, claims: dict[str, Any]) -> str:
    """A name for a new account: the person's at the provider, with something after it when another has it."""
    return next(name for name in _names(claims) if store.get(Account, name) is None)


def _names(claims: dict[str, Any]) -> Iterator[str]:
    mark = hashlib.sha256(str(claims["sub"]).encode()).hexdigest()
    wanted = str(claims.get("preferred_username") or claims.get("email") or f"member-{mark[:8]}")
    name = re.sub(r"[^a-z0-9._@-]+", "-", wanted.lower()).strip("._@-")[:40].strip("._@-")
    if accounts.NAME.fullmatch(name):
        yield name
    for length in range(6, 24):
        yield f"{name or 'member'}-{mark[:length]}"
