from tests.evaluation.comparison import ours, questions, searched
from tests.evaluation.questions import Item
from tests.evaluation.replies import Turn

ITEMS = [
    Item("a", "nl", "answer", ({"user": "waar?", "all": ["Stadsveld"]},)),
    Item("b", "en", "answer", ({"user": "since when?", "all": ["1980"]},)),
    Item("c", "en", "unknown", ({"user": "how much?", "decline": True},)),
]


def test_only_questions_that_the_sources_hold_are_compared() -> None:
    assert [item.id for item in questions(ITEMS)] == ["a", "b"]


def test_a_search_is_right_when_any_of_the_paragraphs_it_shows_is() -> None:
    def search(_question: str, number: int) -> list[str]:
        return ["Since 1980.", "In Stadsveld."][:number]

    assert searched(ITEMS[:2], search, 1)["right"] == {"all": [1, 2], "nl": [0, 1], "en": [1, 1]}
    assert searched(ITEMS[:2], search, 2)["right"]["all"] == [2, 2]


def test_our_reply_is_judged_by_its_text_whatever_its_outcome() -> None:
    turns = [
        Turn("a", 0, "nl", "answer", False, "clarify", "In Stadsveld.", ("did not answer (clarify)",), 5.0),
        Turn("b", 0, "en", "answer", False, "answered", "I do not know.", (), 7.0),
    ]
    assert ours(ITEMS[:2], turns)["right"] == {"all": [1, 2], "nl": [1, 1], "en": [0, 1]}
