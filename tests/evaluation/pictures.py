"""The report's pictures: SVG with its text as text, on white."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.evaluation.curve import Point

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, LINE, BAR = "#1a1a1a", "#d9d9d9", "#0b5394", "#0b5394"
SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "evaluation",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "axes.edgecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw_curve(points: Sequence[Point], marks: Sequence[Point], path: Path) -> None:
    """Risk against coverage. `marks` are thresholds to name."""
    figure, axes = new_figure(6.4, 3.8)
    axes.plot([100 * p.coverage for p in points], [100 * p.risk for p in points], color=LINE, linewidth=1.8)
    for mark in marks:
        axes.plot(100 * mark.coverage, 100 * mark.risk, "o", color=LINE, markersize=5)
        axes.annotate(
            f"{mark.threshold:g}", (100 * mark.coverage, 100 * mark.risk), xytext=(7, -11), textcoords="offset points",
            ha="left", fontsize=9,
        )  # fmt: skip
    axes.set_xlabel("Coverage: questions answered (%)")
    axes.set_ylabel("Risk: answers that are wrong (%)")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.grid(color=SOFT, linewidth=0.6)
    save(figure, path)


def draw_bars(names: Sequence[str], shares: Sequence[float], label: str, path: Path) -> None:
    """Horizontal bars of percentages, the first on top."""
    figure, axes = new_figure(6.4, 0.9 + 0.42 * len(names))
    places = range(len(names))
    axes.barh(places, [100 * share for share in shares], color=BAR, height=0.62)
    for place, share in zip(places, shares, strict=True):
        axes.text(100 * share + 1, place, f"{100 * share:.1f}", va="center")
    axes.set_yticks(list(places), names)
    axes.invert_yaxis()
    axes.set_xlim(0, 105)
    axes.set_xlabel(label)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    save(figure, path)


def draw_confusions(names: Sequence[str], shares: Sequence[Sequence[float]], path: Path) -> None:
    """A square of shares, a row what was asked and a column what was understood; the diagonal is right."""
    figure, axes = new_figure(1.9 + 0.46 * len(names), 1.7 + 0.42 * len(names))
    axes.imshow([[share**0.5 for share in row] for row in shares], cmap="Blues", vmin=0, vmax=1.25, aspect="auto")
    for row, cells in enumerate(shares):
        for column, share in enumerate(cells):
            if round(100 * share):
                colour = "white" if share > 0.45 else INK
                axes.text(column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=8, color=colour)
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("Understood as (% of what was asked)")
    axes.set_ylabel("Asked")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    save(figure, path)


def new_figure(width: float, height: float) -> tuple[Figure, Axes]:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update(SETTINGS)
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(width, height), layout="constrained")


def save(figure: Figure, path: Path) -> None:
    from matplotlib import pyplot

    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="svg", facecolor="white", bbox_inches="tight", pad_inches=0.12, metadata={"Date": None})
    pyplot.close(figure)
