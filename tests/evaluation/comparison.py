"""Several ways to answer the same questions, judged by the same regular expressions on the text alone."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from tests.evaluation.questions import Item
from tests.evaluation.replies import Turn
from tests.evaluation.scoring import percentile, rate, right_text
from tests.evaluation.search import Search

BEST = (1, 3)
"""Numbers of paragraphs that a search shows."""


def questions(items: Sequence[Item]) -> list[Item]:
    """The single questions whose answers the sources hold."""
    return [item for item in items if item.in_scope]


def ours(items: Sequence[Item], turns: Sequence[Turn]) -> dict[str, Any]:
    """The assistant's replies, judged as the others are."""
    first = {turn.item: turn for turn in turns if turn.number == 0}
    times = [first[item.id].milliseconds for item in items]
    return _scored(items, {item.id: first[item.id].text for item in items}, times)


def searched(items: Sequence[Item], search: Search, number: int) -> dict[str, Any]:
    """The best paragraphs of a search, read one after the other."""
    texts, times = {}, []
    for item in items:
        started = time.perf_counter()
        found = search(item.first, number)
        times.append((time.perf_counter() - started) * 1e3)
        texts[item.id] = "\n".join(found)
    return _scored(items, texts, times)


def _scored(items: Sequence[Item], texts: Mapping[str, str], times: Sequence[float]) -> dict[str, Any]:
    right = {item.id: right_text(item.turns[0], texts[item.id]) for item in items}
    return {
        "right": {
            group: rate(right[item.id] for item in items if group in ("all", item.language))
            for group in ("all", "nl", "en")
        },
        "milliseconds": {"p50": round(percentile(times, 50), 1), "p95": round(percentile(times, 95), 1)},
    }
