"""The paragraphs of a source's text, as a search engine would index them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

BULLET = "•"
TITLE = 60
"""Characters up to which a line without closing punctuation is a title."""


def read_paragraphs(folder: Path) -> list[str]:
    """The paragraphs of all texts in a folder."""
    return [each for path in sorted(folder.glob("*.txt")) for each in paragraphs(path.read_text(encoding="utf-8"))]


def paragraphs(text: str) -> list[str]:
    """Blocks between blank lines. The bullets of a list belong to what introduces it, a title to what follows."""
    found: list[str] = []
    titles: list[str] = []
    for block in filter(None, (_tidy(block) for block in re.split(r"\n\s*\n", text))):
        if block.startswith(BULLET) and found and not titles:
            found[-1] += f"\n{block}"
        elif _is_title(block):
            titles.append(block)
        else:
            found.append("\n".join([*titles, block]))
            titles = []
    return found + (["\n".join(titles)] if titles else [])


def _tidy(block: str) -> str:
    return "\n".join(_lines(block))


def _lines(block: str) -> Iterable[str]:
    return (" ".join(line.split()) for line in block.splitlines() if line.strip())


def _is_title(block: str) -> bool:
    return "\n" not in block and len(block) <= TITLE and block[-1] not in ".:!?" and not block.startswith(BULLET)
