"""The trained models: which one is active, which were before it, and which are candidates.

    models/assistant.tar.gz           the active model, with assistant.tar.fingerprint
    models/active.json                which one that is, and which were active before it
    models/candidates/ID/             a trained model that was never active
    models/history/ID/                a model that is or was active; the last five are kept

A folder of a model holds assistant.tar.gz, its fingerprint, model.json (see `training`) and comparison.json (see
`candidates`), so that it can be served by itself with MODEL_FOLDER.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MODEL = "assistant"
ARCHIVE = f"{MODEL}.tar.gz"
FINGERPRINT = f"{MODEL}.tar.fingerprint"
NOTES = "model.json"
ACTIVE = "active.json"
KEPT = 5
"""Models that were active, the active one included, and as many candidates."""


class NoSuchModel(RuntimeError):
    """There is no model of this id."""


@dataclass(frozen=True)
class Model:
    """A trained model in a folder of its own. `notes` is what was written down when it was trained."""

    id: str
    folder: Path
    notes: dict[str, Any] = field(default_factory=dict)
    active: bool = False

    @property
    def candidate(self) -> bool:
        return self.folder.parent.name == "candidates"

    @property
    def archive(self) -> Path:
        return self.folder / ARCHIVE


class Models:
    """The models in a folder (the setting MODEL_FOLDER)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.candidates, self.history = folder / "candidates", folder / "history"

    @property
    def archive(self) -> Path:
        """The active model's file."""
        return self.folder / ARCHIVE

    def all(self) -> list[Model]:
        """Candidates and models that are or were active, the newest first."""
        active = self._active_id()
        folders = [path for part in (self.candidates, self.history) if part.is_dir() for path in part.iterdir()]
        found = [Model(f.name, f, read(f / NOTES), f.name == active) for f in folders if (f / ARCHIVE).exists()]
        if active is None and self.archive.exists():  # it was put there by hand
            found.append(Model(self._unnamed(), self.folder, self._notes_of_unnamed(), True))
        return sorted(found, key=lambda model: (str(model.notes.get("trained_at", "")), model.id), reverse=True)

    def find(self, id: str) -> Model:
        """The model of this id. Raises NoSuchModel."""
        for model in self.all():
            if model.id == id:
                return model
        raise NoSuchModel(f"There is no model {id}: `python -m bot model list` names those that there are.")

    def activate(self, id: str) -> Model:
        """Makes a model the active one and keeps the one that was. Raises NoSuchModel, or OSError."""
        with self._locked():
            before = self._keep_active()
            model = self.find(id)
            return self._replace(model, [id for id in before if id != model.id])

    def rollback(self) -> Model:
        """Makes the model active that was active before. Raises NoSuchModel when none is kept."""
        with self._locked():
            self._keep_active()
            known = {model.id: model for model in self.all()}
            before = [id for id in read(self.folder / ACTIVE).get("before", []) if id in known]
            if not before:
                raise NoSuchModel("No model is kept that was active before this one.")
            return self._replace(known[before[0]], before[1:])

    def prune_candidates(self) -> None:
        """Deletes all candidates but the newest."""
        for old in [model for model in self.all() if model.candidate][KEPT:]:
            shutil.rmtree(old.folder)

    def _replace(self, model: Model, before: list[str]) -> Model:
        """The file is replaced in one step. Its fingerprint is away meanwhile: a stop halfway means training again."""
        folder = self.history / model.id
        if model.candidate:
            self.history.mkdir(exist_ok=True)
            model.folder.rename(folder)
        (self.folder / FINGERPRINT).unlink(missing_ok=True)
        copy(folder / ARCHIVE, self.archive)
        if (folder / FINGERPRINT).exists():
            copy(folder / FINGERPRINT, self.folder / FINGERPRINT)
        kept = before[: KEPT - 1]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        note = {"id": model.id, "rasa_id": rasa_id(self.archive), "activated_at": now, "before": kept}
        write(self.folder / ACTIVE, json.dumps(note, indent=1))
        self._prune_history([model.id, *kept])
        return Model(model.id, folder, model.notes, True)

    def _prune_history(self, kept: list[str]) -> None:
        """Deletes all but those named and, up to the number that is kept, the newest of the others."""
        others = [model for model in self.all() if not model.candidate and model.id not in kept]
        for old in others[max(KEPT - len(kept), 0) :]:
            shutil.rmtree(old.folder)

    def _keep_active(self) -> list[str]:
        """Keeps the active model in the history, also one that was put there by hand. Gives the ids, newest first."""
        if not self.archive.exists():
            return []
        before: list[str] = list(read(self.folder / ACTIVE).get("before", []))
        active = self._active_id()
        if active is None:
            noted = read(self.folder / ACTIVE).get("id")
            before = [noted, *before] if noted else before
            active, notes = self._unnamed(), self._notes_of_unnamed()
            kept = self.history / active
            kept.mkdir(parents=True, exist_ok=True)
            copy(self.archive, kept / ARCHIVE)
            if (self.folder / FINGERPRINT).exists():
                copy(self.folder / FINGERPRINT, kept / FINGERPRINT)
            write(kept / NOTES, json.dumps(notes, indent=1))
            note = {"id": active, "rasa_id": notes["rasa_id"], "before": before}
            write(self.folder / ACTIVE, json.dumps(note, indent=1))
        return [active, *before]

    def _active_id(self) -> str | None:
        """The id of the active model; None when its file is another one than was noted."""
        note = read(self.folder / ACTIVE)
        known = self.archive.exists() and note.get("rasa_id") == rasa_id(self.archive)
        return str(note["id"]) if known and (self.history / str(note["id"]) / ARCHIVE).exists() else None

    def _unnamed(self) -> str:
        return (rasa_id(self.archive) or "unknown")[:12]

    def _notes_of_unnamed(self) -> dict[str, Any]:
        at = datetime.fromtimestamp(self.archive.stat().st_mtime, UTC).isoformat(timespec="seconds")
        return {"id": self._unnamed(), "rasa_id": rasa_id(self.archive), "trained_at": at}

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One at a time, also of several processes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def rasa_id(archive: Path) -> str | None:
    """The id that Rasa gave a model, which its events carry; None for a file that is no model."""
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                if Path(member.name).name == "metadata.json" and (file := tar.extractfile(member)) is not None:
                    return str(json.load(file)["model_id"])
    except (OSError, tarfile.TarError, EOFError, ValueError, KeyError):
        return None
    return None


def read(path: Path) -> dict[str, Any]:
    """A JSON file; empty when it is not there or not whole."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write(path: Path, text: str) -> None:
    """Writes a file in one step: whoever reads it meanwhile reads the old one or the new one."""
    new = path.with_name(f".{path.name}.new")
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def copy(source: Path, target: Path) -> None:
    """Copies a file in one step. A copy, not a link: Rasa writes into a file that is there."""
    new = target.with_name(f".{target.name}.new")
    shutil.copyfile(source, new)
    with new.open("rb") as file:
        os.fsync(file.fileno())
    new.replace(target)
