"""The report's pictures: SVG with its text as text, on white."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.systems import NAMES
from tests.evaluation.pictures import BAR, INK, LINE, SOFT, new_figure, save

LIGHT = "#9fc5e8"


def draw(figures: Mapping[str, Any], folder: Path) -> list[str]:
    """Draws what was measured; returns the names of the pictures, each in bench-NAME.svg."""
    pictures: dict[str, Callable[[Any, Path], None]] = {
        "latency": _latency, "breakdown": _breakdown, "length": _length, "memory": _memory,
    }  # fmt: skip
    drawn = [name for name in pictures if name in figures]
    for name in drawn:
        pictures[name](figures[name], folder / f"bench-{name}.svg")
    return drawn


def _latency(part: Any, path: Path) -> None:
    clients = str(part["clients"][0])
    names = [name for name in NAMES if all(name in each for each in part["rounds"])]
    numbers = {
        key: [median([each[name][clients][key] for each in part["rounds"]]) for name in names] for key in ("p50", "p95")
    }
    _bars([NAMES[name] for name in names], numbers, "Milliseconds to answer, one client (dark p50, light p95)", path)


def _breakdown(part: Any, path: Path) -> None:
    steps = part["steps"]
    _bars(list(steps), {"ms": list(steps.values())}, "Milliseconds of one message", path)


def _memory(part: Any, path: Path) -> None:
    found = part["systems"]
    _bars([NAMES[name] for name in found], {"MB": [each["all"] for each in found.values()]}, "MB in all", path)


def _bars(names: Sequence[str], numbers: Mapping[str, Sequence[float]], label: str, path: Path) -> None:
    """Horizontal bars, the first on top; a second set of numbers lies behind, lighter."""
    figure, axes = new_figure(7.2, 0.9 + 0.42 * len(names))
    places = range(len(names))
    longest = max(max(each, default=0) for each in numbers.values()) or 1
    for (_, values), colour in reversed(list(zip(numbers.items(), (BAR, LIGHT), strict=False))):
        axes.barh(places, values, color=colour, height=0.62)
    for place in places:
        values = [each[place] for each in numbers.values()]
        text = " / ".join(f"{value:.1f}" if value < 100 else f"{value:.0f}" for value in values)
        axes.text(max(values) + 0.01 * longest, place, text, va="center", color=INK)
    axes.set_yticks(list(places), names)
    axes.invert_yaxis()
    axes.set_xlim(0, longest * 1.18)
    axes.set_xlabel(label)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    save(figure, path)


def _length(part: Any, path: Path) -> None:
    figure, axes = new_figure(6.8, 3.6)
    for (name, found), style in zip(part["systems"].items(), ("-", "--"), strict=False):
        turns = [int(turn) for turn in found]
        axes.plot(turns, list(found.values()), style, color=LINE, marker="o", markersize=4, label=NAMES[name])
    axes.set_xscale("log")
    axes.set_xticks(turns, [str(turn) for turn in turns])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_xlabel("Turn of the conversation")
    axes.set_ylabel("Milliseconds to answer")
    axes.grid(color=SOFT, linewidth=0.6)
    axes.legend(frameon=False)
    save(figure, path)
