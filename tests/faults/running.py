"""One fault under load: from before it until everything is well again, with the verdict on every message."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import httpx

from tests.faults.verdict import Stored, Verdict, forgotten, judge
from tests.faults.visitors import Visitors

RECOVERING = 180.0
"""Seconds within which everything has to be ready again by itself. Plenty: a machine of two cores may be busy."""
STARTING = 300.0
"""Seconds within which everything has to start: a dozen processes at once."""


class Topology(Protocol):
    """A running assistant. `stored` is what its store of conversations holds."""

    @property
    def bases(self) -> Sequence[str]: ...

    def stored(self) -> Stored: ...


@dataclass(frozen=True)
class Fault:
    """`happens` makes it happen, and ends when what it does to the outside has ended: a server is back, a disk empty
    again. Nobody restarts anything by hand after that."""

    name: str
    what: str
    happens: Callable[[], None]


@dataclass(frozen=True)
class Load:
    """`seconds` before the fault, and as many after everything is ready again."""

    conversations: int = 8
    seconds: float = 2.0


def run(topology: Topology, fault: Fault, load: Load) -> Verdict:
    """Lets a fault happen in mid-load. Raises AssertionError when it is not ready again by itself."""
    with Visitors(topology.bases, load.conversations) as visitors:
        _until(lambda: visitors.acknowledged >= 2 * load.conversations, "nobody is answered")
        time.sleep(load.seconds)
        fault_at = time.monotonic()
        fault.happens()
        _until(lambda: all(map(is_ready, topology.bases)), f"{fault.name}: not ready again")
        time.sleep(load.seconds)
    for message in forgotten(visitors.sent):
        print(f"{fault.name}: forgotten: {message}, {message.first_at - fault_at:.1f} s after the fault")
    return judge(visitors.sent, topology.stored(), fault_at)


def is_ready(base: str) -> bool:
    """Whether a web process says that every part is well; of several Rasa processes all of them."""
    try:
        answer = httpx.get(f"{base}/health/ready", timeout=5, trust_env=False)
        return answer.status_code == 200 and set(answer.json()["parts"].values()) == {"ok"}
    except (httpx.HTTPError, ValueError, KeyError):
        return False


def wait_until_ready(bases: Sequence[str], seconds: float = STARTING) -> None:
    _until(lambda: all(map(is_ready, bases)), "the assistant did not start", seconds)


def _until(holds: Callable[[], bool], otherwise: str, seconds: float = RECOVERING) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)
