"""How well the ranker tells the labels apart, on examples it was not trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.languages import LANGUAGES
from bot.settings import ROOT
from tests.evaluation.questions import Example
from tests.evaluation.scoring import confusions, head, macro_f1, rate

if TYPE_CHECKING:
    from numpy.typing import NDArray

PARTS = 5
"""Parts that the examples are cut into, each with its share of every label."""
SEED = 7
BATCH = 256
SHOWN = 12
"""Confused pairs that the report shows."""


def cross_validation(examples: Sequence[Example], cache: Path, folds: int) -> dict[str, Any]:
    """Trains on four fifths of the written examples, with variants of them, and ranks the last fifth, for the first `folds` of five parts.

    No example stands on both sides, but its paraphrases by the same writer do: real questions are harder.
    """
    distinct = list({(e.text.casefold(), e.label): e for e in examples}.values())
    parts = stratified([e.label for e in distinct])
    wanted: list[str] = []
    predicted: list[str] = []
    for part in range(folds):
        inside = [example for example, own in zip(distinct, parts, strict=True) if own != part]
        outside = [example for example, own in zip(distinct, parts, strict=True) if own == part]
        wanted += [example.label for example in outside]
        predicted += _predicted(inside, outside, cache)
    return {"examples": len(distinct), "folds": folds, "parts": PARTS, **figures(wanted, predicted)}


def _predicted(inside: Sequence[Example], outside: Sequence[Example], cache: Path) -> list[str]:
    """What a ranker trained on the examples inside, and variants of them, finds likeliest for those outside."""
    from bot.ranking import Examples, train

    variants = variants_of(inside)
    texts = [each.text for each in (*inside, *outside)] + [text for text, _ in variants]
    vectors = cached_vectors(texts, cache)
    written, end = len(inside), len(inside) + len(outside)
    ranker = train(
        Examples([each.text for each in inside], [each.label for each in inside], vectors[:written]),
        Examples([text for text, _ in variants], [label for _, label in variants], vectors[end:]),
    )
    scores = ranker.rank([each.text for each in outside], vectors[written:end])
    return [ranker.classes[index] for index in scores.argmax(axis=1)]


def variants_of(examples: Sequence[Example]) -> list[tuple[str, str]]:
    """The variants that training makes of examples: typing errors, and a story around the question."""
    from bot.augmentation import Chatter, augment

    folder = ROOT / "data" / "augmentation"
    chatter = {language: Chatter.read(folder / f"{language}.yml") for language in LANGUAGES}
    return augment([(e.text, e.label) for e in examples], [e.language for e in examples], chatter)


def figures(wanted: Sequence[str], predicted: Sequence[str]) -> dict[str, Any]:
    """Accuracy and macro-F1 of whole labels and of their heads, and the heads most confused."""
    heads, guessed = [head(label) for label in wanted], [head(label) for label in predicted]
    return {
        "accuracy": rate(want == guess for want, guess in zip(wanted, predicted, strict=True)),
        "macro_f1": round(macro_f1(wanted, predicted), 4),
        "head_accuracy": rate(want == guess for want, guess in zip(heads, guessed, strict=True)),
        "head_macro_f1": round(macro_f1(heads, guessed), 4),
        "confused": confusions(wanted, predicted)[:SHOWN],
        "confused_heads": confusions(heads, guessed),
        "heads": {name: heads.count(name) for name in sorted(set(heads))},
    }


def stratified(labels: Sequence[str], parts: int = PARTS, seed: int = SEED) -> list[int]:
    """For each example the number of its part: every label is spread over the parts as evenly as it can be."""
    chance = np.random.default_rng(seed)
    order: dict[str, list[int]] = {}
    for number, label in enumerate(labels):
        order.setdefault(label, []).append(number)
    part = [0] * len(labels)
    for numbers in order.values():
        start = int(chance.integers(parts))
        for place, number in enumerate(chance.permutation(numbers)):
            part[number] = (start + place) % parts
    return part


def cached_vectors(texts: Sequence[str], cache: Path) -> NDArray[np.float32]:
    """Sentence vectors of texts; those of earlier runs come from the cache, a file of NumPy arrays."""
    known: dict[str, NDArray[np.float32]] = {}
    if cache.exists():
        with np.load(cache, allow_pickle=False) as stored:
            known = dict(zip(stored["keys"], stored["vectors"], strict=True))
    keys = [hashlib.sha1(text.encode()).hexdigest() for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        encoded = np.concatenate(list(_encoded(list(missing.values()))))
        known.update(zip(missing, encoded, strict=True))
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez(cache, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
    return np.stack([known[key] for key in keys])


def _encoded(texts: Sequence[str]) -> Iterator[NDArray[np.float32]]:
    from bot.encoder import shared_encoder

    for start in range(0, len(texts), BATCH):
        yield shared_encoder().encode(texts[start : start + BATCH])
