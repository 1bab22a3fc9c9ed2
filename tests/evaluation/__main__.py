"""`python -m tests.evaluation`: measures everything and writes the report.

Environment: BASE, the address of a running assistant (one is started unless it is given); DATASETS, a folder with
public data sets; SOURCES, a folder with the sources' texts; FOLDS, the parts of the cross-validation to run (0 to 5).
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from bot.settings import ROOT
from tests.evaluation import pictures, report
from tests.evaluation.curve import Point
from tests.evaluation.measurements import measure

DOCS = ROOT / "docs"
MARKED = (0.5, 0.8, 0.95)
"""Thresholds named in the picture of the curve."""


def main() -> int:
    started = time.monotonic()
    figures = measure(os.environ)
    (DOCS / "evaluation.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draw(figures)
    (DOCS / "evaluation.md").write_text(report.write(figures), encoding="utf-8")
    passed = figures["sets"]["reporting"]["passed"]["all"]
    print(f"reporting set: {report.share(passed)}; docs/evaluation.md written in {time.monotonic() - started:.0f} s")
    for name in figures["left_out"]:
        print(f"left out for want of {name}: see docs/evaluation.md")
    return 0


def draw(figures: dict[str, Any]) -> None:
    """The three pictures of the report."""
    images = DOCS / "img"
    curve = figures["curve"]
    marks = [Point(**each) for each in curve["thresholds"] if each["threshold"] in MARKED]
    pictures.draw_curve([Point(**each) for each in curve["points"]], marks, images / "evaluation-risk-coverage.svg")
    measured = report.ways(figures)
    names = [report.WAYS[name] for name in measured]
    shares = [way["right"]["all"][0] / way["right"]["all"][1] for way in measured.values()]
    pictures.draw_bars(names, shares, "Questions answered right (%)", images / "evaluation-side-by-side.svg")
    pictures.draw_confusions(
        *report.confused_heads(figures["intents"]["held_out"]), images / "evaluation-confusions.svg"
    )


if __name__ == "__main__":
    sys.exit(main())
