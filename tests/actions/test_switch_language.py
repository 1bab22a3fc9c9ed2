"""Which language a message asks for."""

import pytest

from actions.action_switch_language import asked_language

ASKED = [
    ("in english please", "nl", "en"),
    ("Mag het ook in het Nederlands?", "en", "nl"),
    ("sorry my Dutch is not good, can you say it in English please?", "en", "en"),
    ("In het Nederlands? Mijn moeder leest geen Engels", "nl", "nl"),
    ("can you not say that in English?", "en", "en"),
    ("my dutch isn't so good", "en", "en"),
    ("I don't speak Dutch", "en", "en"),
    ("I can’t read that in Dutch", "en", "en"),
    ("ik spreek geen Engels", "nl", "nl"),
    ("ik begrijp helaas geen Nederlands", "nl", "en"),
    ("mijn engels is slecht", "nl", "nl"),
    ("and in the other language?", "en", "nl"),
    ("auf deutsch bitte", "nl", None),
]


@pytest.mark.parametrize(("text", "current", "language"), ASKED)
def test_the_language_that_a_message_asks_for(text: str, current: str, language: str | None) -> None:
    assert asked_language(text, current) == language
