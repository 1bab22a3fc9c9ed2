"""Trains a candidate, compares it with the active model, and activates it when it is not worse (see `comparison`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bot.comparison import HELD_OUT, REVIEWED, Comparison, compare, report
from bot.models import Model, Models, NoSuchModel, write
from bot.settings import ROOT, Settings
from bot.training import models, train_candidate

COMPARISON = "comparison.md"


def train_and_compare(settings: Settings, activate: bool) -> int:
    """The exit code: 0 when a candidate is there, and with `activate` is active; 1 when not.

    Raises RuntimeError when the questions cannot be asked.
    """
    candidate = train_candidate(settings)
    if candidate is None:
        return 1
    known = models(settings)
    if known.archive.exists():
        comparison = _compare(known, candidate)
        text = report(comparison)
        write(candidate.folder / COMPARISON, text)
        print(text)
        if comparison.worse and activate:
            print(f"So it was not activated. To do so all the same: python -m bot model activate {candidate.id}")
            return 1
    else:
        print("There is no active model to compare it with.")
    if activate:
        known.activate(candidate.id)
        log_activation(settings, candidate)
    else:
        print(f"To use it: python -m bot model activate {candidate.id}")
    return 0


def _compare(known: Models, candidate: Model) -> Comparison:
    """Asks both models all questions, at the same time: what they reply is compared, not how fast."""
    print("Asking the active model and the candidate the questions of the tests …", flush=True)
    with ThreadPoolExecutor(2) as pool:
        old, new = pool.map(_ask, (known.folder, candidate.folder))
    return compare(old, new)


def _ask(folder: Path) -> dict[str, Any]:
    """What the model in a folder replies. A process of its own: the evaluation belongs to the tests, not to the bot."""
    if not (ROOT / "tests" / "evaluation").is_dir():
        raise RuntimeError("Models are compared with the questions in tests/, which are not here.")
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary) / "asked.json"
        command = [sys.executable, "-m", "tests.evaluation.asked", str(out), *HELD_OUT, REVIEWED]
        done = subprocess.run(command, cwd=ROOT, env=os.environ | {"MODEL_FOLDER": str(folder)}, check=False)
        if done.returncode:
            raise RuntimeError(f"The questions could not be asked of the model in {folder}: see what it said above.")
        asked: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        return asked


def change_model(settings: Settings, action: str, id: str | None = None) -> int:
    """Lists the models, or activates one. Raises NoSuchModel."""
    known = models(settings)
    if action == "list":
        print("\n".join(map(line, known.all())) or "There are no models: run `python -m bot train` first.")
        return 0
    if action == "rollback":
        model = known.rollback()
    elif id is not None:
        model = known.activate(id)
    else:
        raise NoSuchModel("Say which model: `python -m bot model list` names those that there are.")
    log_activation(settings, model)
    return 0


def log_activation(settings: Settings, model: Model) -> None:
    """Says it, here and in the log of the staff pages. A store that is away is no reason to keep the old model."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.review.database import Database
    from bot.review.log import record

    print(f"{model.id} is active. A running assistant takes it within a minute.")
    try:
        with Database(settings.review_url).session() as session:
            record(session, by="command line", action="activate", object=f"model {model.id}")
            session.commit()
    except SQLAlchemyError as error:
        print(f"This is not in the log: its store is away ({type(error).__name__}).", file=sys.stderr)


def line(model: Model) -> str:
    """A model in the list: whether it is active, when and from what it was trained, and what is thought of it."""
    notes = model.notes
    kind = "active   " if model.active else "candidate" if model.candidate else "earlier  "
    examples = ", ".join(f"{count} {language}" for language, count in sorted(notes.get("examples", {}).items()))
    commit = f"commit {notes['commit']}{' with changes' if notes.get('changed') else ''}" if notes.get("commit") else ""
    compared = model.folder / COMPARISON
    judged = compared.read_text(encoding="utf-8").strip().splitlines()[-1] if compared.exists() else ""
    facts = [notes.get("trained_at", ""), commit, f"examples: {examples}" if examples else "", judged]
    return f"{kind} {model.id}  " + "; ".join(fact for fact in facts if fact)
