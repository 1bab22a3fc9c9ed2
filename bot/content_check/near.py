"""Which texts are nearly the same, among tens of thousands: compared in bands of length, and remembered."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from bot.content_check.project import Row
from bot.duplicates import NEAR as HELD_OUT
from bot.duplicates import comparable
from bot.examples import REVIEWED

NEAR = 98
"""Likeness (0 to 100, words in their order) from which on two examples are nearly the same: a letter or two."""
WORDS = 10
"""Words from which on they are compared. In a short one a letter is the difference: when and where."""
BAND = 500
"""Texts of about one length that are compared at once."""


class NearPairs:
    """Compares texts; what was compared before is taken from a file, which may be None. It is only ever a shortcut."""

    def __init__(self, memory: Path | None) -> None:
        self.memory = memory
        self._known: dict[str, list[list[str]]] = _read(memory) if memory else {}
        self._used: dict[str, list[list[str]]] = {}

    def within(self, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Pairs of these texts."""
        long = [text for text in dict.fromkeys(texts) if len(text.split()) >= WORDS]
        yield from ((one, other) for one, other in self._pairs(["within", *long], partial(_within, long)))

    def between(self, texts: Iterable[str], sets: Mapping[str, Sequence[Row]]) -> Iterator[tuple[str, str]]:
        """Texts that are nearly a question of a set that may not be trained, each once, with the name of the set."""
        known = comparable(texts)
        seen: set[str] = set()
        for name, rows in sets.items():
            asked = comparable(
                str(turn.get("user", "")) for row in rows if row.data and name != REVIEWED
                for turn in row.data.get("turns", ())
            )  # fmt: skip
            for _, text in self._pairs([name, *asked, "", *known], partial(_between, asked, known)):
                if text not in seen:
                    seen.add(text)
                    yield text, name

    def save(self) -> None:
        """Remembers what was compared this time, and nothing else."""
        if self.memory is not None and self._used != self._known:
            self.memory.parent.mkdir(parents=True, exist_ok=True)
            self.memory.write_text(json.dumps(self._used), encoding="utf-8")

    def _pairs(self, compared: list[str], compare: Callable[[], list[tuple[str, str]]]) -> list[list[str]]:
        digest = hashlib.sha256("\n".join([f"{NEAR} {WORDS}", *compared]).encode()).hexdigest()[:16]
        if digest not in self._used:
            remembered = self._known.get(digest)
            self._used[digest] = [list(pair) for pair in compare()] if remembered is None else remembered
        return self._used[digest]


def _within(texts: Sequence[str]) -> list[tuple[str, str]]:
    order = {text: position for position, text in enumerate(texts)}
    return [(one, other) for one, other in _alike(texts, texts, NEAR) if order[one] < order[other]]


def _between(asked: Sequence[str], known: Sequence[str]) -> list[tuple[str, str]]:
    """As `duplicates.near_pairs`, with the words of each text sorted once instead of at each comparison."""
    by_words: list[dict[str, list[str]]] = [defaultdict(list), defaultdict(list)]
    for texts, found in zip((asked, known), by_words, strict=True):
        for text in texts:
            found[" ".join(sorted(text.split()))].append(text)
    return [
        (one, other)
        for left, right in _alike(list(by_words[0]), list(by_words[1]), HELD_OUT)
        for one in by_words[0][left]
        for other in by_words[1][right]
    ]


def _alike(left: Sequence[str], right: Sequence[str], cutoff: int) -> list[tuple[str, str]]:
    """All pairs of one text of each that are so much alike. Such texts are about as long, so that each one is compared
    with those of its length only."""
    import numpy as np
    from rapidfuzz import fuzz, process

    left, right = sorted(left, key=len), sorted(right, key=len)
    lengths = np.array([len(text) for text in right])
    found: list[tuple[str, str]] = []
    for begin in range(0, len(left), BAND):
        band = left[begin : begin + BAND]
        first = int(np.searchsorted(lengths, len(band[0]) * cutoff / (200 - cutoff), side="left"))
        last = int(np.searchsorted(lengths, len(band[-1]) * (200 - cutoff) / cutoff, side="right"))
        table = process.cdist(
            band, right[first:last], scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.uint8, workers=-1
        )
        found += [(band[row], right[first + column]) for row, column in zip(*table.nonzero(), strict=True)]
    return found


def _read(memory: Path) -> dict[str, list[list[str]]]:
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
