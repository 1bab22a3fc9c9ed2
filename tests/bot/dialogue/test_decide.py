"""Decisions from plain data: the ranker's scores, the names in the message, the conversation so far."""

import pytest
from sqlalchemy.orm import Session

from actions.facts.database import connect
from bot.catalogue import Catalogue
from bot.dialogue import Context, Decision, Understanding, decide
from bot.parts import split
from bot.question_form import read_form
from bot.rewriting import Reading


@pytest.fixture(scope="module")
def catalogue(facts_url: str) -> Catalogue:
    with Session(connect(facts_url)) as session:
        return Catalogue.read(session)


def decided(catalogue: Catalogue, text: str, scores: dict[str, float], context: Context | None = None) -> Decision:
    mentions = tuple(catalogue.linker.link(text, "nl"))
    message = Understanding(text, "nl", mentions, read_form(text, mentions), scores)
    return decide(message, context or Context(), catalogue)


def test_the_likeliest_statement_is_told(catalogue: Catalogue) -> None:
    found = decided(catalogue, "sinds wanneer is münster partnerstad", {"since/munster": 0.9, "unknown/dates": 0.1})
    assert (found.intent, found.statements) == ("since", ("munster.since",))


def test_naming_a_subject_does_not_make_an_unknown_question_known(catalogue: Catalogue) -> None:
    found = decided(catalogue, "hoeveel inwoners heeft münster", {"about/munster": 0.3, "unknown/population": 0.7})
    assert (found.intent, found.detail, found.subjects) == ("unknown", "population", ("munster",))


def test_another_subject_than_the_one_named_is_not_told(catalogue: Catalogue) -> None:
    scores = {"since/munster": 0.5, "since/palo_alto": 0.3, "unknown/dates": 0.2}
    assert decided(catalogue, "sinds wanneer palo alto", scores).statements == ("palo_alto.since",)


def test_only_another_subject_asks_the_last_question_of_it(catalogue: Catalogue) -> None:
    before = Context(subjects=("palo_alto",), statements=("palo_alto.since",), aspect="since")
    assert decided(catalogue, "en Münster?", {"about/munster": 1.0}, before).statements == ("munster.since",)
    unknown = Context(subjects=("palo_alto",), unknown="population")
    assert decided(catalogue, "en Münster?", {"about/munster": 1.0}, unknown).detail == "population"


@pytest.mark.parametrize(("text", "statement"), [("sinds wanneer?", "dalian.since"), ("waar dan?", "dalian.location")])
def test_a_bare_question_word_is_about_the_last_subject(catalogue: Catalogue, text: str, statement: str) -> None:
    before = Context(subjects=("dalian",), statements=("dalian.about",), aspect="about")
    assert decided(catalogue, text, {"since/munster": 0.5}, before).statements == (statement,)


def test_a_reason_that_is_not_known_is_not_made_up(catalogue: Catalogue) -> None:
    before = Context(subjects=("heidelberg",), statements=("heidelberg.about",), aspect="about")
    found = decided(catalogue, "waarom?", {"purpose/palo_alto": 0.9}, before)
    assert (found.intent, found.detail) == ("unknown", "reason")


@pytest.mark.parametrize(
    ("text", "intent"), [("de tweede", "about"), ("the third one please", "about"), ("de vijfde", "nlu_fallback")]
)
def test_an_ordinal_picks_from_the_last_list_within_its_bounds(catalogue: Catalogue, text: str, intent: str) -> None:
    before = Context(
        subjects=("partner_cities",), statements=("partner_cities.members",), listed=("palo_alto", "dalian", "munster")
    )
    assert decided(catalogue, text, {"about/dalian": 0.1}, before).intent == intent


def test_statements_that_fit_equally_are_offered(catalogue: Catalogue) -> None:
    labels = ["about/euregio", "about/drones", "about/poland", "about/saxion", "about/edl", "about/railway"]
    found = decided(catalogue, "vertel", dict.fromkeys(labels, 1 / 6))
    assert found.intent == "nlu_fallback"
    assert len(found.candidates) == 3


def test_a_context_that_is_malformed_counts_as_empty() -> None:
    assert Context.from_slot("x") == Context()  # type: ignore[arg-type]
    assert Context.from_slot({"subjects": 7, "aspect": None}) == Context()


SPLIT = [
    (
        "Sinds wanneer is Münster partnerstad en waar ligt het?",
        ["Sinds wanneer is Münster partnerstad", "Münster waar ligt het?"],
    ),
    (
        "What is the Stadsbeek? Who paid for the street lights?",
        ["What is the Stadsbeek", "Who paid for the street lights?"],
    ),
    ("Wat is Eurocities?", []),
    ("wat is dat en wie", []),
    ("Münster en Palo Alto", []),
]


@pytest.mark.parametrize(("text", "parts"), SPLIT)
def test_two_questions_in_one_message_are_told_apart(catalogue: Catalogue, text: str, parts: list[str]) -> None:
    assert split(text, catalogue.linker.link(text, "nl")) == parts


def test_a_question_that_names_no_subject_must_fit_a_statement_much_better(catalogue: Catalogue) -> None:
    scores = {"nationalities/enschede": 0.7, "out_of_scope/tasks": 0.2}
    assert decided(catalogue, "wek mij morgen om negen uur", scores).intent == "out_of_scope"
    assert decided(catalogue, "hoeveel nationaliteiten telt Enschede", scores).intent == "nationalities"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("het laatste nieuws", "out_of_scope"),
        ("any recent stories", "out_of_scope"),
        ("which foreign place joined most recently as an official ally", "newest"),
        ("het laatste nieuws van enschede", "newest"),
    ],
)
def test_a_few_words_without_a_name_must_fit_better_than_many(catalogue: Catalogue, text: str, intent: str) -> None:
    scores = {"newest/partner_cities": 0.96, "out_of_scope/news": 0.04}
    assert decided(catalogue, text, scores).intent == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("wanneer rijdt de eerste trein van Zwolle naar Münster?", "unknown"),
        ("And in what year does the line to Münster open?", "unknown"),
        ("is die spoorlijn van Zwolle naar Münster er al?", "status"),
        ("What will there be when the line from Zwolle to Münster is built?", "status"),
    ],
)
def test_a_statement_without_a_date_is_no_answer_to_when(catalogue: Catalogue, text: str, intent: str) -> None:
    scores = {"status/railway": 0.9, "unknown/dates": 0.05}
    assert decided(catalogue, text, scores).intent == intent


@pytest.mark.parametrize("text", ["Stadsbeek?", "wat is de stadsbeek", "stadsbeek = ?"])
def test_a_name_alone_asks_what_is_known_in_general(catalogue: Catalogue, text: str) -> None:
    assert decided(catalogue, text, {"location/stadsbeek": 0.9}).statements == ("stadsbeek.about",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("welke is Duits", {"munster.location"}),
        ("which of them are in China?", {"dalian.location"}),
        ("en in Amerika?", {"palo_alto.location"}),
    ],
)
def test_those_of_a_country_are_told_of_the_last_list(catalogue: Catalogue, text: str, told: set[str]) -> None:
    before = Context(subjects=("partner_cities",), listed=("palo_alto", "dalian", "munster"))
    assert set(decided(catalogue, text, {"countries/partner_cities": 0.9}, before).statements) == told


@pytest.mark.parametrize(
    ("subject", "text", "statement"),
    [
        ("dalian", "wanneer begon dat", "dalian.since"),
        ("dalian", "since when are you on it?", "dalian.since"),
        ("eurocities", "wie zitten daar in", "eurocities.members"),
        ("eurocities", "who takes part", "eurocities.members"),
        ("edl", "en wie betaalt dat", "edl.funding"),
        ("edl", "who pays 4 it", "edl.funding"),
    ],
)
def test_a_bare_question_finds_its_aspect(catalogue: Catalogue, subject: str, text: str, statement: str) -> None:
    before = Context(subjects=(subject,), statements=(f"{subject}.about",))
    assert decided(catalogue, text, {"unknown/money": 0.9}, before).statements == (statement,)


def test_the_cities_of_a_country_are_told_by_the_subject_that_lists_them(catalogue: Catalogue) -> None:
    before = Context(subjects=("euregio",), statements=("euregio.members",), listed=("munster", "osnabruck"))
    found = decided(catalogue, "welke stad van Duitsland", {"location/munster": 0.9}, before)
    assert found.statements == ("euregio.german_cities",)


@pytest.mark.parametrize("text", ["en de Nederlandse", "and the Dutch ones then?"])
def test_asking_on_for_another_country_stays_with_the_list(catalogue: Catalogue, text: str) -> None:
    before = Context(subjects=("urban_area",), statements=("urban_area.german_cities",), aspect="german_cities")
    assert decided(catalogue, text, {"people/edl": 0.9}, before).statements == ("urban_area.dutch_cities",)


@pytest.mark.parametrize("text", ["and the third", "de derde?"])
def test_what_was_asked_of_an_item_is_asked_of_the_next(catalogue: Catalogue, text: str) -> None:
    listed = ("munster", "palo_alto", "dalian")
    asked = Context(("palo_alto",), ("palo_alto.location",), "location", listed=listed)
    assert decided(catalogue, text, {}, asked).statements == ("dalian.location",)
    just_listed = Context(("partner_cities",), ("partner_cities.members",), "members", listed=listed)
    assert decided(catalogue, text, {}, just_listed).statements == ("dalian.about",)


def test_the_other_one_is_asked_the_last_question(catalogue: Catalogue) -> None:
    told = ("palo_alto.since", "munster.since", "palo_alto.location")
    before = Context(("palo_alto",), ("palo_alto.location",), "location", "Waar ligt Palo Alto?", told=told)
    assert decided(catalogue, "En die andere?", {}, before).statements == ("munster.location",)


@pytest.mark.parametrize(("told", "statements"), [("palo_alto.business", ("palo_alto.business",)), ("edl.about", ())])
def test_signing_up_is_answered_by_what_says_whom_to_write_to(
    catalogue: Catalogue, told: str, statements: tuple[str, ...]
) -> None:
    before = Context(subjects=(told.partition(".")[0],), statements=(told,))
    assert decided(catalogue, "and how do i sign up", {"unknown/apply": 0.9}, before).statements == statements


def test_asking_for_another_language_alone_repeats_the_answer(catalogue: Catalogue) -> None:
    before = Context(subjects=("eurocities",), statements=("eurocities.about",))
    text = "sorry my Dutch is not good, can you say it in English please?"
    assert decided(catalogue, text, {"unknown/opinion": 0.9}, before).intent == "switch_language"


def test_ties_named_by_their_country_are_set_side_by_side(catalogue: Catalogue) -> None:
    found = decided(catalogue, "vergelijk de band met China en die met Amerika", {"compare": 0.9})
    assert (found.intent, found.subjects) == ("compare", ("dalian", "palo_alto"))


def leaning(
    catalogue: Catalogue, subject: str, text: str, own: dict[str, float], meant: dict[str, float], whole: bool = False
) -> Decision:
    """What is decided about a message that leans on an answer about a subject, and reads as `meant` with its name."""
    before = Context(subjects=(subject,), statements=(f"{subject}.about",), listed=("dalian", "munster"))
    reading = Reading(f"{catalogue.names['en'][subject]} {text}", subject, whole)
    message = Understanding(text, "en", (), read_form(text, ()), own, readings=((reading, meant),))
    return decide(message, before, catalogue)


def test_whom_to_ask_is_asked_whatever_was_spoken_of(catalogue: Catalogue) -> None:
    own = {"email/contact": 0.6, "about/refugees": 0.2, "unknown/names": 0.1}
    meant = {"about/refugees": 0.95, "email/contact": 0.02}
    asked = leaning(catalogue, "refugees", "who could I ask that, please", own, meant)
    assert asked.statements[0] == "contact.email"


def test_who_takes_part_is_not_whom_to_ask(catalogue: Catalogue) -> None:
    own = {"email/contact": 0.6, "people/edl": 0.2, "unknown/names": 0.1}
    meant = {"people/edl": 0.95, "email/contact": 0.02}
    assert leaning(catalogue, "edl", "wie doen dr aan mee", own, meant).statements[0] == "edl.people"


def test_two_statements_that_fit_almost_alike_are_both_told(catalogue: Catalogue) -> None:
    alike = decided(catalogue, "wat pakken jullie aan", {"topics/munster": 0.4, "topics/dalian": 0.3})
    assert alike.statements == ("munster.topics", "dalian.topics")
    apart = decided(catalogue, "wat pakken jullie aan", {"topics/munster": 0.8, "topics/dalian": 0.1})
    assert apart.statements == ("munster.topics",)


def test_what_is_cut_out_of_a_message_is_no_attack_by_itself(catalogue: Catalogue) -> None:
    own = {"location/dalian": 0.3, "prompt_injection": 0.1}
    meant = {"location/dalian": 0.4, "prompt_injection": 0.6}
    asked = leaning(catalogue, "dalian", "the first one, where on the map is that", own, meant, whole=True)
    assert asked.statements == ("dalian.location",)
