"""What can be measured, by name, in the order in which all of it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.bench.changes import changes
from tests.bench.installing import install
from tests.bench.latency import latency, memory
from tests.bench.length import length
from tests.bench.options import Options
from tests.bench.starting import start
from tests.bench.subjects import linking, subjects
from tests.bench.timing import breakdown
from tests.bench.training import training

PARTS: dict[str, Callable[[Options], dict[str, Any]]] = {
    "install": install,
    "start": start,
    "memory": memory,
    "latency": latency,
    "breakdown": breakdown,
    "changes": changes,
    "length": length,
    "linking": linking,
    "subjects": subjects,
    "training": training,
}
