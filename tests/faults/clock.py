"""A clock that can be set while processes run: Debian's faketime, which stands between them and the system's clock."""

from __future__ import annotations

import time
from pathlib import Path

NOTICED = 1
"""Seconds within which a process sees that its clock was set."""


def library() -> Path | None:
    """faketime's library; None where it is not installed."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return found[0] if found else None


class Clock:
    """The clock of the processes that get `environment`. It is right until it is set."""

    def __init__(self, folder: Path) -> None:
        self._file, self._library = folder / "clock", library()
        self.set(0)

    @property
    def environment(self) -> dict[str, str]:
        """Empty without faketime. What measures durations goes on as it does when a system's clock is set."""
        if self._library is None:
            return {}
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": str(NOTICED),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, seconds: int) -> None:
        """So many seconds from the right time, for all of them."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.replace(self._file)

    def jump(self, seconds: int) -> None:
        """Sets it and waits until everybody has seen it."""
        self.set(seconds)
        time.sleep(NOTICED + 0.2)
