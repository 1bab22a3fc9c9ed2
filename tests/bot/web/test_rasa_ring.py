"""Which Rasa process a conversation goes to."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from bot.web.rasa_client import RasaAway
from bot.web.rasa_ring import RasaRing


class Process:
    """A Rasa process that answers with its name, or fails as it is told to."""

    def __init__(self, name: str) -> None:
        self.name, self.failure, self.asked = name, None, 0
        self.failure: RasaAway | None

    async def ask(self, sender: str, text: str, language: str | None, message_id: str) -> dict[str, Any]:
        self.asked += 1
        if self.failure:
            raise self.failure
        return {"name": self.name}

    async def forget(self, sender: str) -> None:
        await self.ask(sender, "", None, "")

    async def healthy(self) -> bool:
        return self.failure is None


@pytest.fixture
def processes() -> list[Process]:
    return [Process(name) for name in "abc"]


def asked(ring: RasaRing, sender: str) -> str:
    return str(asyncio.run(ring.ask(sender, "hallo", "nl", "id"))["name"])


SENDERS = [f"visitor-{number}" for number in range(300)]


def test_a_conversation_keeps_to_one_process_and_all_get_their_share(processes: list[Process]) -> None:
    first = {sender: asked(RasaRing(processes), sender) for sender in SENDERS}
    again = {sender: asked(RasaRing(processes), sender) for sender in SENDERS}
    assert first == again
    assert min(Counter(first.values()).values()) > 70


def test_only_the_conversations_of_a_process_that_is_away_move_and_they_come_back(processes: list[Process]) -> None:
    ring = RasaRing(processes)
    before = {sender: asked(ring, sender) for sender in SENDERS}
    processes[0].failure = RasaAway("ConnectError", unsent=True)
    meanwhile = {sender: asked(ring, sender) for sender in SENDERS}
    assert all(meanwhile[sender] == name for sender, name in before.items() if name != "a")
    assert "a" not in meanwhile.values()
    processes[0].failure = None
    assert {sender: asked(RasaRing(processes), sender) for sender in SENDERS} == before


def test_one_that_is_away_is_not_asked_by_every_message(processes: list[Process]) -> None:
    ring = RasaRing(processes)
    processes[0].failure = RasaAway("ConnectError", unsent=True)
    for sender in SENDERS:
        asked(ring, sender)
    assert processes[0].asked == 1


def test_a_message_that_was_begun_goes_to_no_other_process(processes: list[Process]) -> None:
    ring = RasaRing(processes)
    for process in processes:
        process.failure = RasaAway("ReadTimeout")
    with pytest.raises(RasaAway):
        asked(ring, "visitor-1")
    assert sum(process.asked for process in processes) == 1


def test_all_away_is_said(processes: list[Process]) -> None:
    ring = RasaRing(processes)
    for process in processes:
        process.failure = RasaAway("ConnectError", unsent=True)
    with pytest.raises(RasaAway):
        asked(ring, "visitor-1")
    with pytest.raises(RasaAway):
        asyncio.run(ring.forget("visitor-1"))
    assert not asyncio.run(ring.healthy())
    processes[1].failure = None
    assert asyncio.run(ring.healthy())
