"""The facts that a message is understood with, while they change."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message
from sqlalchemy.orm import Session

from bot.catalogue import Catalogue
from bot.components import facts as components


@pytest.fixture
def catalogue(facts: Session) -> Catalogue:
    return Catalogue.read(facts)


def test_a_message_keeps_the_facts_it_began_with(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    message = Message(data={"text": "Münster?"})
    monkeypatch.setattr(components, "catalogue", lambda: catalogue)
    assert components.catalogue_for(message) is catalogue
    monkeypatch.setattr(components, "catalogue", lambda: pytest.fail("the facts were looked up again"))
    assert components.catalogue_for(message) is catalogue
    assert components.CATALOGUE not in message.as_dict(only_output_properties=True)


def test_what_is_no_fact_any_more_is_not_spoken_of(catalogue: Catalogue) -> None:
    slot = {
        "subjects": ["ghent", "munster"], "statements": ["ghent.since", "munster.since"], "listed": ["dalian", "ghent"],
        "offered": ["ghent.about"], "told": ["munster.since", "ghent.since"], "aspect": "since", "question": "Sinds?",
    }  # fmt: skip
    tracker: Any = SimpleNamespace(get_slot=lambda _name: slot)
    context = components.context_of(tracker, catalogue)
    assert (context.subjects, context.statements, context.listed) == (("munster",), ("munster.since",), ("dalian",))
    assert (context.offered, context.told, context.aspect) == ((), ("munster.since",), "since")
