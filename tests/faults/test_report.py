"""The report: every fault with its figures, and those that could not be tried."""

from __future__ import annotations

from tests.faults.report import page
from tests.faults.running import Fault
from tests.faults.verdict import Verdict

ABOUT = {
    "date": "2026-11-26", "commit": "abc1234", "changed": False, "machine": "2 cores, Debian 12", "busy": 0.3,
    "conversations": 8, "seconds": 5.0, "model": "a small model",
}  # fmt: skip


def test_each_fault_is_a_row_with_its_figures() -> None:
    killed = Fault("killed", "kill -9 of Rasa", lambda: None)
    silent = Fault("silent", "a silent database", lambda: None)
    text = page([(killed, Verdict(100, 98, 4, 6, 7.5, 0, 0, 0, 0, 0, 0)), (silent, "silent: not ready again")], ABOUT)
    assert "| kill -9 of Rasa | 100 | 98 | 4 | 6 | 0 | 0 | 0 | 0 | 0 | 7.5 |" in text
    assert "| a silent database | silent: not ready again |" in text
    assert "2026-11-26, commit abc1234; 2 cores, Debian 12, load of the machine 0.3 before it began" in text
    assert "with changes" not in text
    assert "commit abc1234 with changes" in page([], ABOUT | {"changed": True})


def test_every_row_of_the_table_has_as_many_cells() -> None:
    fault = Fault("killed", "kill -9 of Rasa", lambda: None)
    text = page([(fault, Verdict(1, 1, 0, 0, 0.0, 0, 0, 0, 0, 0, 0)), (fault, "why not")], ABOUT)
    assert len({line.count("|") for line in text.splitlines() if line.startswith("|")}) == 1
