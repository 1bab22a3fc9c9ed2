"""Tries every fault out and writes docs/reliability.md: python -m tests.faults [--only NAME …] [--full-model]"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.faults import project, report, scaled, single
from tests.faults.clock import library
from tests.faults.running import Fault, Load, Topology, run
from tests.faults.verdict import Verdict


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when no message was lost by any fault. With `--only` nothing is written."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these faults, and no report")
    parser.add_argument("--full-model", action="store_true", help="with the assistant's own model, not a small one")
    parser.add_argument("--conversations", type=int, default=Load.conversations, help="at once")
    parser.add_argument("--seconds", type=float, default=5.0, help="of load before a fault and after it")
    options = parser.parse_args(arguments)
    load = Load(options.conversations, options.seconds)
    try:
        with tempfile.TemporaryDirectory(prefix="faults-") as name:
            rows = list(_tried(Path(name), load, options.full_model, options.only))
    except pytest.skip.Exception as missing:  # PostgreSQL or Redis: see `need` in tests/conftest.py
        print(missing)
        return 1
    if not options.only:
        report.write(rows, load, "the assistant's own model" if options.full_model else "a small model")
        print("docs/reliability.md")
    return 0 if all(not isinstance(result, str) and result.good for _, result in rows) and library() else 1


def _tried(folder: Path, load: Load, full_model: bool, only: Sequence[str]) -> Iterator[report.Row]:
    print("Making a project with a model …", flush=True)
    made = (project.with_full_model if full_model else project.make)(folder / "project")
    print("Starting PostgreSQL, Redis, two Rasa, two action and two web processes …", flush=True)
    with scaled.scaled(made) as processes:
        yield from _each(processes, scaled.faults(processes), load, only)
    print("Starting `serve` with SQLite …", flush=True)
    with single.single(made) as served:
        yield from _each(served, single.faults(served), load, only)
    if library() is None:
        print("faketime is not installed, so no clock jumped")


def _each(running: Topology, faults: Sequence[Fault], load: Load, only: Sequence[str]) -> Iterator[report.Row]:
    for fault in faults:
        if only and fault.name not in only:
            continue
        result: Verdict | str
        try:
            result = run(running, fault, load)
        except AssertionError as error:
            result = str(error)
        print(f"{fault.name}: {result}", flush=True)
        yield fault, result


if __name__ == "__main__":
    sys.exit(main())
