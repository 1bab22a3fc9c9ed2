"""When a plain yes may be said."""

from bot.linking import Mention
from bot.support import stems, unsupported

DRONES = stems(
    ["In 2017 Enschede was a frontrunner in testing drones.", "Enschede was een koploper in het testen van drones."]
)


def test_a_word_that_the_statement_does_not_hold_is_found() -> None:
    assert unsupported("Enschede was koploper in zelfrijdende auto's, nietwaar?", [], DRONES) == [
        "zelfrijdende",
        "auto",
    ]


def test_names_everyday_words_and_other_forms_of_a_word_are_no_claims() -> None:
    text = "Klopt het dat Enschede volgens Münster echt koplopers had bij drones?"
    assert unsupported(text, [Mention("munster", 31, 38, 1.0)], DRONES) == []
