"""What a model is made of, and what it is not."""

from __future__ import annotations

from pathlib import Path

from bot.settings import ROOT
from bot.training import PACKAGES, locked

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
