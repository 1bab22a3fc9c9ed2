"""The lists of words that the check looks for, by language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Words:
    """Words are in lower case."""

    hard: dict[str, str]
    """Hard words with plain ones instead."""
    hard_pattern: re.Pattern[str]
    informal: re.Pattern[str]
    """Words that speak to the reader as to a friend."""
    passive: tuple[re.Pattern[str], ...]
    """A verb in the passive, within a sentence in lower case; the group is its participle."""
    not_passive: frozenset[str]
    """Words that look like a participle and are none."""
    common: frozenset[str]
    """Words that stand in every other sentence, so that they cannot be a name."""


@lru_cache(maxsize=2)
def words(language: str) -> Words:
    path = Path(__file__).parent / f"{language}.yml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    hard = {str(word): str(plain) for word, plain in data["hard"].items()}
    longest_first = sorted(hard, key=len, reverse=True)
    return Words(
        hard=hard,
        hard_pattern=re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})\b"),
        informal=re.compile(rf"\b({'|'.join(data['informal'])})\b"),
        passive=tuple(map(re.compile, data["passive"])),
        not_passive=frozenset(data["not_passive"].split()),
        common=frozenset(data["common"].split()),
    )
