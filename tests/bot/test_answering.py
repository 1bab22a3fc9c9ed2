"""A message that is sent again is answered once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.answering import Answering


class Rasa:
    """Answers after a while, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def ask(self) -> dict[str, Any]:
        self.asked += 1
        await asyncio.sleep(0.05)
        return {"number": self.asked}


def test_a_message_that_comes_twice_at_once_is_asked_once() -> None:
    rasa = Rasa()

    async def both() -> list[dict[str, Any]]:
        answering = Answering()
        return await asyncio.gather(*(answering.once("a", rasa.ask) for _ in range(2)))

    assert asyncio.run(both()) == [{"number": 1}, {"number": 1}]
    assert rasa.asked == 1


def test_who_goes_away_does_not_end_it() -> None:
    rasa = Rasa()

    async def impatient() -> tuple[int, dict[str, Any]]:
        answering = Answering()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(answering.once("a", rasa.ask), 0.01)
        busy = answering.count
        return busy, await answering.once("a", rasa.ask)

    assert asyncio.run(impatient()) == (1, {"number": 1})
    assert rasa.asked == 1


def test_what_failed_may_be_asked_again_and_nothing_stays_counted() -> None:
    async def broken() -> dict[str, Any]:
        raise ValueError

    async def twice() -> int:
        answering = Answering()
        for message_id in ("a", "a", None):
            with pytest.raises(ValueError):
                await answering.once(message_id, broken)
        return answering.count

    assert asyncio.run(twice()) == 0
