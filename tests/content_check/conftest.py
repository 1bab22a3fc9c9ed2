"""A small project without mistakes, in which a test plants one."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.content_check.check import Options, check
from bot.content_check.finding import Finding

SMALL = Path(__file__).parent / "small"
TODAY = date(2026, 11, 26)


class SmallProject:
    """Two examples of an intent are enough in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def replace(self, file: str, old: str, new: str) -> None:
        """Puts `new` for the one place where `old` stands; an empty `old` puts it at the end."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        if old:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")

    def findings(self, links: bool = False) -> list[Finding]:
        return check(self.root, Options(TODAY, links=links, fewest=2, remember=False))

    def found(self) -> list[tuple[str, int, str, str]]:
        """Every finding as (file, line, severity, key)."""
        return [(*each.place, str(each.severity), each.key) for each in self.findings()]


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    return SmallProject(Path(shutil.copytree(SMALL, tmp_path / "project")))
