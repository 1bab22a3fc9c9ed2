"""One message of a conversation at a time, over all Rasa processes."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from rasa.core.lock_store import LockError, LockStore
from rasa.utils.endpoints import EndpointConfig
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.stores import StoreAway

LIFETIME = 10.0
"""Seconds after which the lock of a process that has died is free. One that lives renews it three times as often."""
PATIENCE = 15.0
"""Seconds that a message waits for the one before it."""
PAUSE = 0.02
"""Seconds between two attempts."""
RELEASE = """if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end"""
"""Deletes a lock only if it is still ours: it may have run out and belong to another by now."""

RENEW = (
    """if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) else return 0 end"""
)
"""Makes a lock last longer, if it is still ours."""


class RedisLocks(LockStore):
    """Locks in Redis: taken in one step (SET NX), renewed and released by their owner alone.

    Rasa's own Redis lock store reads, decides and writes in three steps, between which another process does the same;
    and whoever waits looks once a second. A lock that is lost all the same, because Redis was, cuts no conversation to
    pieces: see `StrictTrackerStore.save`.
    """

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        self._redis = Redis.from_url(endpoint_config.url, socket_timeout=3, socket_connect_timeout=3)
        self._release = self._redis.register_script(RELEASE)
        self._renew = self._redis.register_script(RENEW)

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LIFETIME, wait_time_in_seconds: float = PAUSE
    ) -> AsyncIterator[None]:
        """Holds a conversation. Raises LockError when it stays held, StoreAway when Redis is away."""
        key, token = f"lock:{conversation_id}", secrets.token_hex(16)
        await self._take(key, token)
        renewing = asyncio.create_task(self._keep(key, token))
        try:
            yield
        finally:
            renewing.cancel()
            with suppress(RedisError):  # it runs out by itself
                await self._release(keys=[key], args=[token])

    async def _keep(self, key: str, token: str) -> None:
        """Renews a lock until it is cancelled."""
        while True:
            await asyncio.sleep(LIFETIME / 3)
            with suppress(RedisError):  # it may be back by the next time
                await self._renew(keys=[key], args=[token, int(LIFETIME * 1000)])

    async def _take(self, key: str, token: str) -> None:
        deadline = time.monotonic() + PATIENCE
        try:
            while not await self._redis.set(key, token, nx=True, px=int(LIFETIME * 1000)):
                if time.monotonic() > deadline:
                    raise LockError("another message of this conversation takes too long")
                await asyncio.sleep(PAUSE)
        except RedisError as error:
            raise StoreAway(type(error).__name__) from error
