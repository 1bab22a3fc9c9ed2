"""How many messages a second the assistant answers within half a second, and whether its memory stays as it is.

python -m tests.load UV writes docs/load.json and docs/load.md. Run by `make load`, on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx

from bot.settings import ROOT
from tests.bench.figures import about
from tests.load.report import BAR_MS, best, misses, write
from tests.load.running import Assistant, assistant, engines
from tests.load.visitors import send

USERS = (1, 2, 4, 8, 12, 16, 24, 32)
"""Visitors at once, step by step, until answers take too long."""
WARM_UP = 8
"""Messages before the first step: what is loaded with the first ones is no load."""
ROUND = 30
"""Seconds of a round of the endurance run, after which memory is looked at."""


def main() -> int:
    """Fails when something misses its bar."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("uv", nargs="?", default="uv", help="the program uv, which fetches locust")
    parser.add_argument("--seconds", type=int, default=30, help="of each step (30)")
    parser.add_argument("--rasa", type=int, nargs="+", default=[1, 2], help="numbers of Rasa processes (1 2)")
    parser.add_argument("--messages", type=int, default=20_000, help="of the endurance run; 0: none (20000)")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where the report goes")
    options = parser.parse_args()
    figures: dict[str, Any] = {
        "about": about(), "seconds": options.seconds, "runs": [], "endurance": None,
        "engines": "PostgreSQL and Redis" if engines() else "SQLite",
    }  # fmt: skip
    for rasa in options.rasa if engines() else [1]:
        # Kept when something goes wrong: the processes' logs are in it.
        folder = Path(tempfile.mkdtemp(prefix="load-"))
        with assistant(rasa, folder) as running:
            figures["runs"].append(measured(options.uv, running, rasa, options.seconds))
            if rasa == options.rasa[0] and options.messages:
                users = (best(figures["runs"][-1]) or figures["runs"][-1]["steps"][0])["users"]
                figures["endurance"] = endured(options.uv, running, users, options.messages)
        shutil.rmtree(folder)
    (options.docs / "load.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    (options.docs / "load.md").write_text(write(figures), encoding="utf-8")
    missed = misses(figures)
    print("\n".join(missed) or "Everything is within its bar.")
    return 1 if missed else 0


def measured(uv: str, running: Assistant, rasa: int, seconds: int) -> dict[str, Any]:
    """Steps with more and more visitors, each with what its messages cost the processes."""
    for number in range(WARM_UP):
        body = {"session_id": f"warming-up-{number}", "text": "Sinds wanneer is Münster een partnerstad?"}
        httpx.post(f"{running.base}/v1/messages", json=body, timeout=60, trust_env=False)
    steps = []
    for users in USERS:
        before = running.usage()
        step = send(uv, running.base, users, seconds)
        cost = {
            name: round(1000 * (now.seconds - before[name].seconds) / max(1, step.messages), 1)
            for name, now in running.usage().items()
        }
        steps.append(asdict(step) | {"cpu_ms": cost})
        print(f"{rasa} Rasa, {users} at once: {step.per_second} a second, p95 {step.p95} ms", flush=True)
        if step.p95 > BAR_MS:
            break
    return {"rasa": rasa, "steps": steps}


def endured(uv: str, running: Assistant, users: int, most: int) -> dict[str, Any]:
    """So many messages in a row, with the memory of each part after each round."""
    began, sent, failures, samples = time.monotonic(), 0, 0, [_memory(running, 0)]
    while sent < most:
        step = send(uv, running.base, users, ROUND)
        sent, failures = sent + step.messages, failures + step.failures
        samples.append(_memory(running, sent))
        print(f"{sent} messages, {failures} failed", flush=True)
        if not step.messages:
            raise RuntimeError("nobody is answered any more")
    return {"users": users, "seconds": round(time.monotonic() - began), "failures": failures, "samples": samples}


def _memory(running: Assistant, messages: int) -> dict[str, Any]:
    return {"messages": messages, "mb": {name: round(each.megabytes) for name, each in running.usage().items()}}


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as error:
        sys.exit(str(error))
