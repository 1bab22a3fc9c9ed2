"""An assistant to measure: one of our own on a free port, or the one at BASE."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot.serve import free_port
from bot.settings import ROOT

STARTING = 120.0
"""Seconds within which it has to be ready."""


@contextmanager
def running(folder: Path, environ: Mapping[str, str]) -> Iterator[str]:
    """The address of an assistant. Its databases are made in `folder`, unless BASE names one that runs already.

    Raises RuntimeError when it stops, or is not ready within two minutes.
    """
    if base := environ.get("BASE"):
        yield base.rstrip("/")
        return
    port = free_port()
    environment = {**os.environ, **databases(folder), "PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=environment)
    try:
        base = f"http://127.0.0.1:{port}"
        _wait(f"{base}/health/ready", process)
        yield base
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def databases(folder: Path) -> dict[str, str]:
    """The settings of databases in a folder."""
    return {
        f"{name.upper()}_URL": f"sqlite:///{folder.resolve()}/{name}.db"
        for name in ("facts", "conversations", "review")
    }


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("the assistant stopped while starting: see what it said above")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(f"the assistant was not ready within {STARTING:.0f} seconds")
