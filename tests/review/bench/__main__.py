"""Fills a store of each kind, measures, and writes docs/benchmark-review.md and .json."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot.review.tables import Conversation, Turn
from bot.settings import ROOT
from tests.bench.figures import about
from tests.engines.postgresql import postgresql
from tests.review.bench.loading import load
from tests.review.bench.measuring import count_days, measure
from tests.review.bench.report import misses, write
from tests.review.bench.synthetic import tables
from tests.review.stores import Stores, existing, on_postgresql, on_sqlite

SIZES = {"postgresql": 1_000_000, "sqlite": 100_000}
"""Conversations, unless told otherwise."""
SERVER = ("shared_buffers=2GB", "effective_cache_size=8GB", "random_page_cost=1.1")
"""What a PostgreSQL server for a store of this size is set to: its own defaults are those of a very small machine."""


def main() -> int:
    """Fails when something takes longer than its bar."""
    parser = argparse.ArgumentParser(prog="python -m tests.review.bench", description=__doc__)
    for name, size in SIZES.items():
        parser.add_argument(f"--{name}", type=int, default=size, metavar="N", help=f"conversations; 0: none ({size})")
    parser.add_argument("--repeats", type=int, default=10, help="times that each page is asked for (10)")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where the report goes")
    parser.add_argument(
        "--loaded", nargs=2, metavar=("CONVERSATIONS_URL", "REVIEW_URL"),
        help="measure stores on PostgreSQL that were filled before",
    )  # fmt: skip
    options = parser.parse_args()
    figures: dict[str, Any] = {"about": about(), "databases": {}}
    for name in SIZES:
        if size := getattr(options, name):
            loaded = options.loaded if name == "postgresql" else None
            figures["databases"][name] = _measured(name, size, options.repeats, loaded)
    (options.docs / "benchmark-review.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    (options.docs / "benchmark-review.md").write_text(write(figures), encoding="utf-8")
    slow = misses(figures)
    print("\n".join(slow) if slow else "Everything is within its bar.")
    return 1 if slow else 0


def _measured(name: str, size: int, repeats: int, loaded: Sequence[str] | None) -> dict[str, Any]:
    with existing(*loaded) if loaded else _stores(name) as stores:
        if not loaded:
            began = time.monotonic()
            load(stores.review, tables(size, datetime.now(UTC)))
            _say(f"{name}: {size} conversations in {time.monotonic() - began:.0f} s")
        day = count_days(stores.review)
        with Session(stores.review) as session:
            found: dict[str, Any] = {
                "version": session.scalar(
                    text("SHOW server_version" if stores.on_postgresql else "SELECT sqlite_version()")
                ),
                "conversations": session.scalar(select(func.count()).select_from(Conversation)),
                "turns": session.scalar(select(func.count()).select_from(Turn)),
                "day_ms": round(day, 1),
            }
        found["version"] = str(found["version"]).split()[0]
        return found | measure(stores.settings, stores.review, repeats, _say)


@contextmanager
def _stores(name: str) -> Iterator[Stores]:
    with ExitStack() as stack:
        if name == "postgresql":
            yield stack.enter_context(on_postgresql(stack.enter_context(postgresql(SERVER))))
        else:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="review-bench-"))
            yield stack.enter_context(on_sqlite(Path(folder)))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
