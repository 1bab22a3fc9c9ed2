"""The terms of a text are those that scikit-learn's vectorizers would find, with the same weights."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from bot import ranking
from bot.terms import Terms, letters, words
from bot.text import fold

TEXTS = [
    "Sinds wanneer is Münster een zusterstad van Enschede?",
    "since when, and WHY: the twin-city tie (1953) …",
    "a b c",
    "'s-Hertogenbosch, l'été, 日本 🙂",
    " \t veel\u00a0 wit \n regels",
    "x" * 120,
    "ja ja ja",
]
KINDS = [(ranking.WORDS, words), (ranking.CHARACTERS, letters)]


@pytest.mark.parametrize(("settings", "kind"), KINDS)
@pytest.mark.parametrize("text", [*TEXTS, "", "?", "zz"])
def test_a_text_has_the_terms_and_weights_that_scikit_learn_gives_it(settings, kind, text: str) -> None:  # type: ignore[no-untyped-def]
    vectorizer = TfidfVectorizer(**{**settings, "min_df": 1}).fit(map(fold, TEXTS))
    terms = Terms(kind, list(vectorizer.get_feature_names_out()), vectorizer.idf_)

    columns, values = terms.weigh(fold(text))

    found = np.zeros(len(terms), np.float32)
    found[columns] = values
    assert found == pytest.approx(vectorizer.transform([fold(text)]).toarray()[0], abs=1e-6)
