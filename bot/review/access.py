"""Who may see what: the roles, and the check that stands before every route of the staff pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from fastapi import HTTPException, Request


class Role(IntEnum):
    """What a member of staff may do; each may do what those before may."""

    READER = 1
    REVIEWER = 2
    EDITOR = 3
    ADMIN = 4


@dataclass(frozen=True)
class Member:
    """The member of staff who is logged in. `csrf` goes into every form as the hidden field `csrf`."""

    name: str
    role: Role
    language: str
    csrf: str

    def may(self, role: str) -> bool:
        """Whether this role may do what `role` (its name in small letters) may: for templates."""
        return self.role >= Role[role.upper()]


def needs(role: Role) -> Callable[[Request], Member]:
    """A dependency: the member who is logged in. 401 without one, 403 when the role is too low."""

    def member(request: Request) -> Member:
        found: Member | None = getattr(request.state, "member", None)
        if found is None:
            raise HTTPException(401)
        if found.role < role:
            raise HTTPException(403)
        return found

    return member
