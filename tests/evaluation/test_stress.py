from typing import Any

from tests.evaluation.datasets import Line, commonest
from tests.evaluation.stress import answered, outcomes

LINES = [Line("a", "x", "nl", "MASSIVE"), Line("b", "x", "en", "MASSIVE"), Line("c", "y", "nl", "government")]


def test_factual_answers_are_counted_by_source_and_language() -> None:
    result = answered(LINES, ["answered", "out_of_scope", "clarify"])
    assert result["answered"] == {"all": [1, 3], "MASSIVE/nl": [1, 1], "MASSIVE/en": [0, 1], "government/nl": [0, 1]}
    assert result["outcomes"]["all"] == {"answered": 1, "clarify": 1, "out_of_scope": 1}


def test_none_of_the_sentences_is_in_the_figures() -> None:
    secret = [Line("a secret sentence", "x", "nl", "MASSIVE")]
    assert "secret" not in str(answered(secret, ["answered"]))


def test_a_question_without_a_reply_has_failed() -> None:
    def send(_session: str, text: str) -> dict[str, Any]:
        if text == "b":
            raise TimeoutError
        return {"outcome": "out_of_scope"}

    assert list(outcomes(LINES, send)) == ["out_of_scope", "failed", "out_of_scope"]


def test_greetings_and_jokes_are_left_out_and_ties_go_by_name() -> None:
    assert commonest(["general_joke", "general_joke", "b", "a", "c", "c"], 2) == {"c", "a"}
