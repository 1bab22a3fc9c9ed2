"""A copy of the project with few labels, so that its model is trained in seconds: the real pipeline and processes.

The examples stand in small_nlu: a part of data/nlu as it once was, so that what the small model gets wrong stays so.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from tests.conftest import ROOT

FOLDERS = ("bot", "actions", "data/facts", "data/rules", "data/responses", "data/augmentation", "tests/evaluation")
FILES = (
    "config.yml", "domain.yml", "endpoints.yml", "credentials.yml", "uv.lock", "tests/__init__.py",
    "tests/questions/__init__.py", "tests/questions/ask.py",
)  # fmt: skip
QUESTIONS = 5
"""Questions of each set."""


def make(folder: Path) -> Path:
    """The project in this folder. It has no model yet."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for language in ("nl", "en"):
        (folder / "data" / "nlu" / language).mkdir(parents=True)
        shutil.copy(Path(__file__).parent / "small_nlu" / f"{language}.yml", folder / "data/nlu" / language / "few.yml")
    for name in ("sample", "tuning"):
        _write_questions(ROOT / "tests" / "questions" / f"{name}.jsonl", folder / "tests" / "questions")
    return folder


def environment(folder: Path) -> dict[str, str]:
    """The settings of everything that runs in it."""
    urls = {f"{name.upper()}_URL": f"sqlite:///{folder}/var/{name}.db" for name in ("facts", "conversations", "review")}
    (folder / "var").mkdir(exist_ok=True)
    return {**os.environ, **urls, "SECRET_KEY": "k" * 32}


def _write_questions(source: Path, folder: Path) -> None:
    lines = source.read_text(encoding="utf-8").splitlines()
    # Those that the small model passes by far, with and without another example: it knows too little for the others.
    few = [line for line in lines if json.loads(line)["kind"] == "outofscope"][:QUESTIONS]
    (folder / source.name).write_text("\n".join(few) + "\n", encoding="utf-8")
