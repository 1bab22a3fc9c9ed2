"""Edits as a layer over facts: what an edit changes, and what becomes of it when the facts below have changed.

Pure functions over documents (see `documents`). An edit is a list of puts; each says what stood at a place when it was
made and what is to stand there. Only the difference is carried over, so that two edits of one thing can both hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from actions.facts.documents import Document, Documents, get, put


@dataclass(frozen=True)
class Put:
    """One place that an edit changes. `before` is None for something new, `after` for something taken away."""

    place: str
    before: Document | None
    after: Document | None

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Put:
        return cls(stored["place"], stored["before"], stored["after"])

    def stored(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {"place": self.place, "before": self.before, "after": self.after}


class Clash(ValueError):
    """What an edit changes has become something else meanwhile. `where` says what: statements/munster.since/nl."""

    def __init__(self, where: str) -> None:
        super().__init__(f"{where} has been changed meanwhile")
        self.where = where


def apply(documents: Documents, puts: Iterable[Put]) -> Documents:
    """The documents with an edit over them. Raises Clash."""
    for each in puts:
        documents = put(documents, each.place, merged(each.before, each.after, get(documents, each.place), each.place))
    return documents


def merged(before: Any, after: Any, now: Any, where: str) -> Any:
    """What stands at `where` now, with the difference between before and after made. Raises Clash."""
    if before == after or now == after:
        return now
    if now == before:
        return after
    if isinstance(now, dict) and isinstance(after, dict) and isinstance(before, dict | None):
        old = before or {}
        keys = dict.fromkeys([*now, *after])
        parts = {key: merged(old.get(key), after.get(key), now.get(key), f"{where}/{key}") for key in keys}
        return {key: value for key, value in parts.items() if value is not None}
    if isinstance(now, list | None) and isinstance(after, list | None) and isinstance(before, list | None):
        return _merged_list(before or [], after or [], now or [])
    raise Clash(where)


def _merged_list(before: list[Any], after: list[Any], now: list[Any]) -> list[Any]:
    kept = [each for each in now if each in after or each not in before]
    return kept + [each for each in after if each not in before and each not in now]


def left_over(documents: Documents, edits: Sequence[Sequence[Put]]) -> list[list[Put]]:
    """Of each edit, the puts that these documents do not hold already: what loading them leaves of a layer.

    Edits of one place follow one another, so that documents which hold the last of them hold them all.
    """
    chains: dict[str, list[tuple[int, Put]]] = {}
    for number, puts in enumerate(edits):
        for each in puts:
            chains.setdefault(each.place, []).append((number, each))
    held: set[tuple[int, str]] = set()
    for place, chain in chains.items():
        for length in range(len(chain), 0, -1):
            if _holds(documents, place, chain[0][1].before, chain[length - 1][1].after):
                held.update((number, place) for number, _ in chain[:length])
                break
    return [[each for each in puts if (number, each.place) not in held] for number, puts in enumerate(edits)]


def _holds(documents: Documents, place: str, before: Document | None, after: Document | None) -> bool:
    now = get(documents, place)
    try:
        return bool(merged(before, after, now, place) == now)
    except Clash:
        return False
