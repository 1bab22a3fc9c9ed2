"""What was measured against what it should be. Pure functions of the figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.bench.training import ALL

ONE, SEVERAL = "1", "10"
"""Clients: an answer's time is that of one alone; messages in a second are those of ten."""


@dataclass(frozen=True)
class Bar:
    """A ratio and what it may be at most, or has to be at least. None: not measured."""

    name: str
    ratios: tuple[float, ...]
    bar: float
    least: bool = False

    @property
    def ratio(self) -> float | None:
        return median(self.ratios) if self.ratios else None

    @property
    def met(self) -> bool | None:
        if self.ratio is None:
            return None
        return self.ratio >= self.bar if self.least else self.ratio <= self.bar


def bars(figures: Mapping[str, Any], rasa: Mapping[str, Any]) -> list[Bar]:
    """Every bar, in the order in which they are told."""
    return [
        Bar("answer p50 against Rasa with an action", ratios(figures, "action", "p50", ONE), 0.5),
        Bar("answer p95 against Rasa with an action", ratios(figures, "action", "p95", ONE), 0.5),
        Bar("messages a second against Rasa with an action", ratios(figures, "action", "per_second", SEVERAL), 2, True),
        Bar("answer p50 against Rasa with static answers", ratios(figures, "rasa", "p50", ONE), 0.8),
        Bar("messages a second against Rasa with static answers", ratios(figures, "rasa", "per_second", SEVERAL), 1.3, True),
        Bar("start, warm, against Rasa with static answers", _starts(figures), 0.3),
        Bar("memory in all against Rasa with static answers", _memory(figures), 0.6),
        Bar("training against Rasa with static answers, calculated for its default epochs", _training(figures, rasa), 0.3),
        Bar("environment against Rasa's", _environment(figures), 0.6),
        Bar("answer p50 against Rasa without understanding", ratios(figures, "rasa_echo", "p50", ONE), 2.5),
        Bar("turn 1000 against turn 5", _length(figures), 2),
        Bar("20,000 subjects against those that there are, p50", _subjects(figures), 1.3),
        Bar("linking among 100,000 names, p95 in milliseconds", _linking(figures), 5),
    ]  # fmt: skip


def ratios(figures: Mapping[str, Any], other: str, what: str, clients: str) -> tuple[float, ...]:
    """By round: this assistant's figure as a multiple of another's."""
    rounds = figures.get("latency", {}).get("rounds", [])
    measured = (each for each in rounds if other in each and clients in each[other])
    pairs = ((each["ours"][clients][what], each[other][clients][what]) for each in measured)
    return tuple(ours / theirs for ours, theirs in pairs if theirs)  # too few messages may take no processor at all


def spread(numbers: tuple[float, ...]) -> str:
    """The median, and the least and the most when there are several."""
    if not numbers:
        return "not measured"
    middle = f"{median(numbers):.2f}"
    return middle if len(numbers) == 1 else f"{middle} ({min(numbers):.2f}–{max(numbers):.2f})"


def _starts(figures: Mapping[str, Any]) -> tuple[float, ...]:
    found = figures.get("start", {}).get("systems", {})
    if "ours" not in found or "rasa" not in found:
        return ()
    return tuple(a / b for a, b in zip(found["ours"]["warm"], found["rasa"]["warm"], strict=True))


def _memory(figures: Mapping[str, Any]) -> tuple[float, ...]:
    found = figures.get("memory", {}).get("systems", {})
    return tuple(_one(found.get("ours", {}).get("all"), found.get("rasa", {}).get("all")))


def _whole_training(figures: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = figures.get("training", {}).get("shares", {}).get(ALL, {})
    return found


def _training(figures: Mapping[str, Any], rasa: Mapping[str, Any]) -> tuple[float, ...]:
    """Of the processor's seconds: a training of hours is seldom alone on its machine."""
    return tuple(_one(_whole_training(figures).get("cpu_seconds"), rasa.get("extrapolated_training_cpu_seconds")))


def _environment(figures: Mapping[str, Any]) -> tuple[float, ...]:
    found = figures.get("install", {}).get("environments", {})
    return tuple(_one(found.get("ours", {}).get("megabytes"), found.get("rasa", {}).get("megabytes")))


def _length(figures: Mapping[str, Any]) -> tuple[float, ...]:
    found = figures.get("length", {}).get("systems", {}).get("ours", {})
    return tuple(_one(found.get("1000"), found.get("5")))


def _subjects(figures: Mapping[str, Any]) -> tuple[float, ...]:
    rounds = figures.get("subjects", {}).get("rounds", [])
    return tuple(each["20000"]["p50"] / each["0"]["p50"] for each in rounds if "20000" in each)


def _linking(figures: Mapping[str, Any]) -> tuple[float, ...]:
    found = figures.get("linking", {}).get("sizes", {}).get("20000")
    return (found["p95"],) if found else ()


def _one(ours: float | None, other: float | None) -> Iterator[float]:
    if ours is not None and other:
        yield ours / other
