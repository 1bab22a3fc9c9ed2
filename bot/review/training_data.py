"""What is trained and what is tested now, as far as a new example or question must be compared with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.duplicates import comparable, plain
from bot.examples import NLU, QUESTIONS, REVIEWED, held_out_sets, read_examples, read_questions

Files = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class TrainingData:
    """Texts are plain (see `duplicates`)."""

    labels: frozenset[str]
    owners: dict[str, dict[str, str]]
    """By language: the label of each text."""
    long: dict[str, list[str]]
    """By language: the texts that are long enough to be compared."""
    held_out: dict[str, list[str]]
    """By set: the questions of the tests that may not be trained, those that are long enough to be compared."""
    reviewed: frozenset[str]
    """The questions that staff judged and that are tests already."""

    @classmethod
    def read(cls, nlu: Path = NLU, questions: Path = QUESTIONS) -> TrainingData:
        """Raises OSError or ValueError for files that cannot be read."""
        owners: dict[str, dict[str, str]] = {"nl": {}, "en": {}}
        for example in read_examples(nlu):
            owners[example.language].setdefault(plain(example.text), example.label)
        return cls(
            labels=frozenset(label for texts in owners.values() for label in texts.values()),
            owners=owners,
            long={language: comparable(texts) for language, texts in owners.items()},
            held_out={
                name: comparable(read_questions(questions / f"{name}.jsonl")) for name in held_out_sets(questions)
            },
            reviewed=frozenset(map(plain, read_questions(questions / f"{REVIEWED}.jsonl"))),
        )


def training_data(nlu: Path = NLU, questions: Path = QUESTIONS) -> TrainingData:
    """The data as it is now; read again when a file has changed."""
    paths = [*sorted(nlu.glob("*/*.yml")), *sorted(questions.glob("*.jsonl"))]
    files = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths)
    return _read(nlu, questions, files)


def labels() -> frozenset[str]:
    """The labels that there are."""
    return training_data().labels


@lru_cache(maxsize=2)
def _read(nlu: Path, questions: Path, _files: Files) -> TrainingData:
    return TrainingData.read(nlu, questions)
