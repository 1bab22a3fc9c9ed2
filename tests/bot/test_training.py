"""What a model is made of, and what it is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from actions.facts import schema
from bot.settings import ROOT, Settings
from bot.training import PACKAGES, locked, prepare_facts

LOCK = """
[[package]]
name = "scikit-learn"
version = "{scikit_learn}"

[[package]]
name = "uvicorn"
version = "{uvicorn}"
"""


def test_only_packages_that_compute_the_model_count(tmp_path: Path) -> None:
    def read(scikit_learn: str, uvicorn: str) -> list[str]:
        lock = tmp_path / "uv.lock"
        lock.write_text(LOCK.format(scikit_learn=scikit_learn, uvicorn=uvicorn), encoding="utf-8")
        return locked(lock)

    assert read("1.1.3", "0.29") == read("1.1.3", "0.30") == ["scikit-learn==1.1.3"]
    assert read("1.1.3", "0.29") != read("1.2.0", "0.29")


def test_each_of_these_packages_is_in_the_lock_file() -> None:
    assert [line.split("==")[0] for line in locked(ROOT / "uv.lock")] == sorted(PACKAGES)


def test_facts_are_read_when_they_have_changed_and_only_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "facts"
    shutil.copytree(ROOT / "data" / "facts", folder)
    settings = Settings.from_env({"FACTS_URL": f"sqlite:///{tmp_path}/facts.db", "FACTS_FOLDER": str(folder)})
    read: list[Path] = []
    parse = schema.parse
    monkeypatch.setattr(schema, "parse", lambda path: read.append(path) or parse(path))

    prepare_facts(settings)
    prepare_facts(settings)
    assert read == [folder]
    with (folder / "terms.yml").open("a", encoding="utf-8") as file:
        file.write("\n# a note\n")
    prepare_facts(settings)
    assert read == [folder, folder]
