"""Lets locust send messages, in an environment of its own, and reads what it found."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOCUST = "locust==2.47.0"
FILE = Path(__file__).parent / "locustfile.py"


@dataclass(frozen=True)
class Step:
    """What so many visitors at once got. Times in milliseconds, from sending to the reply."""

    users: int
    messages: int
    failures: int
    per_second: float
    p50: int
    p95: int


def command(uv: str, base: str, users: int, seconds: int) -> list[str]:
    """Locust's command. Its JSON comes on standard output."""
    return [
        uv, "tool", "run", "--from", LOCUST, "locust", "--locustfile", str(FILE), "--headless", "--json", "--only-summary",
        "--host", base, "--users", str(users), "--spawn-rate", str(users), "--run-time", f"{seconds}s",
        "--stop-timeout", "30", "--exit-code-on-error", "0", "--loglevel", "ERROR",
    ]  # fmt: skip


def send(uv: str, base: str, users: int, seconds: int) -> Step:
    """Sends messages for so many seconds. Raises RuntimeError when locust cannot run."""
    done = subprocess.run(command(uv, base, users, seconds), capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout[done.stdout.index("[") :])
        return step_of(found[0], users)
    except (ValueError, IndexError, KeyError):
        errors = [line for line in done.stderr.splitlines() if re.match(r"\w+(Error|Exception)\b|error:", line)]
        raise RuntimeError(f"locust sent nothing: {errors[-1:] or done.stderr[-300:]}") from None


def step_of(found: Mapping[str, Any], users: int) -> Step:
    """What locust's statistics of the one kind of request come to."""
    times = {int(float(ms)): int(count) for ms, count in found["response_times"].items()}
    lasted = max(0.001, float(found["last_request_timestamp"]) - float(found["start_time"]))
    messages = int(found["num_requests"])
    return Step(
        users, messages, int(found["num_failures"]), round(messages / lasted, 1), percentile(times, 0.5),
        percentile(times, 0.95),
    )  # fmt: skip


def percentile(times: Mapping[int, int], share: float) -> int:
    """The time within which this share was answered, given counts by time."""
    whole, seen = sum(times.values()), 0
    for ms in sorted(times):
        seen += times[ms]
        if seen >= share * whole:
            return ms
    raise ValueError("no times")
