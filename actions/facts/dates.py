"""Dates in the words of a language."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

LOCALES = {"nl": "nl_NL", "en": "en_GB"}
SHAPES = {1: "y", 2: "MMMM y", 3: "d MMMM y"}
"""Babel's date pattern by the number of parts that an ISO date has."""


def in_words(iso: str, language: str) -> str:
    """An ISO 8601 date of reduced precision in words: 2026-11 is "november 2026". What is no date stays as it is."""
    parts = iso.split("-")
    try:
        year, month, day = (int(part) for part in [*parts, "1", "1"][:3])
        return str(format_date(date(year, month, day), SHAPES[len(parts)], locale=LOCALES[language]))
    except (ValueError, KeyError):
        return iso
