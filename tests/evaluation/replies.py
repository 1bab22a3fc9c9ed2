"""What the assistant replied to each turn of a set, and what that adds up to."""

from __future__ import annotations

import fnmatch
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.evaluation.questions import Item
from tests.evaluation.scoring import grouped, percentile, rate
from tests.questions import ask

TALK = frozenset({"smalltalk", "abuse"})
DECLINED = frozenset({"out_of_scope", "not_in_sources", "refused"})
Send = Callable[[str, str], dict[str, Any]]
"""Sends a text in the conversation of an id, and gives the reply of the chat API."""


@dataclass(frozen=True)
class Turn:
    """A turn that was asked. `why` says what is wrong with the reply; empty when it is right."""

    item: str
    number: int
    language: str
    kind: str
    decline: bool
    outcome: str
    text: str
    why: tuple[str, ...]
    milliseconds: float

    @property
    def held(self) -> bool:
        """Whether it asks for a fact that the sources hold."""
        return not self.decline and self.kind not in TALK

    @property
    def wrongly_answered(self) -> bool:
        return self.decline and any(reason.startswith("should decline") for reason in self.why)


def over_http(base: str) -> Send:
    """Sends to the chat API at an address."""

    def send(session: str, text: str) -> dict[str, Any]:
        reply: dict[str, Any] = ask.ask(base, session, text)
        return reply

    return send


def converse(items: Iterable[Item], send: Send) -> Iterator[Turn]:
    """Asks the turns of each item in a conversation of its own. A reply that fails is scored, not raised."""
    for item in items:
        session = uuid.uuid4().hex
        for number, turn in enumerate(item.turns):
            started = time.perf_counter()
            try:
                reply = send(session, turn["user"])
            except (OSError, ValueError) as error:
                reply = {"messages": [], "outcome": f"error {error}"}
            milliseconds = (time.perf_counter() - started) * 1e3
            why, text = ask.check(turn, item.kind, reply)
            why += other_facts(turn, reply)
            yield Turn(
                item.id, number, item.language, item.kind, bool(turn.get("decline")), reply.get("outcome") or "",
                text, tuple(why), milliseconds,
            )  # fmt: skip


def other_facts(turn: dict[str, Any], reply: dict[str, Any]) -> list[str]:
    """What is wrong with the facts of a reply to a question that staff judged.

    Its `facts` are statements of which one must be told; "munster.*" is any about Münster.
    """
    wanted, told = turn.get("facts", []), reply.get("facts") or []
    if not wanted or any(fnmatch.fnmatchcase(fact, each) for fact in told for each in wanted):
        return []
    return [f"none of the facts {', '.join(wanted)}"]


def summary(turns: Sequence[Turn]) -> dict[str, Any]:
    """The figures of a set. A rate is a pair: how many, of how many."""
    held = [turn for turn in turns if turn.held]
    declines = [turn for turn in turns if turn.decline]
    times = [turn.milliseconds for turn in turns]
    return {
        "passed": passed(turns),
        "held": {
            "asked_back": rate(turn.outcome == "clarify" for turn in held),
            "declined": rate(turn.outcome in DECLINED for turn in held),
        },
        "wrongly_answered": grouped((turn.kind, turn.wrongly_answered) for turn in declines),
        "broken": rate(any(reason.startswith("broken") for reason in turn.why) for turn in turns),
        "milliseconds": {"p50": round(percentile(times, 50), 1), "p95": round(percentile(times, 95), 1)},
    }


def passed(turns: Sequence[Turn]) -> dict[str, list[int]]:
    """By group (all, a language, a kind, both): items whose every turn is right, and items."""
    items: dict[str, tuple[Turn, bool]] = {}
    for turn in turns:
        items[turn.item] = (turn, items.get(turn.item, (turn, True))[1] and not turn.why)
    return grouped(
        (group, good)
        for turn, good in items.values()
        for group in ("all", turn.language, turn.kind, f"{turn.language}/{turn.kind}")
    )
