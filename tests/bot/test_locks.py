"""Locks in a real Redis: one holder at a time, over processes, and free again when a holder dies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.core.lock_store import LockError
from rasa.utils.endpoints import EndpointConfig

from bot import locks
from bot.locks import RedisLocks
from bot.stores import StoreAway
from tests.engines.redis import RedisServer, running_redis


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with running_redis(Path(tmp_path_factory.mktemp("redis"))) as server:
        yield server


def store(server: RedisServer) -> RedisLocks:
    """A lock store of a process of its own."""
    return RedisLocks(EndpointConfig(server.url))


def test_two_stores_never_hold_a_conversation_together(server: RedisServer) -> None:
    inside, most, done = 0, 0, 0

    async def message(locks: RedisLocks) -> None:
        nonlocal inside, most, done
        async with locks.lock("visitor-1"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.005)
            inside -= 1
            done += 1

    async def all_at_once() -> None:
        stores = [store(server) for _ in range(4)]
        await asyncio.gather(*(message(stores[number % 4]) for number in range(40)))

    asyncio.run(all_at_once())
    assert (most, done) == (1, 40)


def test_conversations_do_not_wait_for_one_another(server: RedisServer) -> None:
    async def nested() -> bool:
        mine = store(server)
        async with mine.lock("visitor-1"), mine.lock("visitor-2"):
            return True

    assert asyncio.run(asyncio.wait_for(nested(), 2))


def test_who_waits_too_long_is_told(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "PATIENCE", 0.1)

    async def held() -> None:
        async with store(server).lock("visitor-1"):
            with pytest.raises(LockError):
                async with store(server).lock("visitor-1"):
                    pass

    asyncio.run(held())


def test_a_message_that_takes_long_keeps_its_lock(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "LIFETIME", 0.3)
    monkeypatch.setattr(locks, "PATIENCE", 0.1)

    async def long() -> None:
        async with store(server).lock("visitor-1"):
            await asyncio.sleep(1)
            with pytest.raises(LockError):
                async with store(server).lock("visitor-1"):
                    pass
        async with store(server).lock("visitor-1"):
            pass

    asyncio.run(long())


def test_the_lock_of_a_dead_process_runs_out_and_is_not_released_by_it(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "LIFETIME", 0.1)

    async def renews_nothing(_locks: RedisLocks, _key: str, _token: str) -> None:
        return

    monkeypatch.setattr(RedisLocks, "_keep", renews_nothing)

    async def overtaken() -> list[str]:
        order: list[str] = []
        late, next_one, third = store(server), store(server), store(server)
        slow = late.lock("visitor-1")
        await slow.__aenter__()
        monkeypatch.setattr(locks, "LIFETIME", 5)
        async with next_one.lock("visitor-1"):  # the first one has run out
            order.append("next")
            await slow.__aexit__(None, None, None)  # and must not take this one's lock away
            monkeypatch.setattr(locks, "PATIENCE", 0.1)
            with pytest.raises(LockError):
                async with third.lock("visitor-1"):
                    order.append("third")
        return order

    assert asyncio.run(overtaken()) == ["next"]


def test_a_redis_that_is_away_is_an_error(tmp_path: Path) -> None:
    with running_redis(tmp_path) as server:
        mine = store(server)

    async def take() -> None:
        async with mine.lock("visitor-1"):
            pass

    with pytest.raises(StoreAway):
        asyncio.run(take())
