"""Each fault for a few seconds of load, on several processes with real PostgreSQL and Redis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import need
from tests.faults.clock import library
from tests.faults.running import Load, run
from tests.faults.scaled import Scaled, faults, scaled

pytestmark = pytest.mark.processes
SHORT = Load(conversations=4, seconds=0.5)
NAMES = (
    "rasa-killed", "actions-killed", "web-killed", "postgresql-killed", "redis-killed", "rasa-and-postgresql-killed",
    "database-slow", "database-silent", "actions-hang", "facts-locked", "clock-forward", "clock-back",
)  # fmt: skip


@pytest.fixture(scope="module")
def assistant(faults_project: Path) -> Iterator[Scaled]:
    with scaled(faults_project) as running:
        yield running


def test_every_fault_is_tried(assistant: Scaled) -> None:
    found = {fault.name for fault in faults(assistant)}
    assert found == set(NAMES) - (set() if library() else {"clock-forward", "clock-back"})


@pytest.mark.parametrize("name", NAMES)
def test_no_message_is_lost_doubled_or_forgotten(assistant: Scaled, name: str) -> None:
    if name.startswith("clock"):
        need("faketime", str(library()) if library() else None)
    fault = next(fault for fault in faults(assistant) if fault.name == name)
    verdict = run(assistant, fault, SHORT)
    assert verdict.good, verdict.as_row()
