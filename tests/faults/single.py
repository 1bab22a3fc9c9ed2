"""The assistant on one machine, by `python -m bot serve` with SQLite. What dies is started again by `serve` itself."""

from __future__ import annotations

import os
import resource
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bot.serve import free_port
from tests.faults.kept import Kept
from tests.faults.running import Fault, wait_until_ready
from tests.faults.stored import messages
from tests.processes import small_project

FULL = 5.0
"""Seconds that a disk is full."""
HELD = 8.0
"""Seconds that another program writes to the store of conversations: longer than SQLite waits."""
ROLES = {"rasa": "--credentials", "actions": "bot.action_server", "web": "bot.web.server"}
"""A word in the command of each process of `serve`."""


class Single:
    """The running processes. `folder` is a project with a model."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._port = folder, free_port()
        environment = small_project.environment(folder) | {"PORT": str(self._port)}
        self._serve = Kept("serve", [sys.executable, "-m", "bot", "serve"], folder, environment)
        try:
            wait_until_ready(self.bases)
        except AssertionError:
            self.end()
            raise

    @property
    def bases(self) -> list[str]:
        return [f"http://127.0.0.1:{self._port}"]

    @property
    def store(self) -> Path:
        return self.folder / "var" / "conversations.db"

    @property
    def restarts(self) -> int:
        """How often `serve` itself had to be started again."""
        return self._serve.restarts

    def stored(self) -> list[tuple[str, str]]:
        return messages(f"sqlite:///{self.store}")

    def process(self, role: str) -> psutil.Process:
        """The process of a role that was started last."""
        found = [each for each in psutil.Process(self._serve.pid).children() if ROLES[role] in each.cmdline()]
        return max(found, key=lambda each: each.create_time())

    def end(self) -> None:
        self._serve.end()


@contextmanager
def single(folder: Path) -> Iterator[Single]:
    topology = Single(folder)
    try:
        yield topology
    finally:
        topology.end()


def faults(on: Single) -> list[Fault]:
    """Everything that can happen to it."""

    def full_disk() -> None:
        """No file of Rasa's and of the web process can grow, as on a full disk."""
        writers = [on.process("rasa"), on.process("web")]
        for process in writers:
            process.rlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        time.sleep(FULL)
        for process in writers:
            process.rlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def another_writer() -> None:
        store = sqlite3.connect(on.store, timeout=30, isolation_level=None)
        store.execute("BEGIN IMMEDIATE")
        time.sleep(HELD)
        store.execute("ROLLBACK")
        store.close()

    def truncated_model() -> None:
        """The model's file breaks off, and Rasa dies before anybody has noticed."""
        archive = on.folder / "models" / "assistant.tar.gz"
        os.truncate(archive, archive.stat().st_size // 2)
        on.process("rasa").kill()

    return [
        Fault("serve-rasa-killed", "`serve`: kill -9 of Rasa", lambda: on.process("rasa").kill()),
        Fault("serve-actions-killed", "`serve`: kill -9 of the action server", lambda: on.process("actions").kill()),
        Fault("serve-web-killed", "`serve`: kill -9 of the web process", lambda: on.process("web").kill()),
        Fault("sqlite-disk-full", f"`serve`: the disk is full for {FULL:.0f} s (SQLite)", full_disk),
        Fault("sqlite-locked", f"`serve`: another program writes for {HELD:.0f} s (SQLite)", another_writer),
        Fault("model-truncated", "`serve`: kill -9 of Rasa, and its model's file breaks off", truncated_model),
    ]
