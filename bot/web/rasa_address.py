"""Where Rasa is: at one address, or where a file says that changes when Rasa is replaced by one with a new model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname


@dataclass(frozen=True)
class Address:
    """`url` is where messages go. `leaving` is a Rasa that only finishes what it has begun, while there is one."""

    url: str
    leaving: str | None = None


class RasaAddress:
    """An address that may change. `where` is http://… or a file://… URL of a file with an address as JSON."""

    def __init__(self, where: str) -> None:
        parts = urlsplit(where)
        self._path = Path(url2pathname(parts.path)) if parts.scheme == "file" else None
        self._stamp: tuple[int, int] | None = None
        self._address = Address(where)

    def current(self) -> Address:
        """The address now. A file that cannot be read changes nothing: it is replaced in one step, never half written.

        Raises OSError when there never was one.
        """
        if self._path is None:
            return self._address
        try:
            found = self._path.stat()
            stamp = (found.st_ino, found.st_mtime_ns)
            if stamp != self._stamp:
                self._address = Address(**json.loads(self._path.read_text(encoding="utf-8")))
                self._stamp = stamp
        except (OSError, ValueError, TypeError) as error:
            if self._stamp is None:
                raise OSError(f"the file with Rasa's address cannot be read: {type(error).__name__}") from None
        return self._address
