"""Dates in the words of a language."""

from __future__ import annotations

from actions.facts.dates import LOCALES, in_words

__all__ = ["LOCALES", "has_day", "in_words"]


def has_day(iso: str) -> bool:
    """Whether a date names a day: "on 23 November 2026", but "in November 2026"."""
    return iso.count("-") == 2
