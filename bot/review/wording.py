"""The texts of the staff pages: one file for each area and language, texts/AREA.nl.yml and texts/AREA.en.yml."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "texts"


@lru_cache(maxsize=4)
def texts(language: str) -> dict[str, Any]:
    """All texts in a language: those of an area stand under its name."""
    files = sorted(FOLDER.glob(f"*.{language}.yml"))
    return {path.name.partition(".")[0]: yaml.safe_load(path.read_text(encoding="utf-8")) for path in files}
