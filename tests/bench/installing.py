"""What is installed: MB on disk, and how long it takes with all packages at hand."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from bot.settings import ROOT
from tests.bench import baseline
from tests.bench.options import Options
from tests.bench.processes import environment, timed

RASA = "rasa==3.6.21"
BLOCK = 4096
"""Bytes of which a file takes a whole number."""


def install(options: Options) -> dict[str, Any]:
    """Both environments made anew, without development tools and without bytecode; ours with bytecode as well.

    The packages come from uv's cache: the first install of each is not timed. Raises RuntimeError without uv.
    """
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    if not Path(uv).exists():
        raise RuntimeError("uv is not there: `make setup` fetches it")
    found = {"ours": _ours(uv, options.work, ()), "ours_compiled": _ours(uv, options.work, ("--compile-bytecode",))}
    if baseline.PYTHON.exists():
        found["rasa"] = _rasa(uv, options.work)
    return {"environments": found}


def _ours(uv: str, work: Path, flags: tuple[str, ...]) -> dict[str, Any]:
    command = [uv, "sync", "--frozen", "--no-dev", "--python", sys.executable, *flags]
    return _installed(work / "ours-environment", [command], work)


def _rasa(uv: str, work: Path) -> dict[str, Any]:
    folder = work / "rasa-environment"
    python = str(baseline.PYTHON.resolve())
    # Without this project's settings, which leave TensorFlow out.
    into = [uv, "pip", "install", "--no-config", "--python", str(folder / "bin" / "python"), RASA]
    return _installed(folder, [[uv, "venv", "--clear", "--python", python, str(folder)], into], work)


def _installed(folder: Path, commands: list[list[str]], work: Path) -> dict[str, Any]:
    """The second time counts: the first one fetches what is not in the cache yet."""
    found = environment(UV_PROJECT_ENVIRONMENT=str(folder))
    for _ in range(2):
        shutil.rmtree(folder, ignore_errors=True)
        seconds = sum(timed(command, ROOT, found, work / "install.log")[0] for command in commands)
    size = megabytes(folder)
    shutil.rmtree(folder)
    return {"seconds": round(seconds, 1), "megabytes": size}


def megabytes(folder: Path) -> float:
    """What a folder takes on disk, each file once."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for place, _, files in os.walk(folder):
        for name in files:
            stat = (Path(place) / name).lstat()
            if (stat.st_dev, stat.st_ino) not in seen:
                seen.add((stat.st_dev, stat.st_ino))
                # By its size: what was just written may have no blocks yet.
                total += -(-stat.st_size // BLOCK) * BLOCK
    return round(total / 1e6, 1)
