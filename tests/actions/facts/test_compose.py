"""Answers made of facts: exact texts for lists, counts, order, comparison and verification."""

import pytest
from sqlalchemy.orm import Session

from actions.facts import compose
from actions.facts.verification import Claims

EXACT = [
    ("munster.since", "nl", "Münster is sinds 2021 een officiële partnerstad van Enschede."),
    ("munster.since", "en", "Münster has been an official partner city of Enschede since 2021."),
    ("euregio.members", "nl", "In de Euregio werkt Enschede internationaal samen met 4 steden: Hengelo, Almelo, Münster en Osnabrück."),
    ("euregio.german_cities", "en", "2 German cities work with Enschede in the Euregio: Münster and Osnabrück. Münster is an official partner city as well."),
    ("twente_board.members", "nl", "In de Twente Board zitten 3 soorten leden: gemeenten, bedrijven en kennisinstellingen."),
    ("memorandum.people", "en", "2 mayors confirmed the memorandum in 2017: Onno van Veldhuizen (mayor of Enschede) and Xiao Shenfeng (mayor of Dalian)."),
    ("partner_cities.oldest", "nl", "De oudste band is die met Palo Alto (zusterstad sinds 1980). Daarna kwamen Dalian (zusterstad sinds 2009, volgens het jaarverslag over 2017) en Münster (partnerstad sinds 2021)."),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "language", "text"), EXACT)
def test_a_statement_is_told_exactly(facts: Session, statement: str, language: str, text: str) -> None:
    assert compose.answer(facts, [statement], language).text == text


def test_a_computed_answer_names_the_rows_it_came_from(facts: Session) -> None:
    answer = compose.answer(facts, ["euregio.german_cities"], "nl")
    assert answer.facts == ("euregio.german_cities", "membership:euregio/munster", "membership:euregio/osnabruck")
    assert answer.listed == ("munster", "osnabruck")


def test_a_comparison_sets_ties_side_by_side(facts: Session) -> None:
    answer = compose.compare(facts, ["munster", "palo_alto"], "en")
    assert "Münster: partner city since 2021." in answer.text
    assert "Palo Alto: sister city since 1980." in answer.text
    assert answer.text.endswith("The tie with Palo Alto is 41 years older.")
    assert {source["id"] for source in answer.sources} == {"page", "report_2017"}


def test_a_list_stands_apart_from_the_sentence_behind_it(facts: Session) -> None:
    lines = compose.answer(facts, ["partner_cities.members"], "nl").text.split("\n")
    assert lines[3] == "• Münster (partnerstad sinds 2021)"
    assert lines[4].startswith("De huidige pagina noemt alleen")


def test_what_is_not_in_the_facts_is_not_told(facts: Session) -> None:
    with pytest.raises(compose.NoSuchFact):
        compose.answer(facts, ["munster.population"], "nl")


VERIFIED = [
    ("munster.since", Claims(years=(1980,)), False),
    ("munster.since", Claims(years=(2021,)), True),
    ("munster.since", Claims(years=(1980,), negated=True), None),
    ("dalian.since", Claims(years=(2009,)), None),
    ("dalian.location", Claims(countries=("jp",)), False),
    ("dalian.location", Claims(countries=("china",)), True),
    ("smart_city_conference.when", Claims(months=(12,), years=(2017,)), False),
    ("smart_city_conference.members", Claims(cities=("heidelberg",)), True),
    ("partner_cities.members", Claims(cities=("osnabruck",)), False),
    ("eurocities.status", Claims(), True),
    ("eurocities.status", Claims(sure=False), None),
    ("edl.about", Claims(countries=("be",)), False),
    ("partner_cities.count", Claims(numbers=(3,)), True),
    ("partner_cities.count", Claims(numbers=(2,)), False),
    ("munster.status", Claims(cities=("dalian",)), None),
    ("munster.status", Claims(numbers=(5,)), None),
]


@pytest.mark.parametrize(("statement", "claims", "verdict"), VERIFIED)
def test_a_claim_is_held_against_the_fact(facts: Session, statement: str, claims: Claims, verdict: bool | None) -> None:
    answer = compose.answer(facts, [statement], "nl", claims)
    assert answer.verdict is verdict
    assert answer.text.startswith({True: "Ja. ", False: "Nee. ", None: answer.text[:4]}[verdict])
