"""All checks, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.content_check import (
    examples,
    keeping,
    library,
    links,
    names,
    parity,
    plain_language,
    reach,
    responses,
)  # fmt: skip
from bot.content_check.finding import Finding
from bot.content_check.near import NearPairs
from bot.content_check.project import read_project

MEMORY = Path("var") / "content-check.json"
"""Where it is remembered which texts are nearly the same; deleting it costs the next check some seconds."""


@dataclass(frozen=True)
class Options:
    """`today` decides what is overdue."""

    today: date
    links: bool = False
    """Whether to ask the network for each web address."""
    fewest: int = 20
    """Examples of an intent in a language below which there are few."""
    remember: bool = True
    """Whether to keep in var/ what was compared."""


def check(root: Path, options: Options) -> list[Finding]:
    """Everything that is wrong with the content of a project, by file and line.

    Raises FactsError when there are no facts at all.
    """
    return sorted(set(_found(root, options)), key=lambda found: (found.place, found.severity, found.key))


def _found(root: Path, options: Options) -> Iterator[Finding]:
    project = read_project(root, options.today)
    wrong = list(library.found(project))
    yield from wrong
    yield from responses.found(project)
    near = NearPairs(root / MEMORY if options.remember else None)
    yield from examples.found(project, options.fewest, near)
    near.save()
    if project.problems:
        # Half-read facts would have findings of their own, that go when the form is put right.
        return
    for part in (parity, keeping, names, plain_language):
        yield from part.found(project)
    if not wrong:
        yield from keeping.unused(project)
        yield from reach.found(project)
    if options.links:
        yield from links.found(project)
