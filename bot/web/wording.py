"""The texts of the pages, in both languages, and which language a visitor gets."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.languages import DEFAULT, LANGUAGES

FOLDER = Path(__file__).parent / "texts"


@lru_cache(maxsize=4)
def texts(language: str) -> dict[str, Any]:
    """All texts in a language, by key. `reading` holds those of the pages to read."""
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))
    return loaded


def other(language: str) -> str:
    """The other of our two languages."""
    return next(code for code in LANGUAGES if code != language)


def preferred_language(header: str) -> str:
    """The one of our languages that an Accept-Language header (RFC 9110) likes best; Dutch when it names neither."""
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        tag, _, parameter = part.partition(";")
        code = tag.strip().partition("-")[0]
        if code in LANGUAGES:
            weights[code] = max(weights.get(code, 0.0), _weight(parameter))
    liked = {code: weight for code, weight in weights.items() if weight > 0}
    return max(liked, key=liked.__getitem__) if liked else DEFAULT


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
