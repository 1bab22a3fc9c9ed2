"""docs/load.md from the figures of a load test, and what they come to."""

from __future__ import annotations

import math
from typing import Any

BAR_MS = 500
"""Milliseconds within which 95 of 100 messages have to be answered."""
GROWTH = 0.05
"""Share by which memory may be higher in the last quarter of the endurance run than in the second: noise, no leak."""
FEWEST = 8
"""Looks at memory that a verdict on it needs."""
WANTED = 1000
"""Messages a second to reckon with."""
BUSY = 0.7
"""Share of a core that a process may use, so that answers do not queue."""
TRIAL = 20
"""Seconds of a step below which a run is a trial."""
SHARED = ("postgresql", "redis")

Figures = dict[str, Any]


def best(run: Figures) -> Figures | None:
    """The step with the most messages a second of those within the bar and without a failure."""
    within = [step for step in run["steps"] if step["p95"] < BAR_MS and not step["failures"]]
    return max(within, key=lambda step: float(step["per_second"]), default=None)


def growth(endurance: Figures) -> dict[str, float]:
    """How much more memory each part has in the last quarter than in the second, as a share.

    Engines cache, and are left out. Empty for a run that is too short to say.
    """
    samples = endurance["samples"]
    if len(samples) < FEWEST:
        return {}
    most = samples[-1]["messages"]

    def mean(part: str, low: float, high: float) -> float:
        found = [each["mb"][part] for each in samples if low * most <= each["messages"] <= high * most]
        return sum(found) / max(1, len(found))

    parts = [part for part in samples[-1]["mb"] if part not in SHARED]
    return {part: mean(part, 0.75, 1) / max(1.0, mean(part, 0.25, 0.5)) - 1 for part in parts}


def misses(figures: Figures) -> list[str]:
    """What misses its bar, a line each."""
    lines = [f"{run['rasa']} Rasa: no step is within {BAR_MS} ms" for run in figures["runs"] if best(run) is None]
    if endurance := figures["endurance"]:
        grown = [(part, share) for part, share in growth(endurance).items() if share > GROWTH]
        lines += [f"memory of {part} grows by {share:.0%}" for part, share in grown]
        lines += [f"{endurance['failures']} messages of the endurance run failed"] if endurance["failures"] else []
    return lines


def needed(run: Figures) -> dict[str, tuple[float, int]]:
    """For each part, the processor time of a message in milliseconds, and the processes for WANTED a second."""
    step = best(run) or run["steps"][0]
    cost: dict[str, float] = {}
    for part, ms in step["cpu_ms"].items():
        name = part.partition("-")[0]
        cost[name] = cost.get(name, 0.0) + ms
    return {name: (ms, math.ceil(WANTED * ms / 1000 / BUSY)) for name, ms in cost.items()}


def write(figures: Figures) -> str:
    """The page."""
    about = figures["about"]
    lines = [
        "# Load",
        "",
        f"Measured by `make load` on {about['date']}, commit {about['commit']}, {about['machine']}, with "
        f"{figures['engines']}. Locust, its visitors and all processes share the machine.",
        "",
    ]
    if figures["seconds"] < TRIAL:
        lines += [f"**A trial of {figures['seconds']} seconds a step: it says that the test runs, not how fast.**", ""]
    lines += ["## Messages a second", "", *_steps(figures["runs"]), ""]
    if figures["endurance"]:
        lines += ["## Memory", "", *_endurance(figures["endurance"]), ""]
    lines += [f"## What {WANTED:,} messages a second would take", "", *_thousand(figures["runs"][-1])]
    return "\n".join(lines) + "\n"


def _steps(runs: list[Figures]) -> list[str]:
    lines = [
        "Visitors ask without a pause, the held-out questions of `tests/questions`, eight to a conversation. A run ends "
        f"with the first step in which 95 of 100 answers took longer than {BAR_MS} ms.", "",
        "| Rasa processes | visitors at once | messages a second | p50 | p95 | failed |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for run in runs:
        top = best(run)
        for step in run["steps"]:
            rate = f"**{step['per_second']}**" if step is top else step["per_second"]
            lines.append(
                f"| {run['rasa']} | {step['users']} | {rate} | {step['p50']} ms | {step['p95']} ms | {step['failures']} |"
            )
    return lines


def _endurance(endurance: Figures) -> list[str]:
    samples = endurance["samples"]
    most = samples[-1]["messages"]
    nearest = [min(samples, key=lambda each: abs(each["messages"] - most * part / 4)) for part in range(5)]
    shown = [each for each in samples if each in nearest]
    parts = list(samples[-1]["mb"])
    grown = ", ".join(f"{part} {share:+.1%}" for part, share in growth(endurance).items())
    return [
        f"{most:,} messages in {endurance['seconds']} s by {endurance['users']} visitors at once, {endurance['failures']} "
        "failed. Megabytes that a part has for itself:", "",
        "| messages | " + " | ".join(parts) + " |", "|---|" + "---|" * len(parts),
        *(f"| {each['messages']:,} | " + " | ".join(str(each["mb"][part]) for part in parts) + " |" for each in shown),
        "", f"The last quarter against the second: {grown}." if grown else "Too short to say whether memory grows.",
    ]  # fmt: skip


def _thousand(run: Figures) -> list[str]:
    lines = [
        f"Reckoned from the processor time of a message in the best step with {run['rasa']} Rasa, for processes that use "
        f"{BUSY:.0%} of a core. It is an estimate: a load of that size has not been run. PostgreSQL then needs the cores "
        "of the last column for itself, and connections through a pool.", "",
        "| part | processor time of a message | processes, or cores |", "|---|---|---|",
    ]  # fmt: skip
    found = needed(run)
    lines += [f"| {name} | {ms:.1f} ms | {count} |" for name, (ms, count) in found.items()]
    return [*lines, "", f"Together {sum(count for _, count in found.values())} cores."]
