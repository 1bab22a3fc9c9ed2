"""The models: one is active and replaced in one step, the last five are kept, and one can go back."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from bot.models import ARCHIVE, FINGERPRINT, NOTES, Models, NoSuchModel, rasa_id


@pytest.fixture
def models(tmp_path: Path) -> Models:
    return Models(tmp_path)


def train(models: Models, id: str) -> str:
    """A candidate whose archive holds nothing but its id."""
    folder = models.candidates / id
    folder.mkdir(parents=True)
    write(folder, id)
    (folder / NOTES).write_text(json.dumps({"id": id, "trained_at": f"2026-11-26T{id}"}), encoding="utf-8")
    return id


def write(folder: Path, id: str) -> None:
    body = json.dumps({"model_id": f"rasa-{id}"}).encode()
    with tarfile.open(folder / ARCHIVE, "w:gz") as tar:
        member = tarfile.TarInfo("metadata.json")
        member.size = len(body)
        tar.addfile(member, io.BytesIO(body))
    (folder / FINGERPRINT).write_text(f"made of {id}", encoding="utf-8")


def listed(models: Models) -> list[tuple[str, str]]:
    return [(m.id, "active" if m.active else "candidate" if m.candidate else "earlier") for m in models.all()]


def test_an_activated_candidate_is_the_active_model_with_its_fingerprint(models: Models) -> None:
    models.activate(train(models, "01"))
    assert rasa_id(models.archive) == "rasa-01"
    assert (models.folder / FINGERPRINT).read_text() == "made of 01"
    assert listed(models) == [("01", "active")]


def test_the_file_is_replaced_and_never_written_into(models: Models) -> None:
    models.activate(train(models, "01"))
    with models.archive.open("rb") as opened:
        before = opened.read()
        models.activate(train(models, "02"))
        opened.seek(0)
        assert opened.read() == before
    assert rasa_id(models.archive) == "rasa-02"


def test_the_model_before_comes_back_step_by_step(models: Models) -> None:
    for id in ("01", "02", "03"):
        models.activate(train(models, id))
    assert [models.rollback().id, models.rollback().id] == ["02", "01"]
    assert rasa_id(models.archive) == "rasa-01"
    with pytest.raises(NoSuchModel, match="No model is kept"):
        models.rollback()
    assert [id for id, _ in listed(models)] == ["03", "02", "01"]
    assert models.activate("03").id == "03"


def test_the_last_five_are_kept(models: Models) -> None:
    for number in range(1, 8):
        models.activate(train(models, f"0{number}"))
    assert [id for id, _ in listed(models)] == ["07", "06", "05", "04", "03"]


def test_old_candidates_are_deleted_and_no_other(models: Models) -> None:
    models.activate(train(models, "00"))
    for number in range(1, 8):
        train(models, f"0{number}")
    models.prune_candidates()
    assert [id for id, _ in listed(models)] == ["07", "06", "05", "04", "03", "00"]


def test_a_model_put_there_by_hand_is_kept_too(models: Models) -> None:
    models.activate(train(models, "01"))
    write(models.folder, "by-hand")
    assert ("rasa-by-hand", "active") in listed(models)
    models.activate(train(models, "02"))
    assert models.rollback().id == "rasa-by-hand"
    assert (models.folder / FINGERPRINT).read_text() == "made of by-hand"
    assert models.rollback().id == "01"


def test_a_model_that_is_not_there_changes_nothing(models: Models) -> None:
    models.activate(train(models, "01"))
    for id in ("02", "../history/01", ""):
        with pytest.raises(NoSuchModel, match="There is no model"):
            models.activate(id)
    assert rasa_id(models.archive) == "rasa-01"


def test_a_broken_archive_has_no_id(tmp_path: Path) -> None:
    (tmp_path / ARCHIVE).write_bytes(b"no archive")
    assert rasa_id(tmp_path / ARCHIVE) is None
    assert rasa_id(tmp_path / "nowhere") is None
