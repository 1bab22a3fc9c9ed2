"""Which texts count as one and the same."""

from __future__ import annotations

import hashlib
import re
import unicodedata

ACCENTS = re.compile("[\u0300-\u036f]+")
MARKS = re.compile(r"[\W_]+")


def digest(text: str) -> str:
    """The same for texts that differ in capitals, accents, spaces and punctuation only."""
    plain = MARKS.sub(" ", ACCENTS.sub("", unicodedata.normalize("NFD", text)).casefold()).strip()
    return hashlib.sha256(plain.encode()).hexdigest()[:32]
