"""What a message may mean after what was said before."""

import pytest
from sqlalchemy.orm import Session

from actions.facts.database import connect
from bot.catalogue import Catalogue
from bot.dialogue import Context, Decision, Understanding, decide
from bot.dialogue.readings import readings
from bot.question_form import read_form


@pytest.fixture(scope="module")
def catalogue(facts_url: str) -> Catalogue:
    with Session(connect(facts_url)) as session:
        return Catalogue.read(session)


def read(catalogue: Catalogue, text: str, context: Context, language: str = "en") -> list[str]:
    mentions = catalogue.linker.link(text, language)
    return [reading.text for reading in readings(text, language, mentions, context, catalogue)]


def test_a_message_without_a_name_is_read_about_the_last_subject(catalogue: Catalogue) -> None:
    context = Context(subjects=("twente_board",), statements=("twente_board.about",))
    assert read(catalogue, "and where do they meet?", context) == ["the Twente Board and where do they meet?"]
    assert read(catalogue, "en waar komen ze samen?", context, "nl") == ["de Twente Board en waar komen ze samen?"]


def test_a_city_takes_the_place_of_the_city_in_the_last_question(catalogue: Catalogue) -> None:
    context = Context(subjects=("van_veldhuizen",), question="who was mayor of Enschede in 2017")
    assert read(catalogue, "and of Dalian?", context) == ["who was mayor of Dalian in 2017"]


def test_a_message_with_a_name_and_words_of_its_own_stands_by_itself(catalogue: Catalogue) -> None:
    context = Context(subjects=("munster",), question="Since when is Münster a partner city?")
    assert read(catalogue, "where does the railway line to Zwolle start?", context) == []


def test_an_item_of_the_last_list_is_filled_in(catalogue: Catalogue) -> None:
    context = Context(subjects=("eu_projects",), listed=("stadsbeek", "street_lighting", "edl"))
    assert read(catalogue, "and the second one, who is it for", context) == [
        "the new street lighting and , who is it for"
    ]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("the first one, where is that", "palo_alto"),
        ("the former, since when", "dalian"),
        ("die vorige, sinds wanneer", "dalian"),
        ("en de laatste, waar ligt die", "munster"),
    ],
)
def test_without_a_list_an_ordinal_means_what_was_spoken_of(catalogue: Catalogue, text: str, subject: str) -> None:
    context = Context(subjects=("munster",), told=("palo_alto.since", "contact.email", "dalian.since", "munster.since"))
    found = readings(text, "en", [], context, catalogue)
    assert [(each.subject, each.whole) for each in found] == [(subject, True)]


def test_a_country_in_passing_does_not_end_the_subject(catalogue: Catalogue) -> None:
    context = Context(subjects=("edl",), question="what is the EDL")
    text = "do the German children learn it too?"
    assert read(catalogue, text, context) == [f"the Euregional continuous learning pathway (EDL) {text}"]


def decided(catalogue: Catalogue, text: str, own: dict[str, float], of_the_reading: dict[str, float]) -> Decision:
    context = Context(subjects=("edl",), statements=("edl.about",), question="what is the EDL")
    mentions = tuple(catalogue.linker.link(text, "en"))
    found = readings(text, "en", mentions, context, catalogue)
    message = Understanding(
        text, "en", mentions, read_form(text, mentions), own, readings=tuple((each, of_the_reading) for each in found)
    )
    return decide(message, context, catalogue)


def test_the_reading_decides_what_a_leaning_message_asks(catalogue: Catalogue) -> None:
    own = {"people/edl": 0.1, "people/memorandum": 0.5, "unknown/names": 0.05}
    found = decided(
        catalogue, "and who is it for?", own, {"people/edl": 0.95, "people/memorandum": 0.0, "unknown/names": 0.05}
    )
    assert found.statements == ("edl.people",)
    assert found.question == "the Euregional continuous learning pathway (EDL) and who is it for?"


def test_what_the_facts_do_not_hold_of_the_last_subject_is_declined(catalogue: Catalogue) -> None:
    own = {"people/edl": 0.3, "unknown/names": 0.3}
    found = decided(catalogue, "which schools take part?", own, {"people/edl": 0.2, "unknown/names": 0.8})
    assert (found.intent, found.detail) == ("unknown", "names")


def test_thanks_in_between_are_thanks(catalogue: Catalogue) -> None:
    found = decided(
        catalogue,
        "cool thanks",
        {"chitchat/thanks": 0.9, "about/edl": 0.05},
        {"chitchat/thanks": 0.1, "about/edl": 0.9},
    )
    assert (found.intent, found.detail) == ("chitchat", "thanks")


@pytest.mark.parametrize("text", ["And the other one?", "the other city then", "what about the other, then"])
def test_the_other_one_takes_the_place_of_the_last(catalogue: Catalogue, text: str) -> None:
    told = ("munster.since", "memorandum.about", "dalian.since")
    context = Context(("dalian",), question="Since when is Dalian a sister city?", told=told)
    assert read(catalogue, text, context) == ["Since when is Münster a sister city?"]


def test_the_other_one_is_of_the_same_kind_and_asked_what_is_asked(catalogue: Catalogue) -> None:
    told = ("munster.since", "memorandum.about", "dalian.since")
    context = Context(("dalian",), question="Since when is Dalian a sister city?", told=told)
    assert read(catalogue, "en die andere, waar ligt die", context, "nl") == ["Münster en , waar ligt die"]
    assert read(catalogue, "and the other cities?", context) == ["Dalian and the other cities?"]
