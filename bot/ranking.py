"""Ranks everything the assistant may be asked by how well it fits a question.

Words, letters and meaning are weighed together in one linear model, trained on the examples of both languages: word
and character n-grams (TF-IDF), and the sentence encoder's vector. Its scores are calibrated to probabilities with one
temperature, fitted on examples that the model had not seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.text import fold

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORDS: dict[str, Any] = {
    "analyzer": "word", "ngram_range": (1, 2), "min_df": 2, "sublinear_tf": True, "token_pattern": r"(?u)\b\w+\b",
}  # fmt: skip
CHARACTERS: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 3, "sublinear_tf": True}
ENCODER_WEIGHT = 1.0
REGULARISATION = 0.5
"""LinearSVC's C: lower is smoother."""
TOLERANCE = 1e-2
"""At which LinearSVC stops. Its default, a hundredth of this, ranked no better on the tuning set."""
OTHERS = -1
"""The class of what belongs to none of a group of classes."""
HELD_OUT = 0.15
"""Share of the written examples on which the temperature is fitted."""


@dataclass(frozen=True)
class Examples:
    """What is learnt from: texts, the label of each, and their sentence vectors of shape (texts, dimensions)."""

    texts: Sequence[str]
    labels: Sequence[str]
    vectors: NDArray[np.float32]


@dataclass
class Ranker:
    """A trained ranker. `classes` are the labels, in the order of the rows of `weights`."""

    classes: list[str]
    weights: NDArray[np.float16] | NDArray[np.float32]
    """Shape (features, classes); in half precision once loaded."""
    bias: NDArray[np.float32]
    mean: NDArray[np.float32]
    """The mean of the training vectors, taken off every vector: what all sentences share tells nothing."""
    temperature: float
    words: TfidfVectorizer
    characters: TfidfVectorizer

    def __post_init__(self) -> None:
        self._terms = [_Terms(self.words), _Terms(self.characters)]
        self._dense = self.weights[sum(map(len, self._terms)) :].astype(np.float32)

    def rank(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities of shape (texts, classes).

        A message at a time, without scikit-learn's and scipy's matrices: building those takes longer than the sums.
        """
        scores = ENCODER_WEIGHT * _centred(vectors, self.mean) @ self._dense + self.bias
        for row, text in zip(scores, texts, strict=True):
            first, folded = 0, fold(text)
            for terms in self._terms:
                places, values = terms.weigh(folded)
                # Only the weights of what a text has are made wide: all of them would take twice the memory.
                row += values @ self.weights[places + first].astype(np.float32)
                first += len(terms)
        return _softmax(scores / self.temperature)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(
            folder / "ranker.npz",
            weights=self.weights.astype(np.float16),
            bias=self.bias,
            mean=self.mean,
            word_idf=self.words.idf_.astype(np.float32),
            character_idf=self.characters.idf_.astype(np.float32),
        )
        vocabulary = {
            "classes": self.classes,
            "temperature": self.temperature,
            "words": _terms(self.words),
            "characters": _terms(self.characters),
        }
        (folder / "ranker.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Ranker:
        """A ranker from the files that `save` wrote. Raises OSError or ValueError when they are not whole."""
        vocabulary = json.loads((folder / "ranker.json").read_text(encoding="utf-8"))
        with np.load(folder / "ranker.npz", allow_pickle=False) as arrays:
            return cls(
                classes=vocabulary["classes"],
                weights=arrays["weights"],
                bias=arrays["bias"],
                mean=arrays["mean"],
                temperature=vocabulary["temperature"],
                words=_vectorizer(WORDS, vocabulary["words"], arrays["word_idf"]),
                characters=_vectorizer(CHARACTERS, vocabulary["characters"], arrays["character_idf"]),
            )


class _Terms:
    """A fitted vectorizer for one text at a time."""

    def __init__(self, vectorizer: TfidfVectorizer) -> None:
        self._analyze = vectorizer.build_analyzer()
        self._vocabulary: dict[str, int] = vectorizer.vocabulary_
        self._idf = vectorizer.idf_.astype(np.float32)

    def __len__(self) -> int:
        return len(self._vocabulary)

    def weigh(self, folded: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The columns of the terms of a text, and their TF-IDF values; these have length 1, as the vectorizer's do."""
        counts: dict[int, int] = {}
        for term in self._analyze(folded):
            column = self._vocabulary.get(term)
            if column is not None:
                counts[column] = counts.get(column, 0) + 1
        places = np.fromiter(counts, np.int64, len(counts))
        values = (1.0 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self._idf[places]
        return places, values / max(float(np.sqrt(values @ values)), 1e-9)


def train(
    written: Examples, variants: Examples | None = None, progress: Callable[[str], None] = lambda _message: None
) -> Ranker:
    """Trains a ranker on written examples and, beside them, variants made of them.

    The temperature is fitted without the variants: a variant of an example that was trained on is not unseen.
    """
    texts = [fold(text) for text in [*written.texts, *(variants.texts if variants else ())]]
    labels = [*written.labels, *(variants.labels if variants else ())]
    vectors = np.concatenate([written.vectors, *([variants.vectors] if variants and len(variants.texts) else ())])
    words, characters = TfidfVectorizer(**WORDS), TfidfVectorizer(**CHARACTERS)
    mean = written.vectors.mean(axis=0)
    dense = sparse.csr_matrix(ENCODER_WEIGHT * _centred(vectors, mean))
    parts = [words.fit_transform(texts), characters.fit_transform(texts), dense]
    # In the precision of LinearSVC, which would else make a copy of its own at each call.
    features = sparse.hstack(parts, format="csr", dtype=np.float64)
    classes = sorted(set(written.labels))
    index = {label: number for number, label in enumerate(classes)}
    targets = np.array([index[label] for label in labels])
    known = len(written.texts)
    progress(f"ranker: calibrating on {HELD_OUT:.0%} of {known} examples")
    held_out = np.random.default_rng(7).random(known) < HELD_OUT
    # A class must be known to both parts; of a class with a single example that one stays in training.
    held_out &= ~np.isin(targets[:known], np.setdiff1d(targets[:known], targets[:known][~held_out]))
    unseen, seen = np.flatnonzero(held_out), np.flatnonzero(~held_out)
    weights, bias = _fit(features[seen], targets[seen], len(classes))
    temperature = _temperature(np.asarray(features[unseen] @ weights) + bias, targets[unseen])
    progress(f"ranker: training on {len(texts)} examples and variants of them, {len(classes)} classes")
    weights, bias = _fit(features, targets, len(classes))
    return Ranker(classes, weights, bias, mean, temperature, words, characters)


def _features(ranker: Ranker, texts: Sequence[str], vectors: NDArray[np.float32]) -> sparse.csr_matrix:
    folded = [fold(text) for text in texts]
    parts = [ranker.words.transform(folded), ranker.characters.transform(folded)]
    dense = sparse.csr_matrix(ENCODER_WEIGHT * _centred(vectors, ranker.mean))
    return sparse.hstack([*parts, dense], format="csr", dtype=np.float32)


def _centred(vectors: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vectors without what all sentences share."""
    centred = vectors - mean
    lengths: NDArray[np.float32] = np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    return centred / lengths


def _fit(
    features: sparse.csr_matrix, targets: NDArray[np.int64], classes: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A machine for each class, which tells it from all others: weights of shape (features, classes), and biases."""
    from joblib import Parallel, delayed, effective_n_jobs
    from sklearn.svm import LinearSVC

    def told_apart(group: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The machines of several classes in one call: reading the features takes as long as a class."""
        machine = LinearSVC(C=REGULARISATION, tol=TOLERANCE, random_state=7)
        machine.fit(features, np.where(np.isin(targets, group), targets, OTHERS))
        coefficients, biases = machine.coef_.astype(np.float32), machine.intercept_.astype(np.float32)
        if len(machine.classes_) == 2:  # there is one machine then, which speaks for the second
            coefficients, biases = np.vstack([-coefficients, coefficients]), np.concatenate([-biases, biases])
        rows = np.searchsorted(machine.classes_, group)
        return coefficients[rows], biases[rows]

    groups = [group for group in np.array_split(np.arange(classes), effective_n_jobs(-1)) if len(group)]
    fitted = Parallel(n_jobs=-1, prefer="threads")(delayed(told_apart)(group) for group in groups)
    return np.concatenate([weights for weights, _ in fitted]).T.copy(), np.concatenate([bias for _, bias in fitted])


def _temperature(scores: NDArray[np.float32], targets: NDArray[np.int64]) -> float:
    """The temperature under which the held-out examples are likeliest."""

    def loss(temperature: float) -> float:
        probabilities = _softmax(scores / temperature)
        return -float(np.log(probabilities[np.arange(len(targets)), targets] + 1e-12).mean())

    return float(minimize_scalar(loss, bounds=(0.02, 2.0), method="bounded").x)


def _softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def _terms(vectorizer: TfidfVectorizer) -> list[str]:
    return [term for term, _ in sorted(vectorizer.vocabulary_.items(), key=lambda item: item[1])]


def _vectorizer(settings: dict[str, Any], terms: list[str], idf: NDArray[np.float32]) -> TfidfVectorizer:
    vectorizer = TfidfVectorizer(**settings, vocabulary={term: number for number, term in enumerate(terms)})
    vectorizer.idf_ = idf.astype(np.float64)
    return vectorizer
