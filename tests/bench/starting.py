"""From the start of a system to its first answer, cold and warm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.settings import ROOT, Settings
from bot.training import model_path
from tests.bench import baseline
from tests.bench.options import Options
from tests.bench.processes import forget_files
from tests.bench.systems import NAMES, known, prepare, started


def start(options: Options) -> dict[str, Any]:
    """Seconds of each start: the systems in turn, first with their files out of the kernel's cache, then with them."""
    found: dict[str, dict[str, list[float]]] = {name: {"cold": [], "warm": []} for name in known(list(NAMES))}
    for name in found:
        prepare(name, options.work / name)
    for _ in range(options.starts):
        for name, took in found.items():
            for which in ("cold", "warm"):
                if which == "cold":
                    forget_files(*_files(name, options.work / name))
                with started(name, options.work / name) as system:
                    took[which].append(round(system.first, 1))
    return {"systems": found}


def _files(name: str, folder: Path) -> list[Path]:
    if name in ("rasa", "action"):
        return [baseline.PYTHON.parents[1], baseline.folder(name)]
    return [ROOT / ".venv", ROOT / "bot", ROOT / "actions", model_path(Settings()), folder]
