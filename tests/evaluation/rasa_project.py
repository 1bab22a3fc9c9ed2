"""A classic Rasa bot of the same material: one intent with one static answer for each statement."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.evaluation.questions import Example

FALLBACK = "nlu_fallback"
BATCHES = (64, 256)
"""Examples in a batch of Rasa's intent classifier, in its first and its last epoch: its defaults."""


def configuration(epochs: int) -> dict[str, Any]:
    """The pipeline and policies that `rasa init` gives, with another number of epochs for the intent classifier."""
    return {
        "recipe": "default.v1",
        "assistant_id": "classic-baseline",
        "language": "nl",
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            {"name": "CountVectorsFeaturizer"},
            {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
            {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True},
            {"name": "EntitySynonymMapper"},
            {"name": "ResponseSelector", "epochs": 100, "constrain_similarities": True},
            {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
        ],
        "policies": [
            {"name": "MemoizationPolicy"},
            {"name": "RulePolicy"},
            {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": 100},
            {"name": "TEDPolicy", "max_history": 5, "epochs": 100, "constrain_similarities": True},
        ],
    }


def gradient_steps(examples: int, epochs: int) -> int:
    """About how many steps DIET trains for: its batches grow evenly from 64 to 256 examples over the epochs."""
    smallest, largest = BATCHES
    growth = (largest - smallest) / max(epochs - 1, 1)
    return sum(-(-examples // int(smallest + epoch * growth)) for epoch in range(epochs))


def intent_name(label: str) -> str:
    """A label as a plain intent: since/munster is since__munster, for a slash makes a retrieval intent in Rasa."""
    return label.replace("/", "__")


def write_examples(folder: Path, examples: Iterable[Example]) -> None:
    """The training examples as Rasa reads them."""
    grouped: dict[str, list[str]] = {}
    for example in examples:
        grouped.setdefault(intent_name(example.label), []).append(example.text)
    entries = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)} for intent, texts in grouped.items()
    ]
    _write(folder / "data" / "nlu.yml", {"version": "3.1", "nlu": entries})


def write_dialogue(folder: Path, answers: Mapping[str, str]) -> None:
    """Domain and rules: each intent leads to its one answer. `answers` is by label, with one for FALLBACK."""
    intents = [intent_name(label) for label in answers]
    domain = {
        "version": "3.1",
        "intents": [intent for intent in intents if intent != FALLBACK],
        "responses": {f"utter_{intent_name(label)}": [{"text": text}] for label, text in answers.items()},
    }
    rules = [
        {"rule": f"answer {intent}", "steps": [{"intent": intent}, {"action": f"utter_{intent}"}]} for intent in intents
    ]
    _write(folder / "domain.yml", domain)
    _write(folder / "data" / "rules.yml", {"version": "3.1", "rules": rules})


def write_project(folder: Path, epochs: int, examples: Iterable[Example], questions: Sequence[tuple[str, str]]) -> None:
    """Configuration, examples, and the questions (id, text) that the trained model is to be asked."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    _write(folder / "config.yml", configuration(epochs))
    write_examples(folder, examples)
    lines = (json.dumps({"id": each, "text": text}, ensure_ascii=False) for each, text in questions)
    (folder / "questions.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _write(path: Path, data: dict[str, Any]) -> None:
    path.write_text(yaml.dump(data, allow_unicode=True, sort_keys=False, width=1000), encoding="utf-8")
