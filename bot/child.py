"""A process of ours: how it is started, and where it says that it is healthy."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.settings import ROOT

LOGS = ROOT / "var" / "log"
STOPPING = 10.0
"""Seconds a process gets to stop by itself."""


@dataclass
class Child:
    """A process of ours. `health` is the URL that answers 200 when it is healthy."""

    name: str
    command: list[str]
    health: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return LOGS / f"{self.name}.log"

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, **self.environment}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
            )

    @property
    def died(self) -> bool:
        """Whether it was started and runs no longer."""
        return self.process is not None and self.process.poll() is not None

    def healthy(self) -> bool:
        return self.state() is not None

    def state(self) -> dict[str, Any] | None:
        """What a healthy process says of itself; None when it is not healthy."""
        try:
            with urllib.request.urlopen(self.health, timeout=2) as answer:
                said = json.load(answer) if answer.status == 200 else None
        except (OSError, ValueError, urllib.error.URLError):
            return None
        return said if isinstance(said, dict) else None

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
