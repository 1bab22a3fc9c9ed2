"""What was measured, written down part by part: a run that is stopped loses nothing."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

from bot.settings import ROOT


class Figures:
    """The figures in a JSON file: one entry a part, each with when, of which commit and where it was measured."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> dict[str, Any]:
        return read(self._path)

    def put(self, part: str, measured: dict[str, Any]) -> None:
        """Replaces a part and leaves the others as they are."""
        parts = self.all() | {part: {"about": about(), **measured}}
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps(parts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        new.replace(self._path)


def read(path: Path) -> dict[str, Any]:
    """The figures in a file; none when it is not there."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def about() -> dict[str, str]:
    """When, of which commit, and on what this was measured. `load` is how many processes wanted to run before."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout
    try:
        release = platform.freedesktop_os_release()
        system = f"{release.get('ID', 'linux').capitalize()} {release.get('VERSION_ID', '')}".strip()
    except OSError:
        system = platform.system()
    return {
        "date": date.today().isoformat(),
        "commit": commit.strip() or "unknown",
        "machine": f"{os.cpu_count()} cores, {system}",
        "load": f"{os.getloadavg()[1]:.1f}",
    }
