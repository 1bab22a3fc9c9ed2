"""Measures the assistant beside Rasa's default, and writes docs/benchmark.json, docs/benchmark.md and its pictures.

Each part can be measured alone, by its name; without one, all are. A part is written down when it is done, and the
report is made of all parts that ever were.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bot.settings import ROOT
from tests.bench import baseline
from tests.bench.figures import Figures, read
from tests.bench.options import Options
from tests.bench.parts import PARTS
from tests.bench.processes import stop_in_order
from tests.bench.report import write
from tests.bench.report_pictures import draw

SMALL = {
    "rounds": 1, "questions": 10, "clients": (1, 2), "turns": 12, "subjects": (0, 100), "examples": (2, 1),
    "few_examples": True, "starts": 1,
}  # fmt: skip
"""To see whether everything works; the figures mean nothing."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=Options.rounds, help=f"alternating rounds ({Options.rounds})")
    parser.add_argument(
        "--examples", type=int, nargs="+", default=Options.examples, metavar="N", help="one of N training examples"
    )
    parser.add_argument("--small", action="store_true", help="the smallest size, to see whether everything works")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where the report goes")
    parser.add_argument("--report", action="store_true", help="measure nothing, only write the report again")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}: there are {', '.join(PARTS)}")
    stop_in_order()
    figures = Figures(options.docs / "benchmark.json")
    failed = []
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        chosen = {"rounds": options.rounds, "examples": tuple(options.examples)} | (SMALL if options.small else {})
        sizes = Options(Path(work), **chosen)
        for name in [] if options.report else options.parts or PARTS:
            began = time.monotonic()
            print(f"{name} …", flush=True)
            try:
                figures.put(name, PARTS[name](sizes))
            except (RuntimeError, OSError, ValueError, EOFError) as error:
                failed.append(name)
                print(f"{name} was not measured: {error}", file=sys.stderr)
            else:
                print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    measured, rasa = figures.all(), read(options.docs / baseline.FIGURES)
    drawn = draw(measured, options.docs / "img")
    (options.docs / "benchmark.md").write_text(write(measured, rasa, drawn), encoding="utf-8")
    print(f"Written: {options.docs / 'benchmark.md'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
