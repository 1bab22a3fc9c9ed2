"""Passwords: what one must be, and its Argon2 hash. The library is loaded when it is first needed."""

from __future__ import annotations

import threading
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 256
"""Characters of a password."""
FEWEST_DIFFERENT = 5
"""Different characters in a password, so that it is not one that repeats itself."""
AT_ONCE = 4
"""Hashes made at the same moment: each takes 64 MiB of memory for a moment."""
_turn = threading.BoundedSemaphore(AT_ONCE)


class UnfitPassword(ValueError):
    """A password cannot be taken: `why` is short, long, simple or name."""

    def __init__(self, why: str) -> None:
        super().__init__(MESSAGES[why])
        self.why = why


MESSAGES = {
    "short": f"A password has {SHORTEST} characters or more.",
    "long": f"A password has {LONGEST} characters or fewer.",
    "simple": f"A password has {FEWEST_DIFFERENT} different characters or more.",
    "name": "A password does not hold the name of its account.",
}
"""For the command line; the pages have these in their texts."""


def check(password: str, name: str) -> None:
    """Raises UnfitPassword for one that is easily guessed. No rules on kinds of characters: length is what counts."""
    plain = _plain(password)
    if len(plain) < SHORTEST:
        raise UnfitPassword("short")
    if len(plain) > LONGEST:
        raise UnfitPassword("long")
    if len(set(plain)) < FEWEST_DIFFERENT:
        raise UnfitPassword("simple")
    if name.casefold() in plain.casefold():
        raise UnfitPassword("name")


def hashed(password: str) -> str:
    """The Argon2id hash to keep, with its salt and parameters."""
    with _turn:
        return _hasher().hash(_plain(password))


def fits(kept: str | None, password: str) -> bool:
    """Whether this is the password of a hash. Without a hash it is False, after just as much work."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        with _turn:
            return _hasher().verify(kept or _decoy(), _plain(password)[:LONGEST]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_dated(kept: str) -> bool:
    """Whether a hash was made with other parameters than a new one would be."""
    return _hasher().check_needs_rehash(kept)


def _plain(password: str) -> str:
    """One form of what can be typed in several, such as é (NFKC, as NIST SP 800-63B advises)."""
    return unicodedata.normalize("NFKC", password)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@lru_cache(maxsize=1)
def _decoy() -> str:
    """What an unknown name's password is compared with, so that the answer takes as long as for a known one."""
    return _hasher().hash("nobody has this password")
