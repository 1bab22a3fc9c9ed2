"""Figures of a period, read from the counts of each day: what they mean stands in docs/statistics.md."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.review.aggregates import CLOSED, LATENCY_STEPS
from bot.review.period import Period
from bot.review.tables import DailyFigure

MINIMUM = 20
"""A share or a percentile of fewer than so many says too little, and is not given."""
QUESTIONS = ("answered", "clarify", "not_in_sources", "out_of_scope", "failed")
"""The outcomes of turns in which something was asked: not those of small talk, a call for a human, or abuse."""
DAILY = ("turns", "conversations", "latency")
"""The measures that are shown over time."""


@dataclass(frozen=True)
class Share:
    """`count` of `total`; `rate` is their quotient, None when the total is too small to say."""

    count: int
    total: int

    @property
    def rate(self) -> float | None:
        return self.count / self.total if self.total >= MINIMUM else None


@dataclass(frozen=True)
class Row:
    """A value with how often it occurred."""

    value: str
    share: Share


@dataclass(frozen=True)
class Percentiles:
    """Milliseconds within which half, and 95 of 100 turns were answered: a step of LATENCY_STEPS, infinite beyond the
    last one, None for too few turns."""

    turns: int
    half: float | None
    most: float | None


@dataclass
class Figures:
    """The counts of a period: by measure and value, and those of some measures by day too."""

    totals: Mapping[str, Counter[str]]
    daily: Mapping[str, Mapping[date, Counter[str]]] = field(default_factory=dict)

    def count(self, measure: str) -> int:
        """How many there are of a measure in all."""
        return sum(self.totals.get(measure, Counter()).values())

    def rows(self, measure: str, values: Iterable[str] | None = None, most: int | None = None) -> list[Row]:
        """A measure by value: in the order of the values given, else the most frequent first. With `most`, only so
        many; the shares remain those of all."""
        counts, total = self.totals.get(measure, Counter()), self.count(measure)
        ordered = sorted(counts, key=lambda value: (-counts[value], value)) if values is None else list(values)
        return [Row(value, Share(counts[value], total)) for value in ordered[:most]]

    def share(self, measure: str, value: str, of: Iterable[str] | None = None) -> Share:
        """How often a measure had this value, of all or of the values given."""
        counts = self.totals.get(measure, Counter())
        return Share(counts[value], self.count(measure) if of is None else sum(counts[each] for each in of))

    def over(self, measure: str, parts: Iterable[Period]) -> list[Counter[str]]:
        """A daily measure by value, for each part of the period."""
        days = self.daily.get(measure, {})
        return [_sum(counts for day, counts in days.items() if part.first <= day <= part.last) for part in parts]


def figures(session: Session, period: Period) -> Figures:
    """Reads the counts of a period."""
    within = DailyFigure.day.between(period.first, period.last)
    totals: defaultdict[str, Counter[str]] = defaultdict(Counter)
    summed = select(DailyFigure.measure, DailyFigure.value, func.sum(DailyFigure.count))
    grouped = summed.where(within, DailyFigure.measure != CLOSED).group_by(DailyFigure.measure, DailyFigure.value)
    for measure, value, count in session.execute(grouped):
        totals[measure][value] = int(count)
    daily: dict[str, defaultdict[date, Counter[str]]] = {measure: defaultdict(Counter) for measure in DAILY}
    by_day = select(DailyFigure.measure, DailyFigure.day, DailyFigure.value, DailyFigure.count)
    for measure, day, value, count in session.execute(by_day.where(within, DailyFigure.measure.in_(DAILY))):
        daily[measure][day][value] = count
    return Figures(totals, daily)


def percentiles(latencies: Mapping[str, int]) -> Percentiles:
    """The percentiles of a histogram of response times."""
    turns = sum(latencies.values())
    if turns < MINIMUM:
        return Percentiles(turns, None, None)
    return Percentiles(turns, _within(latencies, turns, 0.5), _within(latencies, turns, 0.95))


def _within(latencies: Mapping[str, int], turns: int, part: float) -> float:
    """The first step within which at least this part of the turns was answered."""
    needed, seen = math.ceil(part * turns - 1e-9), 0
    for step in LATENCY_STEPS:
        seen += latencies.get(str(step), 0)
        if seen >= needed:
            return float(step)
    return math.inf


def wilson(count: int, total: int) -> tuple[float, float]:
    """The 95 % confidence interval of a rate after Wilson (1927); from 0 to 1 when nothing was counted."""
    if total == 0:
        return 0.0, 1.0
    z, rate = 1.959964, count / total
    middle = (rate + z * z / (2 * total)) / (1 + z * z / total)
    margin = z * math.sqrt(rate * (1 - rate) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return max(0.0, middle - margin), min(1.0, middle + margin)


def _sum(counters: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter)
    return total
