"""What the benchmark makes of its figures: ratios, the verdict, the steps of a message, the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.bench import length
from tests.bench.figures import Figures
from tests.bench.parts import PARTS
from tests.bench.rasa_training import pace
from tests.bench.report import write
from tests.bench.report_pictures import draw
from tests.bench.timing import steps
from tests.bench.verdict import Bar, bars, ratios, spread


def one_round(ours: float, others: float) -> dict[str, Any]:
    def measured(ms: float) -> dict[str, Any]:
        return {"p50": ms, "p95": 2 * ms, "p99": 3 * ms, "per_second": 1000 / ms, "cpu_ms": ms, "failed": 0}

    return {
        name: {clients: measured(ours if name == "ours" else others) for clients in ("1", "10")}
        for name in ("ours", "rasa", "action", "rasa_echo", "fastapi_echo")
    }


ABOUT = {"date": "2026-11-26", "commit": "abc1234", "machine": "2 cores, Debian 12", "load": "0.1"}
FIGURES: dict[str, Any] = {
    name: {"about": ABOUT, **part}
    for name, part in {
        "install": {"environments": {"ours": {"seconds": 4.0, "megabytes": 900.0}, "rasa": {"seconds": 9.0, "megabytes": 2000.0}}},
        "start": {"systems": {"ours": {"cold": [9.0], "warm": [6.0, 7.0]}, "rasa": {"cold": [60.0], "warm": [40.0, 35.0]}}},
        "memory": {"messages": 200, "systems": {"ours": {"processes": {"Rasa": 300.0, "web": 100.0}, "all": 400.0}, "rasa": {"processes": {"Rasa": 1000.0}, "all": 1000.0}}},
        "latency": {"questions": 200, "clients": [1, 10], "rounds": [one_round(10, 30), one_round(12, 20), one_round(9, 30)]},
        "breakdown": {"messages": 200, "whole": 10.0, "steps": {"door": 4.0, "policy": 6.0}, "beside": {"web store": 1.0}},
        "changes": {"turns": 50, "rounds": [{"all": 20.0, "the connection to it": 23.0}, {"all": 10.0, "the connection to it": 11.0}]},
        "length": {"turns": 1000, "systems": {"ours": {"1": 9.0, "5": 10.0, "1000": 15.0}, "action": {"1": 9.0, "5": 10.0, "1000": 300.0}}},
        "linking": {"sizes": {"20000": {"subjects": 20000, "names": 100000, "built_seconds": 9.0, "p50": 1.5, "p95": 4.2, "p99": 5.0}}},
        "subjects": {"subjects": {"0": 97, "20000": 20097}, "rounds": [{"0": {"p50": 10.0, "p95": 12.0}, "20000": {"p50": 14.0, "p95": 20.0}}]},
        "training": {"few_examples": True, "shares": {"1": {"examples": 200, "seconds": 600.0, "cpu_seconds": 900.0, "model_megabytes": 2.0, "parse": {"p50": 4.0, "p95": 6.0}}}},
    }.items()
}  # fmt: skip
RASA: dict[str, Any] = {
    "about": ABOUT, "examples": 36000, "few_examples": False, "intents": 180, "epochs": 2, "training_seconds": 3000.0, "training_cpu_seconds": 5000.0,
    "extrapolated_training_seconds": 120000.0, "extrapolated_training_cpu_seconds": 180000.0, "epoch_seconds": 1200.0,
    "epoch_cpu_seconds": 1800.0, "versions": {"rasa": "3.6.21"},
}  # fmt: skip


def test_a_ratio_is_taken_in_each_round() -> None:
    assert ratios(FIGURES, "action", "p50", "1") == pytest.approx((10 / 30, 12 / 20, 9 / 30))
    assert ratios(FIGURES, "nobody", "p50", "1") == ()


def test_the_spread_is_the_median_with_the_least_and_the_most() -> None:
    assert spread((0.3, 0.6, 0.33)) == "0.33 (0.30–0.60)"
    assert spread((0.3,)) == "0.30"
    assert spread(()) == "not measured"


@pytest.mark.parametrize(
    ("bar", "met"),
    [
        (Bar("", (0.4, 0.5, 0.9), 0.5), True),
        (Bar("", (0.4, 0.6, 0.9), 0.5), False),
        (Bar("", (1.9, 2.0, 2.1), 2, least=True), True),
        (Bar("", (1.9, 1.9, 2.1), 2, least=True), False),
        (Bar("", (), 2), None),
    ],
)
def test_a_bar_is_met_by_the_median(bar: Bar, met: bool | None) -> None:
    assert bar.met is met


def test_every_bar_is_computed_from_the_figures() -> None:
    found = {bar.name: (bar.ratio, bar.met) for bar in bars(FIGURES, RASA)}

    assert [ratio is None for ratio, _ in found.values()] == [False] * 13
    assert found["environment against Rasa's"] == (0.45, True)
    assert found["turn 1000 against turn 5"] == (1.5, True)
    assert found["20,000 subjects against those that there are, p50"] == (1.4, False)
    assert found["training against Rasa with static answers, calculated for its default epochs"] == (0.005, True)


def test_without_figures_no_bar_is_met() -> None:
    assert {bar.met for bar in bars({}, {})} == {None}


def test_the_steps_of_a_message_add_up_to_the_whole() -> None:
    means = {
        "web waits for Rasa": 8.0, "web store": 1.0, "handling": 7.0, "understanding": 3.0, "language": 0.5, "subjects": 0.5,
        "ranking": 1.0, "decision": 0.5, "policy": 0.4, "action hop": 2.0, "action": 1.0, "store read": 0.3, "store write": 0.7,
    }  # fmt: skip

    found = steps(10.0, means)

    assert sum(found.values()) == pytest.approx(10.0)
    assert found["door"] == 2.0
    assert found["HTTP between Rasa and action server"] == 1.0
    assert found["Rasa, the rest"] == pytest.approx(0.6)


@pytest.mark.parametrize(("epochs", "seconds"), [([90.0, 4.0, 2.0], 3.0), ([90.0], 90.0), ([], 0.0)])
def test_the_pace_of_training_leaves_the_first_epoch_out(epochs: list[float], seconds: float) -> None:
    assert pace(epochs) == seconds


def test_the_cost_of_a_late_turn_is_that_of_the_thirty_up_to_it() -> None:
    times = [float(number) for number in range(1, 101)]

    assert length.cost(5, [[1.0] * 10, [9.0] * 10], times) == 5.0
    assert length.cost(100, [], times) == 85.5


def test_a_part_is_written_down_when_it_is_done(tmp_path: Path) -> None:
    figures = Figures(tmp_path / "benchmark.json")
    figures.put("start", {"systems": {}})
    figures.put("memory", {"systems": {}})
    figures.put("start", {"systems": {"ours": 1}})

    assert list(figures.all()) == ["start", "memory"]
    assert figures.all()["start"]["systems"] == {"ours": 1}
    assert set(figures.all()["memory"]["about"]) == {"date", "commit", "machine", "load"}


def test_the_report_tells_every_part_and_shows_every_picture(tmp_path: Path) -> None:
    assert FIGURES.keys() == PARTS.keys()
    drawn = draw(FIGURES, tmp_path)
    report = write(FIGURES, RASA, drawn)

    assert report.count("\n## ") == 1 + len(PARTS)
    assert "[picture" not in report
    assert {f"img/{path.name}" for path in tmp_path.glob("*.svg")} == {f"img/bench-{name}.svg" for name in drawn}
    assert all(f"img/bench-{name}.svg)" in report for name in drawn)
    assert "| turn 1000 against turn 5 | 1.50 | at most 2 | yes |" in report


@pytest.mark.parametrize("part", PARTS)
def test_the_report_can_be_made_of_one_part(part: str, tmp_path: Path) -> None:
    figures = {part: FIGURES[part]}

    assert "not measured" in write(figures, {}, draw(figures, tmp_path))
