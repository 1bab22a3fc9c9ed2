"""Which pipeline understands best: `make evaluate-pipelines`, about three minutes on two cores.

Every pipeline is trained on the same sample of the written examples and asked the first turns of the held-out
reporting set; a turn is right when the likeliest label is one of those that would be. Nothing is chosen by it: what is
kept was chosen on the tuning set. Writes docs/pipelines.json, from which `make evaluate` makes its table.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from bot import ranking
from bot.ranking import Examples, Ranker
from bot.settings import ROOT
from tests.evaluation.intents import cached_vectors, variants_of
from tests.evaluation.matrices import features as features_of
from tests.evaluation.questions import Example, Item, Label, read_examples, read_labels, read_set
from tests.evaluation.scoring import head

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESULTS = ROOT / "docs" / "pipelines.json"
CACHE = ROOT / "var" / "evaluation" / "vectors.npz"
NEIGHBOURS = 3
MOST = 15
"""Examples of each label in each language that the pipelines are compared on: all of them would take hours."""
Scores = Callable[[], "NDArray[np.float32]"]


@dataclass(frozen=True)
class Task:
    """What all pipelines share: the examples, the questions, and the sentence vectors of both."""

    examples: Sequence[Example]
    questions: Sequence[str]
    inside: NDArray[np.float32]
    outside: NDArray[np.float32]
    ranker: Ranker
    """Holds the vocabularies; its weights are those of the whole pipeline."""

    @property
    def labels(self) -> list[str]:
        return [example.label for example in self.examples]


def right(classes: Sequence[str], scores: NDArray[np.float32], wanted: Sequence[Sequence[str]]) -> list[bool]:
    """Whether the likeliest class of each row is one of the wanted labels."""
    return [classes[place] in labels for place, labels in zip(scores.argmax(axis=1), wanted, strict=True)]


def nearest(inside: NDArray[np.float32], outside: NDArray[np.float32], targets: NDArray[np.int64], classes: int) -> Any:
    """Similarity with the nearest examples of each class: shape (questions, classes). Vectors have length one."""
    scores = np.zeros((len(outside), classes), np.float32)
    for row, similarities in enumerate(outside @ inside.T):
        for place in np.argsort(-similarities)[:NEIGHBOURS]:
            scores[row, targets[place]] += similarities[place] / NEIGHBOURS
    return scores


def crossed(classes: Sequence[str], by_intent: Any, by_subject: Any, intents: list[str], subjects: list[str]) -> Any:
    """Scores of labels as the product of the probabilities of their intent and of their subject."""
    places = [(intents.index(head(label)), subjects.index(label.partition("/")[2])) for label in classes]
    return np.stack([by_intent[:, one] * by_subject[:, other] for one, other in places], axis=1)


def measure(task: Task, wanted: Sequence[Sequence[str]], languages: Sequence[str]) -> list[dict[str, Any]]:
    """Accuracy of every pipeline, in all and by language, with its training time in seconds."""
    classes = task.ranker.classes
    index = {label: place for place, label in enumerate(classes)}
    targets = np.array([index[label] for label in task.labels])
    features = features_of(task.ranker, [each.text for each in task.examples], task.inside)
    asked = features_of(task.ranker, task.questions, task.outside)
    grams = features.shape[1] - task.inside.shape[1]

    def fitted(inside: Any, outside: Any, to: NDArray[np.int64], count: int) -> Any:
        weights, bias = ranking._fit(inside, to, count)
        return ranking._softmax((np.asarray(outside @ weights) + bias) / task.ranker.temperature)

    def both() -> Any:
        return fitted(features, asked, targets, len(classes))

    def intent_and_subject() -> Any:
        intents = sorted({head(label) for label in classes})
        subjects = sorted({label.partition("/")[2] for label in classes})
        parts = [
            fitted(features, asked, np.array([names.index(part(label)) for label in task.labels]), len(names))
            for names, part in ((intents, head), (subjects, lambda label: label.partition("/")[2]))
        ]
        return crossed(classes, *parts, intents, subjects)

    def with_kinds() -> Any:
        inside, outside = (kinds(texts) for texts in ([e.text for e in task.examples], task.questions))
        return fitted(
            sparse.hstack([features, inside]).tocsr(), sparse.hstack([asked, outside]).tocsr(), targets, len(classes)
        )

    pipelines: list[tuple[str, Scores]] = [
        ("n-grams alone", lambda: fitted(features[:, :grams], asked[:, :grams], targets, len(classes))),
        ("sentence encoder alone", lambda: fitted(features[:, grams:], asked[:, grams:], targets, len(classes))),
        ("n-grams and encoder", both),
        ("intent × subject instead of one class a statement", intent_and_subject),
        ("with the kind of the linked subject", with_kinds),
    ]
    results, whole = [], None
    for name, scores in pipelines:
        start = time.perf_counter()
        found = scores()
        whole = found if name == "n-grams and encoder" else whole
        results.append(_row(name, classes, found, wanted, languages, time.perf_counter() - start))
    near = nearest(task.inside, task.outside, targets, len(classes))
    results.append(_row("with the three nearest examples", classes, whole + 0.5 * near, wanted, languages, 0.0))
    variants = variants_of(task.examples)
    start = time.perf_counter()
    trained = ranking.train(
        Examples([e.text for e in task.examples], task.labels, task.inside),
        Examples([t for t, _ in variants], [v for _, v in variants], cached_vectors([t for t, _ in variants], CACHE)),
    )
    found = trained.rank(task.questions, task.outside)
    results.append(
        _row(
            "with typing errors and stories (kept)",
            trained.classes,
            found,
            wanted,
            languages,
            time.perf_counter() - start,
        )
    )
    return results


def sampled(examples: Sequence[Example], most: int = MOST) -> list[Example]:
    """At most so many examples of each label in each language, spread over files and writers."""
    grouped: dict[tuple[str, str], list[Example]] = {}
    for example in examples:
        grouped.setdefault((example.label, example.language), []).append(example)
    return [
        own[place * len(own) // min(most, len(own))] for own in grouped.values() for place in range(min(most, len(own)))
    ]


def kinds(texts: Sequence[str]) -> sparse.csr_matrix:
    """One column a kind of subject: whether a text names a subject of that kind."""
    from bot.components.facts import catalogue

    known = catalogue()
    names = sorted(set(known.kinds.values()))
    table = np.zeros((len(texts), len(names)), np.float32)
    for row, text in enumerate(texts):
        for mention in known.linker.link(text):
            table[row, names.index(known.kinds[mention.subject])] = 1.0
    return sparse.csr_matrix(table)


def _row(
    name: str,
    classes: Sequence[str],
    scores: Any,
    wanted: Sequence[Sequence[str]],
    languages: Sequence[str],
    seconds: float,
) -> dict[str, Any]:
    hits = right(classes, scores, wanted)
    row: dict[str, Any] = {"pipeline": name, "all": [sum(hits), len(hits)], "seconds": round(seconds)}
    for language in sorted(set(languages)):
        own = [hit for hit, spoken in zip(hits, languages, strict=True) if spoken == language]
        row[language] = [sum(own), len(own)]
    print(name, row, flush=True)
    return row


def task_of(examples: Sequence[Example], questions: Sequence[str]) -> Task:
    """The vectors and vocabularies that all pipelines share."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    from bot.terms import letters, words
    from bot.text import fold

    texts = [fold(example.text) for example in examples]
    inside = cached_vectors([example.text for example in examples], CACHE)
    ranker = Ranker(
        sorted({example.label for example in examples}), np.zeros((0, 0), np.float32), np.zeros(0, np.float32),
        inside.mean(axis=0), 0.2, ranking._fitted(words, TfidfVectorizer(**ranking.WORDS).fit(texts)),
        ranking._fitted(letters, TfidfVectorizer(**ranking.CHARACTERS).fit(texts)),
    )  # fmt: skip
    return Task(examples, questions, inside, cached_vectors(questions, CACHE), ranker)


def main() -> int:
    items: dict[str, Item] = {item.id: item for item in read_set("reporting")}
    labels: list[Label] = [label for label in read_labels().values() if label.id in items]
    task = task_of(sampled(read_examples()), [items[label.id].first for label in labels])
    rows = measure(task, [label.labels for label in labels], [items[label.id].language for label in labels])
    figures = {"date": date.today().isoformat(), "examples": len(task.examples), "most": MOST, "pipelines": rows}
    RESULTS.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
