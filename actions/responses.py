"""What the assistant says around the facts, from data/responses."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent.parent / "data" / "responses"
CONTACT = "info-internationaal@enschede.nl"
GENERAL = "www.enschede.nl"


@lru_cache(maxsize=2)
def texts(language: str) -> dict[str, Any]:
    """All texts of a language, by key."""
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))
    return loaded


def say(key: str, language: str, **places: str) -> str:
    """The text under a key, with its places filled; the contacts are filled in everywhere."""
    contacts = {
        "contact": os.environ.get("CONTACT_EMAIL", CONTACT),
        "general": os.environ.get("GENERAL_CONTACT", GENERAL),
    }
    return str(texts(language)[key]).format(**contacts, **places)
