"""How often a conversation and an address may ask something: token buckets in the memory of this web process.

Several web processes each count by themselves: with two of them, somebody whom the server in front sends to both may
ask twice as much. Nothing is written down: a restart begins anew.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, date, datetime

from bot.settings import Settings

Clock = Callable[[], float]
MOST = 20_000
"""Buckets of a kind that are kept. With more of them those that were not used for longest go, which are mostly full."""

# The first rule that fits holds. The chat pages say themselves that it is too much, and keep what was typed.
RULES: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("POST", re.compile(r"/v1/messages/?|/(?:nl|en)/?"), "messages_per_minute_address"),
    ("POST", re.compile(r"/v1/sessions/?|/(?:nl|en)/delete/?"), "sessions_per_minute"),
    ("DELETE", re.compile(r"/v1/sessions/.*"), "sessions_per_minute"),
    ("POST", re.compile(r"/v1/feedback/?|/(?:nl|en)/feedback/?"), "feedback_per_minute"),
    ("POST", re.compile(r"/review/(?:login|password)/?"), "logins_per_minute"),
    ("GET", re.compile(r"/review/oidc(?:/callback)?/?"), "logins_per_minute"),
)
SAFE = ("GET", "HEAD", "OPTIONS")
OTHERS = "forms_per_minute"


def rule_for(method: str, path: str) -> str | None:
    """The setting that limits a request by address; None for one that only reads."""
    for ruled, pattern, setting in RULES:
        if method == ruled and pattern.fullmatch(path):
            return setting
    return None if method in SAFE else OTHERS


class Buckets:
    """A bucket for each key: it holds as many tokens as a minute brings, and each request takes one."""

    def __init__(self, per_minute: int, most: int = MOST, clock: Clock = time.monotonic) -> None:
        self._full, self._most, self._clock = per_minute, most, clock
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def wait(self, key: bytes) -> float:
        """Takes a token and gives 0, or else the seconds until there is one."""
        if not self._full:
            return 0.0
        now = self._clock()
        tokens, at = self._buckets.get(key, (float(self._full), now))
        tokens = min(self._full, tokens + (now - at) * self._full / 60)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) * 60 / self._full

    def clear(self) -> None:
        self._buckets.clear()


class Limits:
    """The limits of the settings. Keys are hashed with a salt that is drawn anew each day and kept nowhere else."""

    def __init__(
        self, settings: Settings, clock: Clock = time.monotonic, today: Callable[[], date] | None = None
    ) -> None:
        names = {OTHERS, *(setting for _, _, setting in RULES)}
        self._by_address = {name: Buckets(getattr(settings, name), clock=clock) for name in names}
        self._by_conversation = Buckets(settings.messages_per_minute, clock=clock)
        self._today = today or _today
        self._day, self._salt = self._today(), secrets.token_bytes(32)

    def address(self, method: str, path: str, address: str | None) -> float:
        """Seconds that this address has to wait with such a request; 0 when it may go on, and for no address."""
        setting = rule_for(method, path)
        if setting is None or address is None:
            return 0.0
        return self._by_address[setting].wait(self._key(address))

    def conversation(self, session_id: str) -> float:
        """Seconds that this conversation has to wait with a message; 0 when it may go on."""
        return self._by_conversation.wait(self._key(session_id))

    def _key(self, text: str) -> bytes:
        if self._today() != self._day:
            self._day, self._salt = self._today(), secrets.token_bytes(32)
            for buckets in (*self._by_address.values(), self._by_conversation):
                buckets.clear()
        return hashlib.blake2b(text.encode(errors="replace"), key=self._salt, digest_size=16).digest()


def _today() -> date:
    return datetime.now(UTC).date()
