"""Each fault for a few seconds of load, on one machine with SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.running import Load, run
from tests.faults.single import Single, faults, single

pytestmark = pytest.mark.processes
SHORT = Load(conversations=3, seconds=0.5)
NAMES = (
    "serve-rasa-killed", "serve-actions-killed", "serve-web-killed", "sqlite-disk-full", "sqlite-locked",
    "model-truncated",
)  # fmt: skip


@pytest.fixture(scope="module")
def assistant(faults_project: Path) -> Iterator[Single]:
    with single(faults_project) as running:
        yield running


@pytest.mark.parametrize("name", NAMES)
def test_no_message_is_lost_doubled_or_forgotten(assistant: Single, name: str) -> None:
    fault = next(fault for fault in faults(assistant) if fault.name == name)
    verdict = run(assistant, fault, SHORT)
    assert verdict.good, verdict.as_row()
    assert assistant.restarts == 0
