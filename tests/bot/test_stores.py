"""Deleting a conversation from Rasa's store, as the channel does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import create_engine, text

from bot.channel import erase
from bot.stores import AlreadyRecorded, StoreAway, StrictTrackerStore, message_under_way

MINE, OTHER = "mine-12345678", "other-1234567"


@pytest.fixture
def store(tmp_path: Path) -> StrictTrackerStore:
    return StrictTrackerStore(Domain.empty(), host=f"sqlite:///{tmp_path}/conversations.db")


def conversation(sender: str, *said: str) -> DialogueStateTracker:
    """Two sessions of a visitor."""
    events = [ActionExecuted("action_session_start"), SessionStarted(), *map(UserUttered, said)]
    return DialogueStateTracker.from_events(sender, [*events, *events])


def stored(store: StrictTrackerStore, sender: str) -> int:
    with store.session_scope() as session:
        return int(session.query(store.SQLEvent).filter(store.SQLEvent.sender_id == sender).count())


def test_all_sessions_of_a_conversation_go_and_no_other(store: StrictTrackerStore, tmp_path: Path) -> None:
    for sender in (MINE, OTHER):
        asyncio.run(store.save(conversation(sender, f"words of {sender}")))
    store.delete(MINE)
    assert stored(store, MINE) == 0
    assert stored(store, OTHER) == 6
    left = b"".join(path.read_bytes() for path in tmp_path.glob("conversations.db*"))
    assert MINE.encode() not in left
    assert OTHER.encode() in left


def test_an_error_of_the_database_is_an_error(store: StrictTrackerStore) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE events"))
    with pytest.raises(StoreAway):
        store.delete(MINE)


def test_a_clock_that_is_set_back_makes_it_forget_nothing(store: StrictTrackerStore) -> None:
    began, later = SessionStarted(timestamp=2_000_000_000.0), UserUttered("hallo", timestamp=1_000_000_000.0)
    asyncio.run(store.save(DialogueStateTracker.from_events(MINE, [began, later])))
    kept = asyncio.run(store.retrieve(MINE))
    assert kept is not None
    assert [type(event) for event in kept.events] == [SessionStarted, UserUttered]


def test_only_the_last_session_is_read(store: StrictTrackerStore) -> None:
    asyncio.run(store.save(conversation(MINE, "a", "b")))
    kept = asyncio.run(store.retrieve(MINE))
    assert kept is not None
    assert [event.text for event in kept.events if isinstance(event, UserUttered)] == ["a", "b"]
    with store.engine.connect() as connection:
        plan = str(
            connection.execute(
                text(
                    "EXPLAIN QUERY PLAN SELECT max(id) FROM events WHERE sender_id = 'a' AND type_name = 'session_started'"
                )
            ).all()
        )
    assert "ix_events_sessions" in plan


def test_the_reply_to_a_recorded_message_is_found(store: StrictTrackerStore) -> None:
    events = [SessionStarted(), *turn(1), UserUttered("no answer", message_id="id-3"), *turn(2)]
    asyncio.run(store.save(DialogueStateTracker.from_events(MINE, events)))
    assert store.reply_to(MINE, "id-1") == {"outcome": "answered", "number": 1}
    assert store.reply_to(MINE, "id-2") == {"outcome": "answered", "number": 2}
    assert store.reply_to(MINE, "id-3") == {}
    for sender, message in ((MINE, "id-9"), (MINE, ""), (OTHER, "id-1")):
        assert store.reply_to(sender, message) is None


def turn(number: int) -> list[Any]:
    said = UserUttered(f"question {number}", message_id=f"id-{number}")
    return [said, BotUttered("text", {"custom": {"outcome": "answered", "number": number}})]


async def again(store: StrictTrackerStore, message_id: str) -> Any:
    """The conversation as it is retrieved while this message is under way."""
    message_under_way.set(message_id)
    return await FailSafeTrackerStore(store).retrieve(MINE)


def test_the_message_under_way_is_not_begun_again_when_it_was_recorded(store: StrictTrackerStore) -> None:
    asyncio.run(store.save(DialogueStateTracker.from_events(MINE, [SessionStarted(), *turn(1)])))

    with pytest.raises(AlreadyRecorded) as found:
        asyncio.run(again(store, "id-1"))
    assert found.value.reply == {"outcome": "answered", "number": 1}
    assert asyncio.run(again(store, "id-2")) is not None


def test_a_message_of_the_session_before_is_not_begun_again_either(store: StrictTrackerStore) -> None:
    events = [SessionStarted(), *turn(1), *turn(2), SessionStarted(), *turn(3)]
    asyncio.run(store.save(DialogueStateTracker.from_events(MINE, events)))

    with pytest.raises(AlreadyRecorded) as found:
        asyncio.run(again(store, "id-2"))
    assert found.value.reply == {"outcome": "answered", "number": 2}
    assert asyncio.run(again(store, "id-4")) is not None


def test_what_another_process_has_added_meanwhile_is_not_overwritten(stores: list[StrictTrackerStore]) -> None:
    """Locks keep them apart; should one be lost, then the second turn is refused whole."""
    mine, other = stores
    asyncio.run(mine.save(DialogueStateTracker.from_events(MINE, [SessionStarted(), *turn(1)])))
    late, early = asyncio.run(mine.retrieve(MINE)), asyncio.run(other.retrieve(MINE))
    assert late is not None and early is not None
    for event in turn(2):
        early.update(event)
    asyncio.run(other.save(early))
    for event in turn(3):
        late.update(event)
    with pytest.raises(StoreAway):
        asyncio.run(FailSafeTrackerStore(mine).save(late))
    kept = asyncio.run(mine.retrieve(MINE))
    assert kept is not None
    assert [each.message_id for each in kept.events if isinstance(each, UserUttered)] == ["id-1", "id-2"]


def test_a_turn_may_be_saved_in_parts_and_begin_a_new_session(stores: list[StrictTrackerStore]) -> None:
    mine, _ = stores
    new = DialogueStateTracker(MINE, [])
    asyncio.run(mine.save(new))
    for events in ([SessionStarted(), *turn(1)], turn(2), [SessionStarted(), *turn(3)], turn(4)):
        for event in events:
            new.update(event)
        asyncio.run(mine.save(new))
        new = asyncio.run(mine.retrieve(MINE)) or new
        for event in turn(9):
            new.update(event)
        asyncio.run(mine.save(new))
        new = asyncio.run(mine.retrieve(MINE)) or new
    assert [mine.reply_to(MINE, f"id-{number}") is not None for number in (4, 9)] == [True, True]
    with mine.session_scope() as session:
        assert session.query(mine.SQLEvent).filter(mine.SQLEvent.type_name == "user").count() == 8


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[StrictTrackerStore]]:
    """Two processes' stores of the same conversations."""
    url = f"sqlite:///{tmp_path}/conversations.db"
    if request.param == "postgresql":
        server = create_engine(f"{request.getfixturevalue('postgresql_server')}/postgres", isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS two_stores"))
            connection.execute(text("CREATE DATABASE two_stores"))
        server.dispose()
        url = f"{request.getfixturevalue('postgresql_server')}/two_stores"
    made = [StrictTrackerStore(Domain.empty(), host=url) for _ in range(2)]
    yield made
    for store in made:
        store.engine.dispose()


def agent(store: Any) -> SimpleNamespace:
    """What the channel uses of Rasa's agent."""
    return SimpleNamespace(lock_store=InMemoryLockStore(), tracker_store=FailSafeTrackerStore(store))


def test_the_channel_finds_our_store_inside_the_one_of_rasa(store: StrictTrackerStore) -> None:
    asyncio.run(store.save(conversation(MINE, "hallo")))
    asyncio.run(erase(agent(store), MINE))
    assert stored(store, MINE) == 0


def test_a_message_under_way_does_not_bring_it_back(store: StrictTrackerStore) -> None:
    asyncio.run(store.save(conversation(MINE, "hallo")))
    rasa = agent(store)

    async def message() -> None:
        """As Rasa handles one: under the lock it reads the conversation, and writes all of it back at the end."""
        async with rasa.lock_store.lock(MINE):
            tracker = await store.retrieve(MINE)
            assert tracker is not None
            await asyncio.sleep(0.2)
            tracker.update(UserUttered("nog een vraag"))
            await store.save(tracker)

    async def both() -> None:
        under_way = asyncio.create_task(message())
        await asyncio.sleep(0.05)
        await erase(rasa, MINE)
        assert under_way.done()

    asyncio.run(both())
    assert stored(store, MINE) == 0
    assert rasa.lock_store.get_lock(MINE) is None


def test_a_store_that_cannot_delete_is_no_silent_success() -> None:
    with pytest.raises(StoreAway):
        asyncio.run(erase(agent(InMemoryTrackerStore(Domain.empty())), MINE))


def test_the_channel_passes_on_that_the_store_is_away(store: StrictTrackerStore) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE events"))
    with pytest.raises(StoreAway):
        asyncio.run(erase(agent(store), MINE))
