"""How long training takes, with the project's examples and with several times as many."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from bot.settings import ROOT
from tests.bench import made_up
from tests.bench.options import Options, questions
from tests.bench.processes import environment, timed
from tests.evaluation.scoring import percentile
from tests.processes import small_project


def training(options: Options) -> dict[str, Any]:
    """The project's model, trained from nothing: seconds that pass, and of the processor."""
    project = _project(options.work / "training", options.few_examples, 1)
    seconds, used, size = _train(project)
    shutil.rmtree(project)
    return {"seconds": seconds, "cpu_seconds": used, "model_megabytes": size, "few_examples": options.few_examples}


def examples(options: Options) -> dict[str, Any]:
    """With so many times the examples: seconds of training, and milliseconds to understand a message."""
    found = {}
    for times in options.examples:
        project = _project(options.work / f"examples-{times}", options.few_examples, times)
        seconds, used, size = _train(project)
        found[str(times)] = {
            "examples": _count(project), "seconds": seconds, "cpu_seconds": used, "model_megabytes": size,
            "parse": _parse(project, questions(options.questions)),
        }  # fmt: skip
        shutil.rmtree(project)
    return {"times": found, "few_examples": options.few_examples}


def _project(folder: Path, few: bool, times: int) -> Path:
    """A copy of the project, so that neither its model nor Rasa's cache of it is touched."""
    project = small_project.make(folder)
    if not few:
        shutil.rmtree(project / "data" / "nlu")
        shutil.copytree(ROOT / "data" / "nlu", project / "data" / "nlu")
    chance = random.Random(7)
    for path in sorted((project / "data" / "nlu").rglob("*.yml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for number in range(1, times):
            again = {"version": data["version"], "nlu": [_varied(entry, chance) for entry in data["nlu"]]}
            copy = path.with_name(f"{path.stem}-{number}.yml")
            copy.write_text(yaml.dump(again, allow_unicode=True, sort_keys=False, width=1000), encoding="utf-8")
    return project


def _varied(entry: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    lines = [line for line in str(entry["examples"]).splitlines() if line.startswith("- ")]
    texts = (line[2:] for line in lines)
    return {**entry, "examples": "".join(f"- {made_up.mistyped(text, chance).strip()}\n" for text in texts)}


def _count(project: Path) -> int:
    files = (path.read_text(encoding="utf-8") for path in (project / "data" / "nlu").rglob("*.yml"))
    return sum(line.lstrip().startswith("- ") and "intent:" not in line for text in files for line in text.splitlines())


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
