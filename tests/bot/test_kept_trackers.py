"""A conversation under way is kept in memory: as it was saved, never as somebody else or a failure left it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot import kept_trackers
from bot.kept_trackers import KeptTrackers, Mark
from bot.stores import StrictTrackerStore

MINE = "mine-12345678"
DOMAIN = Domain.from_dict(
    {"version": "3.1", "intents": ["greet"], "slots": {"context": {"type": "any", "mappings": []}}}
)


def turn(number: int) -> list[Event]:
    said = UserUttered(f"text {number}", {"name": "greet", "confidence": 1.0}, message_id=f"id-{number}")
    return [said, ActionExecuted("action_x"), SlotSet("context", {"turn": number}), BotUttered(f"reply {number}")]


def store_at(folder: Path) -> StrictTrackerStore:
    return StrictTrackerStore(DOMAIN, host=f"sqlite:///{folder}/conversations.db")


def read(store: StrictTrackerStore) -> DialogueStateTracker:
    found = asyncio.run(store.retrieve(MINE))
    assert found is not None
    return found


def say(store: StrictTrackerStore, number: int) -> DialogueStateTracker:
    tracker = read(store)
    for event in turn(number):
        tracker.update(event)
    asyncio.run(store.save(tracker))
    return tracker


@pytest.fixture
def store(tmp_path: Path) -> StrictTrackerStore:
    """A store with a conversation of one turn, read once."""
    made = store_at(tmp_path)
    first = DialogueStateTracker(MINE, DOMAIN.slots)
    for event in (ActionExecuted("action_session_start"), SessionStarted(), *turn(0)):
        first.update(event)
    asyncio.run(made.save(first))
    return made


def test_a_kept_conversation_is_what_would_be_read(store: StrictTrackerStore, tmp_path: Path) -> None:
    said = say(store, 1)
    for number in (2, 3):
        assert say(store, number) is said
    fresh = read(store_at(tmp_path))
    kept = read(store)
    assert kept is said
    assert list(kept.events) == list(fresh.events)
    assert kept.current_state() == fresh.current_state()
    assert (kept.stored, kept.earlier) == (fresh.stored, fresh.earlier)


def test_what_another_process_added_is_read(store: StrictTrackerStore, tmp_path: Path) -> None:
    before = say(store, 1)
    say(store_at(tmp_path), 2)
    now = read(store)
    assert now is not before
    assert [event.text for event in now.events if isinstance(event, UserUttered)] == ["text 0", "text 1", "text 2"]


def test_a_session_that_another_process_began_is_read(store: StrictTrackerStore, tmp_path: Path) -> None:
    say(store, 1)
    other = store_at(tmp_path)
    tracker = read(other)
    events = len(tracker.events)
    tracker.update(SessionStarted())
    for event in [*turn(2), *turn(3)][: events - 1]:  # as many as there were
        tracker.update(event)
    asyncio.run(other.save(tracker))
    now = read(store)
    assert len(now.events) == events
    assert [event.text for event in now.events if isinstance(event, UserUttered)] == ["text 2", "text 3"]


def test_a_message_that_fails_half_way_leaves_nothing(store: StrictTrackerStore) -> None:
    say(store, 1)
    broken = read(store)
    broken.update(UserUttered("never saved"))
    again = read(store)
    assert again is not broken
    assert "never saved" not in [event.text for event in again.events if isinstance(event, UserUttered)]


def test_a_deleted_conversation_is_gone(store: StrictTrackerStore, tmp_path: Path) -> None:
    say(store, 1)
    store_at(tmp_path).delete(MINE)  # by another process
    assert asyncio.run(store.retrieve(MINE)) is None
    asyncio.run(store.save(DialogueStateTracker.from_events(MINE, [SessionStarted(), *turn(1)], DOMAIN.slots)))
    store.delete(MINE)
    assert store.kept.take(MINE) is None


def test_so_many_are_kept_and_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(kept_trackers.time, "monotonic", lambda: now[0])
    kept = KeptTrackers(most=2, longest=10.0)
    for name in "abc":
        kept.keep(DialogueStateTracker(name, [AnySlot("context", mappings=[])]), Mark(1, 1), None)
    assert kept.take("a") is None
    found = kept.take("b")
    assert found is not None and found.tracker.sender_id == "b"
    assert kept.take("b") is None  # whoever has it has it alone
    now[0] += 10.5
    kept.keep(DialogueStateTracker("d", []), Mark(1, 1), None)
    assert kept.take("c") is None
    now[0] += 10.5
    assert kept.take("d") is None
