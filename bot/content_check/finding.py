"""What the check has to say about one place in the content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

TEXTS = Path(__file__).parent / "texts"


class Severity(StrEnum):
    """An error makes the check fail; a warning is something to look at."""

    ERROR = "error"
    WARNING = "warning"


class Place(NamedTuple):
    """A line of a file; the file from the project's folder, the line from 1."""

    file: str
    line: int


@dataclass(frozen=True)
class Finding:
    """`key` names a text of texts/{nl,en}.yml; `values` fill its places."""

    place: Place
    key: str
    values: Mapping[str, str] = field(default_factory=dict, hash=False)
    severity: Severity = Severity.ERROR

    def told(self, language: str) -> str:
        """The finding as a sentence."""
        return _texts(language)["findings"][self.key].format(**self.values)


def heading(key: str, language: str, **values: object) -> str:
    """A text of the report itself."""
    return _texts(language)["report"][key].format(**values)


@lru_cache(maxsize=2)
def _texts(language: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load((TEXTS / f"{language}.yml").read_text(encoding="utf-8"))
    return found


def error(place: Place, key: str, **values: object) -> Finding:
    return Finding(place, key, {name: str(value) for name, value in values.items()})


def warning(place: Place, key: str, **values: object) -> Finding:
    return Finding(place, key, {name: str(value) for name, value in values.items()}, Severity.WARNING)
