"""How long training takes, with all of the project's examples and with a part of them."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from bot.examples import read_examples
from bot.settings import ROOT
from tests.bench.options import Options, questions
from tests.bench.processes import environment, timed
from tests.evaluation.scoring import percentile
from tests.processes import small_project

ALL = "1"
"""The share that is all of them: one of one."""


def training(options: Options) -> dict[str, Any]:
    """By share, trained from nothing: seconds that pass and of the processor, and milliseconds to understand a message."""
    found = {}
    for share in options.examples:
        project = options.work / f"examples-{share}"
        small_project.make(project)
        number = _write_examples(project / "data" / "nlu", share, options.few_examples)
        seconds, used, size = _train(project)
        found[str(share)] = {
            "examples": number, "seconds": seconds, "cpu_seconds": used, "model_megabytes": size,
            "parse": _parse(project, questions(options.questions)),
        }  # fmt: skip
        shutil.rmtree(project)
    return {"shares": found, "few_examples": options.few_examples}


def _write_examples(folder: Path, share: int, few: bool) -> int:
    """Leaves one example of `share` in the copy, of each label in each language at least one. How many that are."""
    grouped = defaultdict(list)
    for example in read_examples(folder if few else ROOT / "data" / "nlu"):
        grouped[example.language, example.label].append(example.text)
    chance = random.Random(7)
    entries = defaultdict(list)
    number = 0
    for (language, label), texts in grouped.items():
        kept = texts if share == 1 else chance.sample(texts, max(len(texts) // share, 1))
        entries[language].append({"intent": label, "examples": "".join(f"- {text}\n" for text in kept)})
        number += len(kept)
    shutil.rmtree(folder)
    for language, nlu in entries.items():
        (folder / language).mkdir(parents=True)
        text = yaml.dump({"version": "3.1", "nlu": nlu}, allow_unicode=True, sort_keys=False, width=1000)
        (folder / language / "examples.yml").write_text(text, encoding="utf-8")
    return number


def _train(project: Path) -> tuple[float, float, float]:
    found = _environment(project)
    command = [sys.executable, "-m", "bot", "train", "--force"]
    seconds, used = timed(command, project, found, project / "training.log")
    return seconds, used, round((project / "models" / "assistant.tar.gz").stat().st_size / 1e6, 1)


def _parse(project: Path, asked: Any) -> dict[str, float]:
    """Understands the questions in a process of its own, with the copy's code and model."""
    (project / "asked.json").write_text(json.dumps(list(asked)), encoding="utf-8")
    script = Path(__file__).with_name("parsing.py")
    done = subprocess.run(
        [sys.executable, str(script), "models/assistant.tar.gz", "asked.json"],
        cwd=project, env=_environment(project), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the questions could not be understood: {done.stderr[-500:]}")
    times = json.loads(done.stdout.splitlines()[-1])
    return {f"p{percent}": round(percentile(times, percent), 2) for percent in (50, 95)}


def _environment(project: Path) -> dict[str, str]:
    urls = {name: value for name, value in small_project.environment(project).items() if name.endswith("_URL")}
    return environment(**urls, PYTHONPATH=str(project), PYTHONWARNINGS="ignore")
