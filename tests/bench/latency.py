"""How long an answer takes, how many there are in a second and what they take of the processor; and memory."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from tests.bench.asking import ask_all
from tests.bench.options import Options, questions
from tests.bench.systems import NAMES, Running, known, started
from tests.evaluation.scoring import percentile

WARMING = 20
"""Questions that are asked before, and not timed."""


def latency(options: Options) -> dict[str, Any]:
    """All systems run side by side and are asked in turn, in rounds: what slows the machine down slows all of them."""
    asked = questions(options.questions)
    with ExitStack() as stack:
        systems = [stack.enter_context(started(name, options.work / name)) for name in known(list(NAMES))]
        for system in systems:
            asyncio.run(ask_all(system, asked[:WARMING], 1, "warming"))
        rounds = []
        for number in range(options.rounds):
            rounds.append({system.name: _round(system, asked, options.clients, number) for system in systems})
            print(f"  round {number + 1} of {options.rounds}", flush=True)
    return {"questions": len(asked), "clients": list(options.clients), "rounds": rounds}


def _round(system: Running, asked: Sequence[str], clients: Sequence[int], number: int) -> dict[str, Any]:
    return {str(each): _measured(system, asked, each, f"round-{number}-{each}") for each in clients}


def _measured(system: Running, asked: Sequence[str], clients: int, run: str) -> dict[str, Any]:
    before = system.seconds()
    done = asyncio.run(ask_all(system, asked, clients, run))
    used = system.seconds() - before
    return {
        **{f"p{percent}": round(percentile(done.times, percent), 2) for percent in (50, 95, 99)},
        "per_second": round(len(done.times) / done.seconds, 1),
        "cpu_ms": round(used * 1000 / len(done.times), 2),
        "failed": done.failed,
    }


def memory(options: Options) -> dict[str, Any]:
    """MB of each process after the questions, one system at a time."""
    found = {}
    for name in known(list(NAMES)):
        with started(name, options.work / name) as system:
            asyncio.run(ask_all(system, questions(options.questions), 1, "memory"))
            sizes = system.memory()
            found[name] = {"processes": sizes, "all": round(sum(sizes.values()), 1)}
    return {"messages": options.questions, "systems": found}
