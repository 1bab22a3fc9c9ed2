import pytest

from tests.evaluation.search import by_words

PAGE = [
    "Münster is sinds 2021 een partnerstad.",
    "Palo Alto is een zusterstad sinds 1980.",
    "De Stadsbeek ligt in Stadsveld.",
]


def test_the_paragraph_with_the_rarest_words_of_the_question_comes_first() -> None:
    assert by_words(PAGE)("sinds wanneer is palo alto een zusterstad?", 1) == [PAGE[1]]


def test_accents_do_not_matter() -> None:
    assert by_words(PAGE)("munster", 3) == [PAGE[0]]


@pytest.mark.parametrize("question", ["fietspad", "?!", '"', "NEAR(", ""])
def test_a_question_without_a_word_on_the_page_finds_nothing_and_breaks_nothing(question: str) -> None:
    assert by_words(PAGE)(question, 3) == []
