"""Replaces Rasa by one with the new model, without losing a message.

A new Rasa starts beside the old one. When it is healthy, the file with Rasa's address names it, and the web process
sends the next message there. The old one finishes what it has begun, and stops. A model with which Rasa does not become
healthy changes nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from bot.child import Child
from bot.models import write
from bot.web.rasa_address import Address

STARTING = 120.0
"""Seconds a process may take until it is healthy."""
SETTLING = 2.0
"""Seconds after which every message that was on its way to the old Rasa is there."""

NO_MODEL = "no model"
"""What a Rasa says (see `channel`) that has started and could not load its model."""


class RasaSwitch:
    """Watches the active model. `step` is called about once a second and never waits.

    `new_rasa` gives a Rasa that has not been started yet, with its URL; `patience` is how many seconds the old one gets
    to finish its messages.
    """

    def __init__(
        self, archive: Path, file: Path, new_rasa: Callable[[], tuple[Child, str]], patience: float = 30.0
    ) -> None:
        self._archive, self._file, self._new_rasa, self._patience = archive, file, new_rasa, patience
        self._stamp = stamp(archive)
        self.serving, self._url = new_rasa()
        self._starting: tuple[Child, str] | None = None
        self._leaving: tuple[Child, str] | None = None
        self._since = 0.0
        self._announce()

    @property
    def children(self) -> list[Child]:
        """Every Rasa that there is."""
        return [self.serving, *(pair[0] for pair in (self._starting, self._leaving) if pair)]

    def step(self) -> None:
        """Does what is due: start a new Rasa, switch to it, or stop the old one."""
        if self._leaving is not None:
            self._let_go(self._leaving)
        elif self._changed():
            self._begin()
        elif self._starting is not None:
            self._look_at(self._starting)

    def _changed(self) -> bool:
        now = stamp(self._archive)
        changed = now is not None and now != self._stamp
        self._stamp = now or self._stamp
        return changed

    def _begin(self) -> None:
        if self._starting is not None:  # of a model that has been replaced meanwhile
            self._starting[0].stop()
        print("The model has changed: starting Rasa with it beside the one that answers …", flush=True)
        self._starting, self._since = self._new_rasa(), time.monotonic()
        self._starting[0].start()

    def _look_at(self, starting: tuple[Child, str]) -> None:
        child, url = starting
        state = child.state()
        if state.code == 200:
            self._leaving, self._starting = (self.serving, self._url), None
            self.serving, self._url, self._since = child, url, time.monotonic()
            self._announce()
            print("The new model answers.", flush=True)
        elif child.died or state.said.get("status") == NO_MODEL or time.monotonic() - self._since > STARTING:
            child.stop()
            self._starting = None
            print(f"Rasa did not start with the new model; the old one goes on. See {child.log}.", flush=True)

    def _let_go(self, leaving: tuple[Child, str]) -> None:
        """Stops the old Rasa when it has nothing under way."""
        child, waited = leaving[0], time.monotonic() - self._since
        finished = waited > SETTLING and child.state().said.get("busy") == 0
        if child.died or finished or waited > self._patience:
            child.stop()
            self._leaving = None
            self._announce()

    def _announce(self) -> None:
        leaving = self._leaving[1] if self._leaving else None
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write(self._file, json.dumps(asdict(Address(self._url, leaving))))


def stamp(path: Path) -> tuple[int, int, int] | None:
    """Changes when the file does; None while it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
