"""A model's file that is not whole is never started with."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from bot.mending import is_whole, mend
from bot.models import Models
from bot.roles import prepared
from bot.serve import require
from bot.settings import Settings


def archive(path: Path, id: str) -> Path:
    """A file that looks like a model of Rasa's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as tar:
        for name, data in (("metadata.json", json.dumps({"model_id": id}).encode()), ("weights", id.encode() * 5000)):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def cut(path: Path, part: float = 0.9) -> None:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])


@pytest.fixture
def models(tmp_path: Path) -> Models:
    """Two models that were active, one after the other."""
    found = Models(tmp_path / "models")
    for id in ("first", "second"):
        archive(found.candidates / id / "assistant.tar.gz", id)
        found.activate(id)
    return found


def active(models: Models) -> list[str]:
    return [model.id for model in models.all() if model.active]


def test_a_whole_model_stays_as_it_is(models: Models) -> None:
    before = models.archive.stat()
    assert mend(models) is None
    assert models.archive.stat().st_ino == before.st_ino


@pytest.mark.parametrize("part", [0.0, 0.2, 0.9, 0.999])
def test_one_that_was_cut_off_is_replaced_by_its_copy(models: Models, part: float) -> None:
    cut(models.archive, part)
    assert not is_whole(models.archive)
    line = mend(models)
    assert line is not None and "was not whole: model second is in its place" in line
    assert is_whole(models.archive)
    assert active(models) == ["second"]
    assert mend(models) is None


def test_when_the_copy_is_broken_too_the_model_before_it_answers(models: Models) -> None:
    cut(models.archive)
    cut(models.history / "second" / "assistant.tar.gz")
    assert "model first" in (mend(models) or "")
    assert active(models) == ["first"]


def test_one_flipped_byte_is_noticed(models: Models) -> None:
    data = bytearray(models.archive.read_bytes())
    data[len(data) // 2] ^= 0xFF
    models.archive.write_bytes(data)
    assert not is_whole(models.archive)


def test_without_any_that_is_whole_the_start_says_what_to_do(tmp_path: Path) -> None:
    cut(archive(tmp_path / "assistant.tar.gz", "only"))
    settings = Settings(port=0, model_folder=str(tmp_path), actions_url="http://actions:5055")
    for start in (lambda: require(settings), lambda: prepared("rasa", replace(settings, rasa_port=5005))):
        with pytest.raises(RuntimeError, match=r"is not whole, and no model is kept .* train --force"):
            start()


def test_a_file_that_cannot_be_replaced_is_said(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(_source: Path, _target: Path) -> None:
        raise OSError(30, "Read-only file system")

    cut(models.archive)
    monkeypatch.setattr("bot.mending.copy", read_only)
    with pytest.raises(RuntimeError, match=r"not whole and cannot be replaced: .*Read-only"):
        mend(models)
