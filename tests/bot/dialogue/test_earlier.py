"""Asking on about the past."""

import pytest
from sqlalchemy.orm import Session

from bot.catalogue import Catalogue
from bot.dialogue import Context, Understanding, decide
from bot.question_form import read_form

ASKED = [
    "was dat vroeger anders?",
    "is dat altijd al zo geweest?",
    "hoe was dat voorheen",
    "was it different before?",
    "is that changed?",
    "has it always been like that?",
    "wat was het vroeger?",
    "did that used to be different",
]
OTHER = [
    "sinds wanneer is Münster een partnerstad?",
    "what happened before the visit",
    "wat gebeurde er eerder dan dat",
    "is Münster different from Dalian?",
    "where is it?",
    "heb ik dat eerder gevraagd",
]


@pytest.fixture
def catalogue(facts: Session) -> Catalogue:
    return Catalogue.read(facts)


@pytest.mark.parametrize("text", ASKED)
def test_after_an_answer_its_statements_are_told_with_what_they_were(text: str, catalogue: Catalogue) -> None:
    context = Context(subjects=("munster",), statements=("munster.since",), aspect="since")
    message = Understanding(text, "nl", (), read_form(text), {"chitchat/greet": 0.9})
    decision = decide(message, context, catalogue)
    assert (decision.statements, decision.reason) == (("munster.since",), "earlier")


@pytest.mark.parametrize("text", OTHER)
def test_other_questions_do_not_ask_for_the_past(text: str) -> None:
    assert not read_form(text).earlier


def test_without_an_answer_before_it_the_question_is_ranked(catalogue: Catalogue) -> None:
    message = Understanding(ASKED[0], "nl", (), read_form(ASKED[0]), {"unknown/dates": 0.9})
    assert decide(message, Context(), catalogue).reason != "earlier"
