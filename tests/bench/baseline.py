"""The slow baselines: Rasa's default trained on the same examples, with static answers and with one action.

`make bench-rasa` trains them, in an environment of their own with TensorFlow, and writes docs/benchmark-rasa.json. The
models stay in var/. Of the intent classifier's epochs, of which `rasa init` sets 100, only a few are trained: all would
take a day, so the time of a whole training is calculated from that of an epoch.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

from bot.settings import ROOT, Settings
from bot.training import prepare_facts
from tests.bench.figures import about
from tests.bench.processes import environment, stop_in_order, timed
from tests.evaluation.questions import read_examples
from tests.evaluation.rasa_baseline import static_answers
from tests.evaluation.rasa_project import intent_name, write_dialogue, write_project

PYTHON = ROOT / "var" / "rasa-baseline" / ".venv" / "bin" / "python"
WORK = ROOT / "var" / "bench" / "rasa"
FIGURES = "benchmark-rasa.json"
EPOCHS = 2
"""Epochs of the intent classifier; their batches grow from 64 to 256 examples, as those of Rasa's 100 do."""
DEFAULT_EPOCHS = 100
ACTION = "action_answer"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.baseline", description=__doc__)
    parser.add_argument("--epochs", type=int, default=EPOCHS, help=f"epochs of the intent classifier ({EPOCHS})")
    parser.add_argument(
        "--examples", type=int, default=0, metavar="N", help="train with so many examples only, to try it"
    )
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where the figures go")
    options = parser.parse_args()
    stop_in_order()
    if not PYTHON.exists():
        print("Rasa with TensorFlow is not installed: `make bench-rasa` does so", file=sys.stderr)
        return 1
    out = options.docs / FIGURES
    out.write_text(json.dumps(train(options.epochs, options.examples), indent=1) + "\n", encoding="utf-8")
    print(f"Written: {out}")
    return 0


def folder(name: str) -> Path:
    return WORK / name


def model(name: str) -> Path:
    """The trained model of a baseline: rasa, with static answers, or action."""
    return folder(name) / "models" / "baseline.tar.gz"


def train(epochs: int, most: int = 0) -> dict[str, Any]:
    """Trains both. Rasa's cache is of little use to the second: its domain is part of what the classifier is made of.

    `most` takes only so many examples, spread over all; 0 takes all.
    """
    shutil.rmtree(WORK, ignore_errors=True)
    examples = read_examples()
    examples = examples[:: max(len(examples) // most, 1)] if most else examples
    answers = static_answers(sorted({example.label for example in examples}))
    for name in ("rasa", "action"):
        write_project(folder(name), epochs, examples, [])
        write_dialogue(folder(name), answers)
    prepare_facts(Settings.from_env({"FACTS_URL": f"sqlite:///{WORK}/facts.db"}))
    (WORK / "answers.json").write_text(
        json.dumps({intent_name(label): text for label, text in answers.items()}, ensure_ascii=False), encoding="utf-8"
    )
    _use_an_action(folder("action"))
    taken = {name: _train(name) for name in ("rasa", "action")}
    first = taken["rasa"]
    missing = DEFAULT_EPOCHS - epochs
    return {
        "about": about(),
        "examples": len(examples),
        "few_examples": bool(most),
        "intents": len({example.label for example in examples}),
        "epochs": epochs,
        **first,
        "extrapolated_training_seconds": round(first["training_seconds"] + missing * first["epoch_seconds"], 1),
        "extrapolated_training_cpu_seconds": round(
            first["training_cpu_seconds"] + missing * first["epoch_cpu_seconds"], 1
        ),
        "action_training_seconds": taken["action"]["training_seconds"],
    }


def _use_an_action(project: Path) -> None:
    """Makes the one action answer every intent."""
    shutil.copytree(Path(__file__).parent / "lookup_action", project / "actions")
    domain = yaml.safe_load((project / "domain.yml").read_text(encoding="utf-8"))
    del domain["responses"]
    domain["actions"] = [ACTION]
    rules = yaml.safe_load((project / "data" / "rules.yml").read_text(encoding="utf-8"))
    for rule in rules["rules"]:
        rule["steps"][-1] = {"action": ACTION}
    for name, data in (("domain.yml", domain), ("data/rules.yml", rules)):
        (project / name).write_text(yaml.dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _train(name: str) -> dict[str, Any]:
    print(f"Rasa: training {name}, with its log in {(folder(name) / 'training.log').relative_to(ROOT)}", flush=True)
    script = Path(__file__).with_name("rasa_training.py")
    found = environment(RASA_CACHE_DIRECTORY=str(WORK / "cache"), RASA_MAX_CACHE_SIZE="4000")
    timed([str(PYTHON), str(script), str(folder(name))], folder(name), found, folder(name) / "training.log")
    trained: dict[str, Any] = json.loads((folder(name) / "training.json").read_text(encoding="utf-8"))
    return trained


if __name__ == "__main__":
    sys.exit(main())
