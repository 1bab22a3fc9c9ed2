"""Questions on other subjects by the thousand: how many get a fact for an answer."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tests.evaluation.datasets import Line
from tests.evaluation.replies import Send
from tests.evaluation.scoring import grouped


def outcomes(lines: Iterable[Line], send: Send) -> Iterator[str]:
    """The outcome of each line, each in a conversation of its own."""
    for line in lines:
        try:
            yield str(send(uuid.uuid4().hex, line.text).get("outcome"))
        except (OSError, ValueError):
            yield "failed"


def answered(lines: Sequence[Line], outcome: Sequence[str]) -> dict[str, Any]:
    """By source and language: how many were answered with a fact, and how often each outcome came."""
    pairs = list(zip(lines, outcome, strict=True))
    names = ("all", *sorted({group(line) for line in lines}))
    return {
        "answered": grouped((name, got == "answered") for line, got in pairs for name in ("all", group(line))),
        "outcomes": {name: _counts([got for line, got in pairs if name in ("all", group(line))]) for name in names},
    }


def group(line: Line) -> str:
    """Where a line comes from, and its language."""
    return f"{line.source}/{line.language}"


def _counts(values: Sequence[str]) -> dict[str, int]:
    return {value: values.count(value) for value in sorted(set(values))}
