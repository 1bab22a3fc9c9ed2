"""A process of ours: how it is started, and where it says that it is healthy."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.settings import ROOT

LOGS = ROOT / "var" / "log"
STOPPING = 10.0
"""Seconds a process gets to stop by itself."""


@dataclass(frozen=True)
class State:
    """What a process answers on its health: the status code, 0 when there is no answer, and what it says."""

    code: int
    said: dict[str, Any] = field(default_factory=dict)


@dataclass
class Child:
    """A process of ours. `health` is the URL that answers 200 when it is healthy."""

    name: str
    command: list[str]
    health: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    logs: Path = LOGS
    """Folder of its log."""

    @property
    def log(self) -> Path:
        return self.logs / f"{self.name}.log"

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
        return self.state().code == 200

    def state(self) -> State:
        """What the process says of itself."""
        try:
            with urllib.request.urlopen(self.health, timeout=2) as answer:
                return _state(answer.status, answer.read())
        except urllib.error.HTTPError as error:
            return _state(error.code, error.read())
        except OSError:
            return State(0)

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _state(code: int, body: bytes) -> State:
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    return State(code, said if isinstance(said, dict) else {})
