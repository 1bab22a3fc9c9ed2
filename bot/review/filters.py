"""What the inbox shows: one filter, read from the query of an address and written back to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from bot.languages import LANGUAGES
from bot.review.tables import State, Verdict
from bot.review.times import ZONE

OUTCOMES = (
    "answered", "clarify", "smalltalk", "not_in_sources", "out_of_scope", "handover", "refused", "failed",
)  # fmt: skip
FEEDBACK = ("down", "up")
UNJUDGED = "none"
"""In the place of a verdict: nobody has judged the turn."""
VERDICTS = (*(verdict.value for verdict in Verdict), UNJUDGED)
PERIODS = {"today": 1, "week": 7, "month": 28}
"""The last days, today included."""
TENTHS = range(0, 101, 10)
"""Bounds of the confidence in per cent: whole tenths, which an index finds."""
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class Sort(StrEnum):
    """The order of the rows, by the time of the turn that they show."""

    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True)
class Filter:
    """Which conversations are shown; what is empty does not matter.

    What is said of a turn (all but `state`, `reviewer` and `tag`, which are of the conversation) has to hold for one
    and the same turn. Several values of a field are alternatives.
    """

    period: str = ""
    """One of PERIODS. Combines with the dates."""
    since: date | None = None
    """First day, in the time of Enschede."""
    until: date | None = None
    """Last day, itself included."""
    words: str = ""
    """Full text of the message and the reply."""
    outcome: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    feedback: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    verdict: str = ""
    confidence_from: int | None = None
    """Least confidence, in per cent."""
    confidence_below: int | None = None
    """The confidence must be less than this, in per cent; full confidence is below 100 too."""
    intent: str = ""
    subject: str = ""
    """A subject's slug."""
    reason: str = ""
    tag: str = ""
    reviewer: str = ""
    model: str = ""
    gap: str = ""
    """Number of a gap: see `gaps`."""
    sort: Sort = Sort.NEWEST

    def pairs(self) -> list[tuple[str, str]]:
        """The filter as pairs of name and value, in the order of the fields."""
        found = []
        for field in fields(self):
            value = getattr(self, field.name)
            values = value if isinstance(value, tuple) else () if value in (None, "", Sort.NEWEST) else (value,)
            found += [(NAMES[field.name], _written(each)) for each in values]
        return found

    def query(self, **more: str | None) -> str:
        """The filter as the query of an address, with further parameters after it; None leaves one out."""
        return urlencode(self.pairs() + [(name, value) for name, value in more.items() if value is not None])

    def without(self, name: str, value: str) -> Filter:
        """The filter less one of its pairs."""
        return parse(pair for pair in self.pairs() if pair != (name, value))[0]

    def with_only(self, field: str, value: str) -> Filter:
        """The filter with one value in the place of all values of a field that takes several."""
        values: dict[str, Any] = {field: (value,)}
        return replace(self, **values)

    @property
    def empty(self) -> bool:
        """Whether it lets everything through."""
        return replace(self, sort=Sort.NEWEST) == Filter()

    def bounds(self, today: date) -> tuple[datetime | None, datetime | None]:
        """The moments (UTC) from which and before which a turn must be. `today` is today's date in Enschede."""
        first = [day for day in (self.since, _first_day(self.period, today)) if day is not None]
        after = self.until + timedelta(days=1) if self.until else None
        return (_midnight(max(first)) if first else None), (_midnight(after) if after else None)


NAMES = {field.name: field.name for field in fields(Filter)} | {"since": "from", "until": "to", "words": "q"}
"""What each field is called in an address."""


def parse(pairs: Iterable[tuple[str, str]]) -> tuple[Filter, tuple[str, ...]]:
    """A filter from the pairs of an address's query, and the names of the parameters that could not be used.

    Parameters that are not a filter's are left alone, and so are empty ones, which forms send.
    """
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for name, raw in pairs:
        field = FIELDS.get(name)
        if field is None or not raw.strip():
            continue
        try:
            value = READERS[field](raw.strip())
        except ValueError:
            wrong.append(name)
            continue
        values[field] = (*values.get(field, ()), value) if field in SEVERAL else value
    for field in SEVERAL & values.keys():
        values[field] = tuple(each for each in SEVERAL_IN_ORDER[field] if each in values[field])
    wrong += _contradictions(values)
    return Filter(**values), tuple(dict.fromkeys(wrong))


def _contradictions(values: dict[str, Any]) -> list[str]:
    """Takes ranges that are the wrong way round out of the values; returns the names of their ends."""
    wrong = []
    for low, high, fits in (("since", "until", date.__le__), ("confidence_from", "confidence_below", int.__lt__)):
        if low in values and high in values and not fits(values[low], values[high]):
            del values[low], values[high]
            wrong += [NAMES[low], NAMES[high]]
    return wrong


def _one_of(known: Iterable[str]) -> Callable[[str], str]:
    allowed = frozenset(known)

    def read(raw: str) -> str:
        if raw not in allowed:
            raise ValueError
        return raw

    return read


def _text(longest: int) -> Callable[[str], str]:
    def read(raw: str) -> str:
        if len(raw) > longest or CONTROL.search(raw):
            raise ValueError
        return raw

    return read


def _day(raw: str) -> date:
    day = date.fromisoformat(raw)
    if not 2000 <= day.year <= 2999:
        raise ValueError
    return day


def _tenth(raw: str) -> int:
    if not (raw.isascii() and raw.isdigit()) or int(raw[:9]) not in TENTHS or len(raw) > 3:
        raise ValueError
    return int(raw)


SEVERAL_IN_ORDER: dict[str, tuple[str, ...]] = {
    "outcome": OUTCOMES,
    "language": tuple(str(language) for language in LANGUAGES),
    "feedback": FEEDBACK,
    "state": tuple(state.value for state in State),
}
"""The fields that take several values, with all of them."""
SEVERAL = frozenset(SEVERAL_IN_ORDER)


def _number(raw: str) -> str:
    if not (raw.isascii() and raw.isdigit()) or len(raw) > 9:
        raise ValueError
    return raw


READERS: dict[str, Callable[[str], Any]] = {
    "period": _one_of(PERIODS),
    "since": _day,
    "until": _day,
    "words": _text(200),
    **{field: _one_of(known) for field, known in SEVERAL_IN_ORDER.items()},
    "verdict": _one_of(VERDICTS),
    "confidence_from": _tenth,
    "confidence_below": _tenth,
    **{name: _text(longest) for name, longest in (("intent", 80), ("subject", 80), ("reason", 80))},
    **{name: _text(longest) for name, longest in (("tag", 40), ("reviewer", 64), ("model", 64))},
    "gap": _number,
    "sort": Sort,
}
FIELDS = {name: field for field, name in NAMES.items()}


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _first_day(period: str, today: date) -> date | None:
    return today - timedelta(days=PERIODS[period] - 1) if period else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC)
