"""All measurements, one after the other, as one dictionary of figures. A rate is a pair: how many, of how many."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.settings import ROOT, Settings
from bot.training import model_path
from tests.evaluation import comparison, intents, stress
from tests.evaluation.assistant import databases, running
from tests.evaluation.curve import Answered, area, point, risk_coverage
from tests.evaluation.datasets import stress_set
from tests.evaluation.paragraphs import read_paragraphs
from tests.evaluation.questions import SETS, Item, Label, read_examples, read_labels, read_set
from tests.evaluation.replies import Turn, converse, over_http, summary
from tests.evaluation.scoring import Found, found, settled
from tests.evaluation.search import by_meaning, by_words
from tests.evaluation.understanding import Understood, understand

WORK = ROOT / "var" / "evaluation"
RASA = ROOT / "docs" / "evaluation-rasa.json"
PIPELINES = ROOT / "docs" / "pipelines.json"
REPORTING = "reporting"
THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
MUNICIPALITY = "enschede"
"""The subject that nearly every question is about; linking it says little."""


def measure(environ: Mapping[str, str]) -> dict[str, Any]:
    """Every figure of the report. What DATASETS and SOURCES would add is named under `left_out`."""
    WORK.mkdir(parents=True, exist_ok=True)
    sets = {name: read_set(name) for name in SETS}
    with running(WORK, environ) as base:
        send = over_http(base)
        turns = {name: _asked(name, items, send) for name, items in sets.items()}
        out_of_scope = _stress(environ.get("DATASETS"), send)
    understood = _understood(sets[REPORTING])
    labels = read_labels()
    figures: dict[str, Any] = {
        "about": about(),
        "sets": {name: summary(asked) for name, asked in turns.items()},
        "intents": {
            "examples": _cross_validated(int(environ.get("FOLDS", "1"))),
            "held_out": held_out(labels, understood),
        },
        "linking": linking(labels, understood),
        "curve": curve(sets[REPORTING], turns[REPORTING], understood),
        "stress": out_of_scope,
        "side_by_side": side_by_side(sets[REPORTING], turns[REPORTING], environ.get("SOURCES")),
        "rasa": json.loads(RASA.read_text(encoding="utf-8")) if RASA.exists() else None,
        "pipelines": json.loads(PIPELINES.read_text(encoding="utf-8")) if PIPELINES.exists() else None,
    }
    figures["left_out"] = [name for name in ("DATASETS", "SOURCES") if not environ.get(name)]
    return figures


def held_out(labels: Mapping[str, Label], understood: Mapping[str, Understood]) -> dict[str, Any]:
    """The ranker's likeliest label against the labels given by hand; any acceptable one is right."""
    predicted = [understood[each].label for each in labels]
    wanted = [settled(label.labels, guess) for label, guess in zip(labels.values(), predicted, strict=True)]
    return {"questions": len(labels), **intents.figures(wanted, predicted)}


def linking(labels: Mapping[str, Label], understood: Mapping[str, Understood]) -> dict[str, dict[str, Any]]:
    """Subjects linked against the subjects that the text names.

    Those without statements of their own (companies, mayors, Twente) are left out on both sides.
    """
    bare = frozenset(_terms())
    groups = {
        "all": list(labels.values()),
        "names spelled right": [label for label in labels.values() if not label.mistyped],
        "names with typing errors": [label for label in labels.values() if label.mistyped],
    }
    figures = {name: _found(group, understood, bare) for name, group in groups.items()}
    figures["all, Enschede aside"] = _found(groups["all"], understood, bare | {MUNICIPALITY})
    return figures


def _terms(path: Path = ROOT / "data" / "facts" / "terms.yml") -> list[str]:
    return list(yaml.safe_load(path.read_text(encoding="utf-8")))


def _found(labels: Sequence[Label], understood: Mapping[str, Understood], aside: frozenset[str]) -> dict[str, Any]:
    have: Found = found(
        [label.subjects - aside for label in labels], [understood[label.id].subjects - aside for label in labels]
    )
    return {"texts": len(labels), **asdict(have), "precision": have.precision, "recall": have.recall}


def curve(items: Sequence[Item], turns: Sequence[Turn], understood: Mapping[str, Understood]) -> dict[str, Any]:
    """Risk and coverage over the single questions: the replies that were given, at the decision's confidence."""
    replies = {turn.item: turn for turn in turns}
    questions = [
        Answered(
            understood[item.id].confidence if replies[item.id].outcome == "answered" else None,
            not replies[item.id].why,
        )
        for item in items
        if item.single
    ]
    points = risk_coverage(questions)
    return {
        "questions": len(questions),
        "holding": sum(item.in_scope for item in items),
        "area": area(points),
        "points": [asdict(each) for each in points],
        "thresholds": [asdict(point(questions, threshold)) for threshold in THRESHOLDS],
    }


def side_by_side(items: Sequence[Item], turns: Sequence[Turn], sources: str | None) -> dict[str, Any]:
    """Ours, and search over the sources' paragraphs when their folder is given, on the same questions."""
    asked = comparison.questions(items)
    figures: dict[str, Any] = {"questions": len(asked), "ways": {"assistant": comparison.ours(asked, turns)}}
    if sources:
        paragraphs = read_paragraphs(Path(sources))
        figures["paragraphs"] = len(paragraphs)
        for name, search in (("words", by_words(paragraphs)), ("meaning", by_meaning(paragraphs))):
            for number in comparison.BEST:
                figures["ways"][f"{name}/{number}"] = comparison.searched(asked, search, number)
    return figures


def about() -> dict[str, str]:
    """When, of what, and on what kind of machine."""
    return {"date": date.today().isoformat(), "commit": _commit(), "machine": machine()}


def machine(release: Path = Path("/etc/os-release")) -> str:
    """The number of cores and the system, such as "2 cores, Debian 12"; never a name of the machine itself."""
    values = dict(line.split("=", 1) for line in release.read_text(encoding="utf-8").splitlines() if "=" in line)
    name = values.get("NAME", "Linux").strip('"').split(" ")[0]
    return f"{os.cpu_count()} cores, {name} {values.get('VERSION_ID', '').strip(chr(34))}".strip()


def _commit() -> str:
    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    changed = " with changes" if git("status", "--porcelain", "--", "bot", "actions", "data", "config.yml") else ""
    return f"{git('rev-parse', '--short', 'HEAD') or 'unknown'}{changed}"


def _asked(name: str, items: Sequence[Item], send: Any) -> list[Turn]:
    print(f"asking the {len(items)} items of the {name} set", flush=True)
    return list(converse(items, send))


def _stress(datasets: str | None, send: Any) -> dict[str, Any] | None:
    if not datasets:
        return None
    lines = stress_set(Path(datasets))
    print(f"asking {len(lines)} questions on other subjects", flush=True)
    return stress.answered(lines, list(stress.outcomes(lines, send)))


def _cross_validated(folds: int) -> dict[str, Any] | None:
    """None without folds: training takes most of the time of the whole report."""
    if folds == 0:
        return None
    print(f"training the ranker on its own examples, {folds} of {intents.PARTS} parts", flush=True)
    return intents.cross_validation(read_examples(), WORK / "vectors.npz", folds)


def _understood(items: Sequence[Item]) -> dict[str, Understood]:
    """By item: what the trained model makes of its first turn."""
    print("reading the first turns in this process", flush=True)
    # The components find the facts by the environment, as they do under Rasa.
    os.environ.update(databases(WORK))
    _prepared()
    understood = understand(model_path(Settings()), [item.first for item in items], WORK / "model")
    return {item.id: made for item, made in zip(items, understood, strict=True)}


def _prepared() -> None:
    from bot.training import prepare_facts

    prepare_facts(Settings.from_env(os.environ))
