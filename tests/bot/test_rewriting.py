"""Messages that lean on the conversation, made to stand by themselves."""

import pytest

from bot.linking import Mention
from bot.rewriting import Reading, about, asked_of, item, leans, ordinal, rest, without_ordinal


@pytest.mark.parametrize(
    "text", ["en sinds wanneer?", "why do they want that?", "and what do they do in Brussels with you"]
)
def test_a_short_message_or_one_that_points_back_leans_on_the_conversation(text: str) -> None:
    assert leans(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hoeveel verschillende nationaliteiten wonen volgens de gemeente op dit moment eigenlijk in heel Enschede en omgeving?",
    ],
)
def test_a_message_with_all_its_words_does_not(text: str) -> None:
    assert not leans(text)


def test_a_reading_has_the_name_of_the_last_subject_before_the_message() -> None:
    names = {"railway": "the railway line"}
    assert about("why do they want that?", ["railway", "gone"], names) == [
        Reading("the railway line why do they want that?", "railway")
    ]


def test_the_last_question_is_asked_of_another_subject() -> None:
    question = "Who is the mayor of Münster?"
    assert asked_of(question, (20, 27), "Dalian", "dalian") == Reading(
        "Who is the mayor of Dalian?", "dalian", whole=True
    )
    assert asked_of("since when?", None, "Dalian", "dalian").text == "Dalian since when?"


def test_only_words_with_a_meaning_of_their_own_are_left() -> None:
    assert rest("oeps ik bedoelde munster", [Mention("munster", 17, 24, 1.0)]) == []
    assert rest("en het voordeel van munster", [Mention("munster", 20, 27, 1.0)]) == ["voordeel"]


@pytest.mark.parametrize(
    ("text", "place"),
    [("de tweede", 1), ("and the third, who is it for", 2), ("de laatste graag", -1), ("hoe laat", None)],
)
def test_an_ordinal_is_read_in_both_languages(text: str, place: int | None) -> None:
    assert ordinal(text) == place


def test_an_item_lies_within_the_list() -> None:
    assert item("de tweede", ["a", "b"]) == "b"
    assert item("the fifth one", ["a", "b"]) is None
    assert item("the last one", []) is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("sinds wanneer de tweede", "sinds wanneer"),
        ("the second one, where is that", ", where is that"),
        ("de tweede", "de tweede"),
        ("the former, since when", ", since when"),
    ],
)
def test_the_words_that_point_are_left_out(text: str, left: str) -> None:
    assert without_ordinal(text) == left


def test_what_was_spoken_of_is_pointed_at_where_nothing_was_listed() -> None:
    assert item("the first one", [], ["a", "b"]) == "a"
    assert item("the latter, please", ["x", "y", "z"], ["a", "b"]) == "b"
    assert item("the first one", [], ["a"]) is None
