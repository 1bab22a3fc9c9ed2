"""What the figures of a load test come to. The load test itself is `make load`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.load.report import best, growth, misses, needed, write
from tests.load.visitors import command, percentile, step_of


def step(users: int, per_second: float, p95: int, failures: int = 0) -> dict[str, Any]:
    cost = {"web": 2.0, "rasa-1": 7.0, "rasa-2": 7.0, "actions": 3.5, "postgresql": 3.0}
    return {
        "users": users, "messages": 100, "failures": failures, "per_second": per_second, "p50": 20, "p95": p95,
        "cpu_ms": cost,
    }  # fmt: skip


def endured(*rasa: int, failures: int = 0) -> dict[str, Any]:
    samples = [{"messages": n * 1000, "mb": {"web": 100, "rasa-1": mb, "redis": n}} for n, mb in enumerate(rasa)]
    return {"users": 4, "seconds": 60, "failures": failures, "samples": samples}


def figures(endurance: dict[str, Any] | None, *steps: dict[str, Any], seconds: int = 30) -> dict[str, Any]:
    about = {"date": "2026-11-26", "commit": "abc1234", "machine": "2 cores, Debian 12"}
    runs = [{"rasa": 2, "steps": list(steps)}]
    return {"about": about, "seconds": seconds, "engines": "PostgreSQL and Redis", "runs": runs, "endurance": endurance}


def test_locusts_statistics_are_read() -> None:
    found = {
        "response_times": {"20.0": 90, "480.0": 6, "900.0": 4}, "num_requests": 100, "num_failures": 1,
        "start_time": 10.0, "last_request_timestamp": 12.5,
    }  # fmt: skip
    read = step_of(found, 4)
    assert (read.users, read.per_second, read.p50, read.p95, read.failures) == (4, 40.0, 20, 480, 1)
    with pytest.raises(ValueError):
        percentile({}, 0.5)


def test_the_best_step_is_the_fastest_one_within_the_bar_and_without_a_failure() -> None:
    steps = [step(1, 20, 60), step(2, 38, 90), step(4, 45, 200, failures=1), step(8, 50, 700)]
    assert best({"rasa": 1, "steps": steps}) is steps[1]
    assert best({"rasa": 1, "steps": [steps[3]]}) is None


def test_memory_that_grows_is_named_and_warming_up_is_not_growth() -> None:
    flat = endured(200, 290, 300, 300, 301, 300, 301, 300, 301)
    assert abs(growth(flat)["rasa-1"]) < 0.05
    assert misses(figures(flat, step(1, 20, 60))) == []
    assert growth(endured(1, 500)) == {}
    leaking = endured(*range(200, 380, 20))
    assert misses(figures(leaking, step(1, 20, 60)))[0].startswith("memory of rasa-1 grows")


def test_slow_answers_and_failures_are_named() -> None:
    assert misses(figures(None, step(1, 20, 900))) == ["2 Rasa: no step is within 500 ms"]
    assert misses(figures(endured(1, 1, 1, failures=3), step(1, 20, 60)))[-1].startswith("3 messages")


def test_processes_are_reckoned_from_processor_time() -> None:
    found = needed({"rasa": 2, "steps": [step(1, 20, 60)]})
    assert found == {"web": (2.0, 3), "rasa": (14.0, 20), "actions": (3.5, 5), "postgresql": (3.0, 5)}


def test_the_page_says_what_was_measured_and_whether_it_was_a_trial() -> None:
    page = write(figures(endured(1, 1, 1), step(1, 20, 60), step(2, 38.5, 90)))
    assert "commit abc1234, 2 cores, Debian 12" in page
    assert "| 2 | 2 | **38.5** |" in page
    assert "Together 33 cores." in page
    assert "trial" not in page
    assert "**A trial of 5 seconds" in write(figures(None, step(1, 20, 60), seconds=5))


def test_locust_comes_in_its_own_environment_with_its_version_fixed() -> None:
    line = command("uv", "http://127.0.0.1:1", 4, 30)
    assert line[1:4] == ["tool", "run", "--from"]
    assert "==" in line[4]
