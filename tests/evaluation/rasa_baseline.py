"""Trains and asks a classic Rasa bot, and writes docs/evaluation-rasa.json: `make evaluate-rasa`.

RASA_PYTHON names the interpreter of the environment that holds Rasa with TensorFlow; RASA_EPOCHS changes the epochs
of the intent classifier. RASA_TRAINED names a project that has been trained already, such as the one of
`make bench-rasa` (var/bench/rasa/rasa), which is made of the same examples in the same way: it is only asked. DATASETS
adds a comparison of the classifiers alone on public data, MASSIVE_EPOCHS changes the epochs there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from actions.responses import say
from bot.settings import ROOT, Settings
from bot.training import prepare_facts
from tests.evaluation.datasets import Line, classification
from tests.evaluation.questions import Example, Item, read_examples, read_set
from tests.evaluation.rasa_project import FALLBACK, gradient_steps, write_dialogue, write_project
from tests.evaluation.scoring import macro_f1, percentile, rate, right_text

WORK = ROOT / "var" / "rasa-baseline"
FIGURES = ROOT / "docs" / "evaluation-rasa.json"
EPOCHS = 5
"""Epochs of the intent classifier on the project's examples, about 35 minutes on two idle cores.

`rasa init` sets 100, which would take half a day.
"""
CLASSIFIER_EPOCHS = 100
"""Epochs of the intent classifier on public data: what `rasa init` sets, about 20 minutes on two idle cores."""
DECLINES = ("out_of_scope", "unknown", FALLBACK)
KEYS = {
    "out_of_scope/services": "out_of_scope_services",
    "out_of_scope/tasks": "out_of_scope_tasks",
    "out_of_scope": "out_of_scope",
    "unknown": "not_in_sources",
    "abuse": "refuse",
    "prompt_injection": "refuse",
    "ask_source": "nothing_before",
    "repeat": "nothing_before",
    "more": "nothing_before",
    "not_understood": "rephrase",
    "switch_language": "switched",
    FALLBACK: "rephrase",
}
"""By label, or its first part: the text that answers it. Other small talk is answered by the text of its own name."""
COMPARISON = "partner_cities.members"
"""The statement that answers `compare`: a static answer cannot set two subjects side by side."""


def main() -> int:
    python = os.environ.get("RASA_PYTHON", str(WORK / ".venv" / "bin" / "python"))
    figures: dict[str, Any] = {"date": date.today().isoformat(), "bot": measure_bot(python)}
    if folder := os.environ.get("DATASETS"):
        figures["massive"] = measure_classifiers(python, Path(folder))
    elif FIGURES.exists() and "massive" in (before := json.loads(FIGURES.read_text(encoding="utf-8"))):
        figures["massive"] = before["massive"]
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"Written: {FIGURES.relative_to(ROOT)}")
    return 0


def measure_bot(python: str) -> dict[str, Any]:
    """A bot of the project's own examples, asked the single questions of the reporting set."""
    folder = _fresh(WORK / "bot")
    examples = read_examples()
    items = [item for item in read_set("reporting") if item.single]
    epochs = int(os.environ.get("RASA_EPOCHS", EPOCHS))
    write_project(folder, epochs, examples, [(item.id, item.first) for item in items])
    write_dialogue(folder, static_answers(sorted({example.label for example in examples})))
    if trained := os.environ.get("RASA_TRAINED"):
        epochs = take_over(Path(trained), folder)
    answers = _train_and_ask(python, folder)
    return {
        "examples": len(examples),
        "intents": len({example.label for example in examples}),
        "epochs": epochs,
        "steps": gradient_steps(len(examples), epochs),
        **json.loads((folder / "training.json").read_text(encoding="utf-8")),
        "parse_milliseconds": _times(answers.values()),
        **score_bot(items, answers),
    }


def score_bot(items: Sequence[Item], answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What share of the questions on facts it answers right, and how many it answers that it should decline."""
    held = [item for item in items if item.in_scope]
    right = {item.id: right_text(item.turns[0], answers[item.id]["reply"]) for item in held}
    groups = {"all": held, **{language: [i for i in held if i.language == language] for language in ("nl", "en")}}
    unanswerable = [item for item in items if item.kind in ("outofscope", "unknown")]
    return {
        "right": {name: rate(right[item.id] for item in group) for name, group in groups.items()},
        "declined": rate(_declines(answers[item.id]) for item in held),
        "answered_unanswerable": {
            kind: rate(not _declines(answers[item.id]) for item in unanswerable if item.kind == kind)
            for kind in ("outofscope", "unknown")
        },
    }


def measure_classifiers(python: str, datasets: Path) -> dict[str, Any]:
    """Rasa's classifier and this project's ranker, on the same lines of MASSIVE."""
    training, test = classification(datasets)
    folder = _fresh(WORK / "massive")
    examples = [Example(line.text, line.label, line.language) for line in training]
    epochs = int(os.environ.get("MASSIVE_EPOCHS", CLASSIFIER_EPOCHS))
    write_project(folder, epochs, examples, [(str(number), line.text) for number, line in enumerate(test)])
    answers = list(_train_and_ask(python, folder).values())
    return {
        "intents": len({line.label for line in training}),
        "training_lines": len(training),
        "test_lines": len(test),
        "rasa": {
            **json.loads((folder / "training.json").read_text(encoding="utf-8")),
            "epochs": epochs,
            # The classifiers are compared, not Rasa's fallback, which takes an unsure intent away.
            **_accuracy(test, [answer["likeliest"] for answer in answers]),
            "fallbacks": rate(answer["intent"] == FALLBACK for answer in answers),
            "parse_milliseconds": _times(answers),
        },
        "ours": _our_classifier(training, test),
    }


def _our_classifier(training: Sequence[Line], test: Sequence[Line]) -> dict[str, Any]:
    from bot.encoder import shared_encoder
    from bot.ranking import Examples, train

    started = time.perf_counter()
    texts = [line.text for line in training]
    ranker = train(Examples(texts, [line.label for line in training], shared_encoder().encode(texts)))
    seconds = time.perf_counter() - started
    predicted, times = [], []
    for line in test:
        begun = time.perf_counter()
        scores = ranker.rank([line.text], shared_encoder().encode([line.text]))[0]
        times.append((time.perf_counter() - begun) * 1e3)
        predicted.append(ranker.classes[int(scores.argmax())])
    return {
        "training_seconds": round(seconds, 1),
        **_accuracy(test, predicted),
        "parse_milliseconds": {"p50": round(percentile(times, 50), 1), "p95": round(percentile(times, 95), 1)},
    }


def _accuracy(test: Sequence[Line], predicted: Sequence[str]) -> dict[str, Any]:
    pairs = list(zip(test, predicted, strict=True))
    return {
        "accuracy": {
            name: rate(line.label == guess for line, guess in pairs if name in ("all", line.language))
            for name in ("all", "nl", "en")
        },
        "macro_f1": round(macro_f1([line.label for line in test], predicted), 4),
    }


def static_answers(labels: Iterable[str]) -> dict[str, str]:
    """By label: its one answer, in Dutch and then in English, as a bot without a language of its own would give."""
    from sqlalchemy.orm import Session

    from actions.facts.compose import answer
    from actions.facts.database import connect

    settings = Settings.from_env({"FACTS_URL": f"sqlite:///{WORK}/facts.db"})
    prepare_facts(settings)
    with Session(connect(settings.facts_url)) as session:
        known = _statements(session)
        texts = {}
        for label in [*labels, FALLBACK]:
            aspect, _, subject = label.partition("/")
            statement = COMPARISON if label == "compare" else f"{subject}.{aspect}"
            told = [
                answer(session, [statement], language).text if statement in known else _said(label, language)
                for language in ("nl", "en")
            ]
            texts[label] = "\n\n".join(told)
    return texts


def _statements(session: Any) -> set[str]:
    from actions.facts import queries

    return {statement.id for statement in queries.statements(session)}


def _said(label: str, language: str) -> str:
    head, _, rest = label.partition("/")
    key = KEYS.get(label) or KEYS.get(head) or rest or head
    return say(key, language, about="") if key == "not_in_sources" else say(key, language)


def _declines(answer: dict[str, Any]) -> bool:
    return str(answer["intent"]).startswith(DECLINES)


def _times(answers: Iterable[dict[str, Any]]) -> dict[str, float]:
    times = [answer["milliseconds"] for answer in answers]
    return {"p50": round(percentile(times, 50), 1), "p95": round(percentile(times, 95), 1)}


def _train_and_ask(python: str, folder: Path) -> dict[str, dict[str, Any]]:
    """By question: what Rasa made of it. Raises CalledProcessError when Rasa fails; its log says why."""
    print(f"Rasa: training in {folder.relative_to(ROOT)}, with its log in {folder.name}/training.log", flush=True)
    script = Path(__file__).with_name("rasa_training.py")
    environment = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }
    environment.pop("PYTHONPATH", None)
    with (folder / "training.log").open("w", encoding="utf-8") as log:
        subprocess.run(
            ["nice", "-n", "19", python, str(script), str(folder)],
            check=True, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    lines = (folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    return {answer["id"]: answer for answer in map(json.loads, lines)}


def take_over(trained: Path, folder: Path) -> int:
    """Takes the model of a project that is made of the same data, and gives its epochs. Raises ValueError for another."""
    for name in ("data", "domain.yml"):
        if subprocess.run(
            ["diff", "-r", trained / name, folder / name], stdout=subprocess.DEVNULL, check=False
        ).returncode:
            raise ValueError(f"{trained} was trained on other data than this: its {name} differs")
    shutil.copytree(trained / "models", folder / "models")
    for name in ("config.yml", "training.json"):
        shutil.copy(trained / name, folder)
    config = yaml.safe_load((folder / "config.yml").read_text(encoding="utf-8"))
    return next(int(each["epochs"]) for each in config["pipeline"] if each["name"] == "DIETClassifier")


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
