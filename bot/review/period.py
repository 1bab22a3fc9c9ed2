"""The days that a page of figures is about, and the steps in which a picture shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.review.times import ZONE

PRESETS = {"7": 7, "28": 28, "90": 90}
"""Days up to and including today, by the name in the address."""
YEAR = "year"
"""The name in the address of this calendar year up to and including today."""
DEFAULT = "28"
LONGEST = 3660
"""Days that a page is asked about at most: ten years."""
DAILY, WEEKLY = 35, 190
"""Up to so many days a picture has a step a day, or a week; beyond, a month."""


class PeriodError(ValueError):
    """No period can be made of what was asked. `key` names the text that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True)
class Period:
    """The days from `first` up to and including `last`; `preset` is its name in the address, if it has one."""

    first: date
    last: date
    preset: str | None = None

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The moments (UTC) from which and before which its days are in the time of Enschede, as in the inbox.

        The figures of each day have bounds of their own, in UTC: see `aggregates.bounds`.
        """
        ends = (self.first, self.last + timedelta(days=1))
        start, end = (datetime.combine(day, time(), ZONE).astimezone(UTC) for day in ends)
        return start, end

    @property
    def step(self) -> str:
        """day, week or month."""
        return "day" if self.days <= DAILY else "week" if self.days <= WEEKLY else "month"

    @property
    def query(self) -> str:
        """What stands behind the question mark of an address of this period."""
        return f"period={self.preset}" if self.preset else f"from={self.first}&to={self.last}"

    def parts(self) -> list[Period]:
        """The period in its steps; the first and the last may be part of a week or a month."""
        parts, first = [], self.first
        while first <= self.last:
            last = min(_end(first, self.step), self.last)
            parts.append(Period(first, last))
            first = last + timedelta(days=1)
        return parts


def period(preset: str, first: str, last: str, today: date) -> Period:
    """The period that an address asks for: a preset, else the days from first to last; without either, the default.

    An end that is not given is today, a beginning that is not given is a default period before the end. Raises
    PeriodError.
    """
    if first or last:
        end = _day(last) if last else today
        begin = _day(first) if first else end - timedelta(days=PRESETS[DEFAULT] - 1)
        if begin > end:
            raise PeriodError("order")
        if (end - begin).days >= LONGEST:
            raise PeriodError("long")
        return Period(begin, end)
    return named(preset or DEFAULT, today)


def named(preset: str, today: date) -> Period:
    """A preset period. Raises PeriodError for a name that is none."""
    if preset == YEAR:
        return Period(date(today.year, 1, 1), today, YEAR)
    if preset not in PRESETS:
        raise PeriodError("date")
    return Period(today - timedelta(days=PRESETS[preset] - 1), today, preset)


def _day(iso: str) -> date:
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        raise PeriodError("date") from None
    if not 2000 <= day.year <= 2999:
        raise PeriodError("date")
    return day


def _end(first: date, step: str) -> date:
    if step == "day":
        return first
    if step == "week":
        return first + timedelta(days=6 - first.weekday())
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
