"""What a message costs late in a long conversation."""

from __future__ import annotations

import asyncio
import time
from statistics import median
from typing import Any

from tests.bench.asking import Connection
from tests.bench.options import Options, questions
from tests.bench.systems import Running, known, started

MARKS = (1, 5, 10, 30, 100, 300, 1000)
"""Turns whose cost is told."""
SHORT = 10
"""Conversations of ten turns before the long one, which the cost of early turns is the median of."""


def length(options: Options) -> dict[str, Any]:
    """Milliseconds by turn, of this assistant and of Rasa with an action."""
    found = {}
    for name in known(["ours", "action"]):
        with started(name, options.work / name) as system:
            short = [asyncio.run(_converse(system, f"short-{number}", 10)) for number in range(SHORT)]
            times = asyncio.run(_converse(system, "long-conversation", options.turns))
        found[name] = {str(mark): cost(mark, short, times) for mark in MARKS if mark <= options.turns}
    return {"turns": options.turns, "systems": found}


def cost(turn: int, short: list[list[float]], times: list[float]) -> float:
    """The median about a turn: of an early one over all conversations, of a later one over the thirty turns to it.

    Thirty, as so many turns are in a session of ours: one of them costs more or less than another.
    """
    if turn <= 10:
        return round(median([each[turn - 1] for each in [*short, times] if len(each) >= turn]), 2)
    return round(median(times[max(turn - 30, 0) : turn]), 2)


async def _converse(system: Running, sender: str, turns: int) -> list[float]:
    asked = questions(200)
    connection = Connection(system.url)
    times = []
    for number in range(turns):
        began = time.perf_counter()
        await connection.post(system.body(sender, asked[number % len(asked)]))
        times.append((time.perf_counter() - began) * 1000)
    connection.close()
    return times
