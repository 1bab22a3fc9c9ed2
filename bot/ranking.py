"""Ranks everything the assistant may be asked by how well it fits a question.

Words, letters and meaning are weighed together in one linear model, trained on the examples of both languages: word
and character n-grams (TF-IDF), and the sentence encoder's vector. Its scores are calibrated to probabilities with one
temperature, fitted on examples that the model had not seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.terms import Terms, letters, words
from bot.text import fold

if TYPE_CHECKING:
    # What trains is loaded to train: that takes a second and 50 MB.
    from numpy.typing import NDArray
    from scipy import sparse
    from sklearn.feature_extraction.text import TfidfVectorizer

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
    words: Terms
    characters: Terms

    def __post_init__(self) -> None:
        self._terms = [self.words, self.characters]
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
            word_idf=self.words.idf,
            character_idf=self.characters.idf,
        )
        vocabulary = {
            "classes": self.classes,
            "temperature": self.temperature,
            "words": self.words.known,
            "characters": self.characters.known,
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
                words=Terms(words, vocabulary["words"], arrays["word_idf"]),
                characters=Terms(letters, vocabulary["characters"], arrays["character_idf"]),
            )


def train(
    written: Examples, variants: Examples | None = None, progress: Callable[[str], None] = lambda _message: None
) -> Ranker:
    """Trains a ranker on written examples and, beside them, variants made of them.

    The temperature is fitted without the variants: a variant of an example that was trained on is not unseen.
    """
    from scipy import sparse
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [fold(text) for text in [*written.texts, *(variants.texts if variants else ())]]
    labels = [*written.labels, *(variants.labels if variants else ())]
    vectors = np.concatenate([written.vectors, *([variants.vectors] if variants and len(variants.texts) else ())])
    vectorizers = TfidfVectorizer(**WORDS), TfidfVectorizer(**CHARACTERS)
    mean = written.vectors.mean(axis=0)
    dense = sparse.csr_matrix(ENCODER_WEIGHT * _centred(vectors, mean))
    parts = [*(vectorizer.fit_transform(texts) for vectorizer in vectorizers), dense]
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
    terms = map(_fitted, (words, letters), vectorizers)
    return Ranker(classes, weights, bias, mean, temperature, *terms)


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

    from scipy.optimize import minimize_scalar

    def loss(temperature: float) -> float:
        probabilities = _softmax(scores / temperature)
        return -float(np.log(probabilities[np.arange(len(targets)), targets] + 1e-12).mean())

    return float(minimize_scalar(loss, bounds=(0.02, 2.0), method="bounded").x)


def _softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def _fitted(kind: Callable[[str], Iterator[str]], vectorizer: TfidfVectorizer) -> Terms:
    known = [term for term, _ in sorted(vectorizer.vocabulary_.items(), key=lambda item: item[1])]
    return Terms(kind, known, vectorizer.idf_)
