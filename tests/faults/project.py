"""A small project with a model, on which faults are tried out."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from bot.models import Models
from tests.conftest import ROOT
from tests.processes import small_project


def make(folder: Path) -> Path:
    """The small project in this folder, with a model that is trained in seconds."""
    small_project.make(folder)
    environment = small_project.environment(folder)
    command = [sys.executable, "-m", "bot", "train"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def with_full_model(folder: Path) -> Path:
    """The small project with the assistant's own model, and a copy of it to go back to."""
    small_project.make(folder)
    models = Models(folder / "models")
    (models.candidates / "full").mkdir(parents=True)
    shutil.copy(ROOT / "models" / "assistant.tar.gz", models.candidates / "full")
    models.activate("full")
    return folder
