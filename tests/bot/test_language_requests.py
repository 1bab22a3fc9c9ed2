"""Questions that say in which language they want to be answered."""

import pytest

from bot.languages import identify, requested, wishes

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


WISHES = [
    "in english please", "Mag het ook in het Nederlands?", "sorry my Dutch is not good, can you say it in English please?",
    "Kunt u dat nog een keer in het Engels zeggen?", "could we switch to English", "and now in Dutch",
]  # fmt: skip
OTHERS = [
    "Is er een verslag in het Engels?", "en de Nederlandse?", "wat is dat in het Nederlands, Smart City?",
    "Do the German children learn Dutch?", "is it in the Netherlands", "tell me in English where it is",
]  # fmt: skip


@pytest.mark.parametrize("text", WISHES)
def test_a_message_may_ask_for_a_language_and_for_nothing_else(text: str) -> None:
    assert wishes(text)
    assert requested(text, named=True) is None


@pytest.mark.parametrize("text", OTHERS)
def test_what_asks_for_more_than_a_language_is_no_such_wish(text: str) -> None:
    assert not wishes(text)


def test_words_of_chat_that_both_languages_write_follow_the_conversation() -> None:
    assert [identify("thx man", prior)[0] for prior in ("nl", "en", None)] == ["nl", "en", "en"]
