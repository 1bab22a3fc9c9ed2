"""The ranker: what it learns, keeps on disk, and that a message at a time gives what scikit-learn's matrices give."""

from pathlib import Path

import numpy as np
import pytest

from bot import ranking
from bot.ranking import Examples, Ranker
from tests.evaluation.matrices import features

WRITTEN = {
    "since/munster": [
        "since when is munster a partner city",
        "sinds wanneer is munster partnerstad",
        "since when munster",
    ],
    "about/euregio": [
        "what is the euregio",
        "wat is de euregio",
        "tell me about the euregio",
        "vertel over de euregio",
    ],
    "unknown/travel": ["how do i travel to munster", "hoe reis ik naar munster", "which bus goes to munster"],
}


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    texts = [text for examples in WRITTEN.values() for text in examples] * 4
    labels = [label for label, examples in WRITTEN.items() for _ in examples] * 4
    return ranking.train(Examples(texts, labels, vectors(texts)))


def vectors(texts: list[str]) -> np.ndarray:
    """Stands for the sentence encoder: a vector by the length of a text and its first letter."""
    found = np.zeros((len(texts), 8), np.float32)
    for row, text in zip(found, texts, strict=True):
        row[len(text) % 5], row[5 + ord((text or " ")[0]) % 3] = 1.0, 0.5
    return found


def test_an_example_ranks_its_label_first(ranker: Ranker) -> None:
    asked = ["wat is de euregio", "which bus goes to munster"]
    best = ranker.rank(asked, vectors(asked)).argmax(axis=1)
    assert [ranker.classes[place] for place in best] == ["about/euregio", "unknown/travel"]


@pytest.mark.parametrize("text", ["", "?", "xyzzy", "WAT is de Euregio, wat?", "since since since when", "ß" * 300])
def test_a_message_at_a_time_scores_as_the_matrices_do(ranker: Ranker, text: str) -> None:
    texts = [text, "sinds wanneer is munster partnerstad"]
    matrix = features(ranker, texts, vectors(texts))
    scores = (np.asarray(matrix @ ranker.weights) + ranker.bias) / ranker.temperature
    expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert ranker.rank(texts, vectors(texts)) == pytest.approx(expected, abs=1e-5)


def test_a_ranker_comes_back_from_disk(ranker: Ranker, tmp_path: Path) -> None:
    ranker.save(tmp_path)
    asked = ["since when munster", "hallo"]
    assert Ranker.load(tmp_path).rank(asked, vectors(asked)) == pytest.approx(
        ranker.rank(asked, vectors(asked)), abs=2e-2
    )


def test_a_ranker_that_is_not_whole_is_refused(ranker: Ranker, tmp_path: Path) -> None:
    ranker.save(tmp_path)
    (tmp_path / "ranker.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="Expecting"):
        Ranker.load(tmp_path)
