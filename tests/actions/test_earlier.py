"""The reply to "was it different before?"."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from actions.action_fact import ActionFact
from actions.facts.tables import EarlierStatement
from actions.turn import Reply, Turn


def reply(facts: Session, language: str = "en", **decision: Any) -> Reply:
    decided = {"statements": ["munster.since"], "earlier": True, "reason": "earlier", **decision}
    return ActionFact().reply(facts, Turn("was it different before?", language, decided, {}, 0))


@pytest.mark.parametrize(
    ("language", "beginning"),
    [("nl", "Ik weet niet of het vroeger anders was."), ("en", "I do not know whether it was different before.")],
)
def test_without_history_it_says_so_and_tells_what_it_knows(facts: Session, language: str, beginning: str) -> None:
    found = reply(facts, language)
    assert found.text.startswith(beginning) and "2021" in found.text
    assert (found.outcome, found.facts) == ("answered", ("munster.since",))


def test_a_question_that_may_be_about_the_past_itself_gets_the_fact(facts: Session) -> None:
    assert reply(facts, reason="ranked").text.startswith("Münster has been")


def test_the_history_is_told_with_the_fact(facts: Session) -> None:
    facts.add(
        EarlierStatement(
            id="munster.since@2021", statement="munster.since", text_nl="Vrienden.", text_en="Friends.", until="2021"
        )
    )
    facts.flush()
    found = reply(facts)
    assert found.text == "Now: Münster has been an official partner city of Enschede since 2021.\nUntil 2021: Friends."
    assert found.facts == ("munster.since", "munster.since@2021")
    assert found.context is not None and found.context["statements"] == ["munster.since"]
    facts.rollback()
