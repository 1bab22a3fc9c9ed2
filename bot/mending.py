"""A model's file that is not whole, as after a copy that broke off or a full disk, is replaced by one that is."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path

from bot.models import ACTIVE, ARCHIVE, FINGERPRINT, Models, copy, rasa_id, read, write

BLOCK = 1 << 20


def is_whole(archive: Path) -> bool:
    """Whether a model's file can be read to its end, with the right check sum, and is one of Rasa's."""
    try:
        with gzip.open(archive) as file:
            while file.read(BLOCK):
                pass
    except (OSError, EOFError, zlib.error):
        return False
    return rasa_id(archive) is not None


def mend(models: Models) -> str | None:
    """Sees to it that the active model's file is whole: else a copy of it takes its place, or the model before it.

    Gives the line to say when something had to be done. Raises RuntimeError when there is nothing to take.
    """
    if is_whole(models.archive):
        return None
    note = read(models.folder / ACTIVE)
    known = [str(id) for id in (note.get("id"), *note.get("before", [])) if id]
    for place, id in enumerate(known):
        kept = models.history / id
        if is_whole(kept / ARCHIVE):
            try:
                _put_back(models, kept, known[place:])
            except OSError as error:
                raise RuntimeError(f"{models.archive} is not whole and cannot be replaced: {error}") from error
            return f"{models.archive} was not whole: model {id} is in its place, from {models.history}."
    raise RuntimeError(
        f"{models.archive} is not whole, and no model is kept that is: `python -m bot train --force` makes a new one."
    )


def _put_back(models: Models, kept: Path, known: list[str]) -> None:
    (models.folder / FINGERPRINT).unlink(missing_ok=True)
    copy(kept / ARCHIVE, models.archive)
    if (kept / FINGERPRINT).exists():
        copy(kept / FINGERPRINT, models.folder / FINGERPRINT)
    note = {"id": known[0], "rasa_id": rasa_id(models.archive), "before": known[1:]}
    write(models.folder / ACTIVE, json.dumps(read(models.folder / ACTIVE) | note, indent=1))
