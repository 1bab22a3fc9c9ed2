"""Why a turn went as it did: names in words, shares of the scores, and the facts behind the reply."""

from __future__ import annotations

import re
from datetime import date

import pytest
import yaml
from sqlalchemy.orm import Session

from actions.facts import queries
from bot.dialogue.shortcuts import QUESTION_WORDS
from bot.languages import LANGUAGES
from bot.review.evidence import RELATIONS, evidence
from bot.review.explanation import explain
from bot.review.knowledge import open_facts
from bot.review.naming import Names, resolve
from bot.review.training_data import labels
from bot.review.wording import texts
from tests.conftest import ROOT
from tests.review.filling import turn

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_and_every_kind_of_it_has_a_name(language: str) -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    heads = {label.partition("/")[0] for label in labels()}
    kinds = {label for label in labels() if label.partition("/")[0] in ("unknown", "out_of_scope", "chitchat")}
    named = set(texts(language)["intents"])
    assert set(domain["intents"]) | heads | kinds | {"nlu_fallback"} == named


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_unique_so_that_one_can_be_chosen_by_its_name(facts: Session, language: str) -> None:
    names = Names.read(facts, language)
    for known in (names.intents, names.subjects, names.statements):
        assert len({name.casefold() for name in known.values()}) == len(known)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_that_the_dialogue_gives_has_words(language: str) -> None:
    sources = "".join(
        (ROOT / "bot" / "dialogue" / f"{name}.py").read_text() for name in ("gate", "shortcuts", "earlier")
    )
    reasons = texts(language)["conversation"]["reasons"]
    assert [reason for reason in reasons if f'"{reason}"' not in sources and not reason.startswith("bare ")] == []
    assert {"ranked", "declined", "several fit", "compare", "conversation", "two questions"} <= set(reasons)
    kinds = {f"bare {kind}" for kind in QUESTION_WORDS}
    given = {
        *re.findall(r'catalogue, (?:[\w.]+, )?"([a-z ]+)"\)', sources),
        *re.findall(r'reason="([a-z ]+)"', sources),
    }
    assert (given | kinds) - set(reasons) == set()
    assert (given | kinds) - set(texts(language)["inbox"]["reasons"]) == set()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("munster", "munster"), (" Münster ", "munster"), ("MÜNSTER", "munster"), ("Munchen", None), ("", None)],
)
def test_a_name_or_an_id_is_what_it_stands_for(facts: Session, typed: str, meant: str | None) -> None:
    assert resolve(typed, Names.read(facts, "nl").subjects) == meant


def test_shares_of_the_scores_add_up_and_what_was_told_is_marked(facts: Session) -> None:
    one = turn(ranking=[["munster.since", 1.2], ["munster.about", -0.4], ["unknown/dates", -99.0]])
    why = explain(one, Names.read(facts, "en"), facts, "en", TODAY)
    assert sum(candidate.share for candidate in why.ranking) == pytest.approx(1)
    assert [(c.name, c.told) for c in why.ranking] == [
        ("Since when has Münster been a partner city of Enschede?", True),
        ("What ties does Enschede have with Münster?", False),
        ("Not in the sources: a date", False),
    ]
    assert why.ranking[0].share == pytest.approx(0.832, abs=0.001)


def test_subjects_say_what_was_typed_or_that_the_conversation_names_them(facts: Session) -> None:
    one = turn(subjects=["munster", "dalian"], entities=[{"subject": "munster", "text": "munser"}])
    why = explain(one, Names.read(facts, "nl"), facts, "nl", TODAY)
    assert [(each.name, each.typed) for each in why.subjects] == [("Münster", ("munser",)), ("Dalian", ())]


def test_the_candidates_of_the_ranking_are_offered_less_what_was_chosen(facts: Session) -> None:
    one = turn(
        intent="since", facts=["munster.since"], subjects=["munster"],
        ranking=[["munster.since", 1], ["munster.about", 0], ["dalian.since", -1], ["gone.fact", -2], ["unknown/dates", -3]],
    )  # fmt: skip
    choices = explain(one, Names.read(facts, "en"), facts, "en", TODAY).choices
    assert [id for id, _ in choices["intents"]] == ["about", "unknown/dates"]
    assert [id for id, _ in choices["subjects"]] == ["dalian"]
    assert [id for id, _ in choices["statements"]] == ["munster.about", "dalian.since"]


def test_a_fact_is_told_in_the_language_of_the_turn_with_source_owner_and_review(facts: Session) -> None:
    one = turn(language="en", reply="Münster has been an official partner city of Enschede since 2021.")
    (found,) = evidence(facts, one, "nl", TODAY)
    assert found.text == one.reply
    assert found.literal
    assert found.question == "Sinds wanneer is Münster een partnerstad van Enschede?"
    assert [(source.dated, source.date) for source in found.sources] == [("checked", "november 2026")]
    assert (found.owner, found.review_by, found.overdue) == ("Internationale samenwerking", "november 2027", False)


@pytest.mark.parametrize(("today", "overdue"), [(date(2027, 11, 30), False), (date(2027, 12, 1), True)])
def test_a_fact_is_overdue_after_the_month_of_its_review(facts: Session, today: date, overdue: bool) -> None:
    assert evidence(facts, turn(), "nl", today)[0].overdue is overdue


def test_a_fact_that_does_not_exist_any_more_and_one_that_changed_are_said(facts: Session) -> None:
    gone, changed = evidence(facts, turn(facts=["munster.gone", "munster.since"]), "nl", TODAY)
    assert (gone.text, changed.literal) == (None, False)
    assert evidence(facts, turn(facts=["partnership:atlantis", "nothing:at_all"]), "nl", TODAY)[1].text is None


def test_rows_of_every_relation_have_words(facts: Session) -> None:
    for name, table in RELATIONS.items():
        row = facts.query(table).order_by(table.id).first()
        assert row is not None, name
        for language in LANGUAGES:
            (found,) = evidence(facts, turn(facts=[row.id], language=language), language, TODAY)
            assert found.text, row.id
            assert found.row
            assert found.sources == () or found.sources[0].title


def test_a_row_says_what_the_facts_say(facts: Session) -> None:
    row = queries.partnership(facts, "palo_alto")
    assert row is not None
    (found,) = evidence(facts, turn(facts=[row.id]), "nl", TODAY)
    assert found.text == "Palo Alto: zusterstad sinds 1980"


def test_without_the_facts_ids_stand_in_the_place_of_names() -> None:
    with open_facts("sqlite:///:memory:") as facts:
        assert facts is None
        why = explain(turn(), Names.read(facts, "nl"), facts, "nl", TODAY)
    assert why.evidence is None
    assert why.intent == "Sinds wanneer"
    assert why.ranking[0].name == "munster.since"
    assert why.subjects[0].name == "munster"
