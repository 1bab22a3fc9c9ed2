"""What a ranker weighs, for many texts at once, by scikit-learn's own vectorizers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from bot import ranking
from bot.ranking import Ranker
from bot.terms import Terms
from bot.text import fold


def features(ranker: Ranker, texts: Sequence[str], vectors: Any) -> Any:
    """A sparse matrix of shape (texts, features): words, letters, and the encoder's vectors."""
    folded = [fold(text) for text in texts]
    parts = [
        vectorizer(settings, terms).transform(folded)
        for settings, terms in ((ranking.WORDS, ranker.words), (ranking.CHARACTERS, ranker.characters))
    ]
    dense = sparse.csr_matrix(ranking.ENCODER_WEIGHT * ranking._centred(vectors, ranker.mean))
    return sparse.hstack([*parts, dense], format="csr", dtype=np.float32)


def vectorizer(settings: dict[str, Any], terms: Terms) -> TfidfVectorizer:
    found = TfidfVectorizer(**settings, vocabulary={term: column for column, term in enumerate(terms.known)})
    found.idf_ = terms.idf.astype(np.float64)
    return found
