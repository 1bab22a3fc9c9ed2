"""Questions that say in which language they want to be answered."""

import pytest

from bot.languages import requested

ASKED = [
    ("and dalian? in english again please", "en", "and dalian?"),
    ("Sinds wanneer is Münster partnerstad, graag in het Engels aub", "en", "Sinds wanneer is Münster partnerstad,"),
    ("what about Poland in dutch please", "nl", "what about Poland"),
]


@pytest.mark.parametrize(("text", "language", "left"), ASKED)
def test_the_request_is_taken_out_of_the_question(text: str, language: str, left: str) -> None:
    found = requested(text)
    assert found is not None
    assert (found[0], found[1].strip()) == (language, left)
    assert len(found[1]) == len(text)


@pytest.mark.parametrize("text", ["Is er een verslag in het Engels?", "in english please", "young people learn Dutch"])
def test_a_language_that_is_spoken_of_is_no_request(text: str) -> None:
    assert requested(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ik snap het niet. can you tell me in English where it is?", "en"),
        ("kunt u mij in het Nederlands vertellen wie meedoen? zeg het in het nederlands: wie doen mee", "nl"),
        ("in english please, what do they do there", "en"),
    ],
)
def test_a_question_without_a_name_is_told_by_its_question_word(text: str, language: str) -> None:
    found = requested(text, named=False)
    assert found is not None
    assert found[0] == language


@pytest.mark.parametrize("text", ["can you say it in English please?", "sorry my Dutch is not good, in English please"])
def test_without_a_question_the_last_answer_is_repeated(text: str) -> None:
    assert requested(text, named=False) is None
