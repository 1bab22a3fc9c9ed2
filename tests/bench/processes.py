"""Processes that are measured: how long they take to start, what they hold in memory, what they take of the processor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

STOPPING = 30.0
"""Seconds a process gets to stop by itself."""


class Process:
    """A process of its own session, with its log in a file. It may start others: they count as its own."""

    def __init__(
        self, name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path
    ) -> None:
        self.name, self.log = name, log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                list(command), cwd=folder, env=dict(environment), stdout=output, stderr=output, start_new_session=True
            )

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def tree(self) -> list[psutil.Process]:
        """It and all that it started and that still run."""
        return _tree(self._process.pid)

    def memory(self) -> dict[str, float]:
        """MB by process: its proportional set size, in which what several share is counted once in all."""
        found: dict[str, float] = {}
        for each in self.tree():
            with suppress(psutil.NoSuchProcess):
                role = _role(each.cmdline(), self.name)
                found[role] = round(found.get(role, 0.0) + each.memory_full_info().pss / 1e6, 1)
        return found

    def seconds(self) -> float:
        """Seconds of the processor that it and those that it started have taken until now."""
        total = 0.0
        for each in self.tree():
            with suppress(psutil.NoSuchProcess):
                times = each.cpu_times()
                total += times.user + times.system
        return total

    def stop(self) -> None:
        if not self.running:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            end(self._process.pid)
            self._process.wait()


def stop_in_order() -> None:
    """Makes a stop signal end what was started, too: else it would be left running. A second one changes nothing."""

    def stop(_signal: int, _frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.exit(143)

    signal.signal(signal.SIGTERM, stop)


def end(pid: int) -> None:
    """Ends a process and all that it started."""
    for each in _tree(pid):
        with suppress(psutil.NoSuchProcess):
            each.kill()


def _tree(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        own = psutil.Process(pid)
        return [own, *own.children(recursive=True)]
    return []


ROLES = {"bot.rasa_server": "Rasa", "bot.action_server": "action server", "bot.web.server": "web", "bot": "supervisor"}


def _role(command: Sequence[str], name: str) -> str:
    return next((role for word, role in ROLES.items() if word in command), name)


def environment(**more: str) -> dict[str, str]:
    """Ours, without what would lead another Python to our modules."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV", "BASE")}
    return (
        kept
        | {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "2", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
        | more
    )


def forget_files(*folders: Path) -> int:
    """Takes files out of the kernel's cache, as after a restart of the machine; returns how many.

    What another process has mapped stays, so that a start beside a running assistant is not quite cold.
    """
    count = 0
    for folder in folders:
        for path in [folder] if folder.is_file() else folder.rglob("*"):
            if path.is_symlink() or not path.is_file():
                continue
            with suppress(OSError):
                number = os.open(path, os.O_RDONLY)
                try:
                    os.posix_fadvise(number, 0, 0, os.POSIX_FADV_DONTNEED)
                    count += 1
                finally:
                    os.close(number)
    return count


def timed(command: Sequence[str], folder: Path, environ: Mapping[str, str], log: Path) -> tuple[float, float]:
    """Runs a command: seconds that pass, and seconds of the processor. Raises RuntimeError when it fails."""
    before, began = os.times(), time.perf_counter()
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("ab") as output,
        subprocess.Popen(list(command), cwd=folder, env=dict(environ), stdout=output, stderr=output) as process,
    ):
        try:
            process.wait()
        except BaseException:
            end(process.pid)
            raise
    seconds, after = time.perf_counter() - began, os.times()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command[:6])} … failed: see {log}")
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return round(seconds, 1), round(used, 1)
