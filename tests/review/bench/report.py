"""The report in Markdown, out of the figures."""

from __future__ import annotations

from typing import Any

BARS = {"postgresql": 300, "sqlite": 500}
"""Milliseconds within which 95 of 100 pages of one filter are there."""
STATISTICS = 2000
"""Milliseconds within which 95 of 100 pages of statistics are there."""
NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


def write(figures: dict[str, Any]) -> str:
    """The whole report."""
    about = figures["about"]
    parts = [
        "# How fast the staff pages are",
        f"Measured on {about['date']} at commit {about['commit']}, on {about['machine']}, with {about['load']} "
        "processes wanting to run before; the database ran on the same machine, PostgreSQL with 2 GB of shared buffers and "
        "without fsync. `make bench-review` measures again; the "
        "same figures are in `benchmark-review.json`.",
        "The rows are made up (`tests/review/bench/synthetic.py`): words as often as in Dutch and English, values as "
        "often as in real conversations, five turns a conversation, 90 days. Each filter is asked for alone: the first "
        "three pages, each with the counts that stand beside it, after a round that is not timed. Milliseconds; the bar "
        "is what 95 of 100 may take at most.",
        *(_database(name, found) for name, found in figures["databases"].items()),
    ]
    return "\n\n".join(parts) + "\n"


def misses(figures: dict[str, Any]) -> list[str]:
    """What takes longer than its bar."""
    found = []
    for name, measured in figures["databases"].items():
        for filter, took in measured["filters"].items():
            if took["page"]["p95"] > BARS[name]:
                found.append(f"{NAMES[name]}, {filter}: {took['page']['p95']} ms, bar {BARS[name]}")
        for period, took in measured["statistics"].items():
            if took["p95"] > STATISTICS:
                found.append(f"{NAMES[name]}, statistics of {period}: {took['p95']} ms, bar {STATISTICS}")
    return found


def _database(name: str, found: dict[str, Any]) -> str:
    rows = [
        ("filter", "list p50", "list p95", "page p50", "page p95", "own CPU p50", "within the bar"),
        ("---", *["---:"] * 5, "---"),
        *(
            (filter, *(took[part][which] for part in ("list", "page") for which in ("p50", "p95")),
             took["cpu"], "yes" if took["page"]["p95"] <= BARS[name] else "**no**")
            for filter, took in found["filters"].items()
        ),
    ]  # fmt: skip
    times = [
        ("statistics", "p50", "p95", "within the bar"),
        ("---", "---:", "---:", "---"),
        *(
            (f"last {period} days" if period.isdigit() else "this year", took["p50"], took["p95"],
             "yes" if took["p95"] <= STATISTICS else "**no**")
            for period, took in found["statistics"].items()
        ),
    ]  # fmt: skip
    landing = found["landing"]
    return "\n\n".join(
        [
            f"## {NAMES[name]} {found['version']}: {found['conversations']:,} conversations, {found['turns']:,} turns",
            f"Bar for a filter: {BARS[name]} ms; for statistics: {STATISTICS} ms.",
            _table(rows),
            _table(times),
            f"A turn that Rasa has stored is written for staff in {landing['p50']} ms (p95 {landing['p95']} ms); the web "
            f"process looks once a second. Counting one day again takes {found['day_ms']} ms.",
        ]
    )


def _table(rows: list[tuple[Any, ...]]) -> str:
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)
