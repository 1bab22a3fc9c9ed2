"""Trains the model, unless nothing it is made of has changed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from bot.settings import ROOT, Settings

MODEL = "assistant"
DATA = ("data/nlu", "data/rules", "data/stories")
"""What Rasa reads. Never `data` as a whole: Rasa takes every YAML file in it that looks like its own."""
MADE_OF = ("config.yml", "domain.yml", "bot/ranking.py", "bot/text.py", "bot/encoder.py", "uv.lock")


def model_path(settings: Settings) -> Path:
    return ROOT / settings.model_folder / f"{MODEL}.tar.gz"


def fingerprint() -> str:
    """Changes when anything the model is made of changes."""
    files = [ROOT / name for name in MADE_OF]
    files += sorted(path for folder in DATA for path in (ROOT / folder).rglob("*.yml"))
    return _digest(path for path in files if path.exists())


def is_current(settings: Settings) -> bool:
    """Whether the model is there and was made of what is there now."""
    note = model_path(settings).with_suffix(".fingerprint")
    return model_path(settings).exists() and note.exists() and note.read_text() == fingerprint()


def train_model(settings: Settings, force: bool = False) -> int:
    """Runs `rasa train`. Returns its exit code."""
    if not force and is_current(settings):
        print("The model is up to date.")
        return 0
    prepare_facts(settings)
    print("Training the model: about three minutes on two cores.", flush=True)
    environment = dict(os.environ, **rasa_environment(settings))
    folders = [folder for folder in DATA if any((ROOT / folder).rglob("*.yml"))]
    command = [sys.executable, "-m", "rasa", "train", "--data", *folders, "--out", settings.model_folder]
    result = subprocess.run([*command, "--fixed-model-name", MODEL], cwd=ROOT, env=environment, check=False)
    if result.returncode == 0:
        model_path(settings).with_suffix(".fingerprint").write_text(fingerprint())
    return result.returncode


def prepare_facts(settings: Settings) -> None:
    """Brings the facts database up to date with the YAML. Raises FactsError with every mistake in it."""
    from actions.facts.database import connect, migrate
    from actions.facts.load import load
    from actions.facts.schema import parse

    engine = connect(settings.facts_url)
    migrate(engine)
    load(engine, parse(ROOT / settings.facts_folder))
    engine.dispose()


def rasa_environment(settings: Settings) -> dict[str, str]:
    """What Rasa and the action server read from their environment."""
    return {
        "RASA_TELEMETRY_ENABLED": "false",
        "FACTS_URL": settings.facts_url,
        "CONTACT_EMAIL": settings.contact_email,
        "GENERAL_CONTACT": settings.general_contact,
        "ACTION_TIMEOUT": str(settings.action_timeout),
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "SANIC_REQUEST_MAX_SIZE": "65536",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
