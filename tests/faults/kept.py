"""A process that is started again when it ends, as systemd's Restart=always or a container engine would."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

PAUSE = 1.0
"""Seconds until it is started again: RestartSec of deploy/systemd."""


class Kept:
    """A process by its command. `restarts` counts how often it had to be started again."""

    def __init__(self, name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.name, self.restarts, self.pause = name, 0, PAUSE
        # It ends with the tests, also when these are killed.
        self._command = ["setpriv", "--pdeathsig=KILL", *command]
        self._folder, self._environment = folder, dict(environment)
        self._log = folder / "var" / "log" / f"{name}.log"
        self._ending = threading.Event()
        self._may_start = threading.Event()
        self._may_start.set()
        self._process = self._start()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """kill -9, of it and of all that it started."""
        for process in [*psutil.Process(self.pid).children(recursive=True), psutil.Process(self.pid)]:
            process.kill()

    def hold(self) -> None:
        """From now on it is not started again, until `release`."""
        self._may_start.clear()

    def release(self) -> None:
        self._may_start.set()

    def freeze(self) -> None:
        """It keeps its connections and answers nothing, until `thaw`."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        self._ending.set()
        self._may_start.set()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._keeper.join()

    def _keep(self) -> None:
        while not self._ending.is_set():
            self._process.wait()
            self._may_start.wait()
            if not self._ending.wait(self.pause):
                self.restarts += 1
                self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            return subprocess.Popen(self._command, cwd=self._folder, env=self._environment, stdout=log, stderr=log)
