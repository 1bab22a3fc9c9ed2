"""A verdict makes proposals, and replaces those that nobody has decided on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.review.database import Database
from bot.review.proposals import Status, expected, propose, resolved
from bot.review.tables import Proposal, Turn, Verdict
from bot.review.training_data import labels
from tests.review.filling import conversation, turn

FROM = {"verdict", "value"}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Database(f"sqlite:///{tmp_path}/review.db").session() as session:
        yield session


def asked(session: Session, **values: Any) -> Turn:
    made = turn(**values)
    conversation(session, [made])
    return made


def proposed(session: Session) -> list[tuple[str, dict[str, Any]]]:
    rows = session.scalars(select(Proposal).order_by(Proposal.id))
    return [(row.kind, {key: value for key, value in row.payload.items() if key not in FROM}) for row in rows]


QUESTION = {
    "turns": [{"user": "Sinds wanneer is Münster een partnerstad?", "outcome": "answered"}],
    "language": "nl", "kind": "answer", "facts": ["munster.since"], "decline": False,
}  # fmt: skip
EXAMPLE = {"text": "Sinds wanneer is Münster een partnerstad?", "language": "nl"}


@pytest.mark.parametrize(
    ("verdict", "value", "wanted"),
    [
        (Verdict.RIGHT, None, [("question", QUESTION)]),
        (Verdict.IGNORE, None, []),
        (
            Verdict.WRONG_INTENT,
            "location",
            [
                ("example", EXAMPLE | {"label": "location/munster"}),
                ("question", QUESTION | {"facts": ["munster.location"]}),
            ],
        ),
        (
            Verdict.WRONG_INTENT,
            "unknown/population",
            [
                ("example", EXAMPLE | {"label": "unknown/population"}),
                ("question", QUESTION | {"kind": "unknown", "facts": [], "decline": True}),
            ],
        ),
        (
            Verdict.RIGHT_ANSWER,
            "dalian.since",
            [("example", EXAMPLE | {"label": "since/dalian"}), ("question", QUESTION | {"facts": ["dalian.since"]})],
        ),
        (
            Verdict.WRONG_SUBJECT,
            "dalian",
            [
                ("alias", {"text": "Münster", "subject": "dalian", "language": "both"}),
                ("question", QUESTION | {"facts": ["dalian.since"]}),
            ],
        ),
        (Verdict.NEEDS_CONTENT, None, [("content", EXAMPLE | {"note": ""})]),
        (Verdict.OUT_OF_SCOPE, None, [("example", EXAMPLE | {"label": None})]),
        (Verdict.OUT_OF_SCOPE, "out_of_scope/tasks", [("example", EXAMPLE | {"label": "out_of_scope/tasks"})]),
    ],
)
def test_each_verdict_asks_for_what_it_says(
    session: Session, verdict: Verdict, value: str | None, wanted: list[Any]
) -> None:
    propose(session, asked(session), verdict, value, "rev")
    assert proposed(session) == wanted


def test_a_new_verdict_takes_the_place_of_the_proposals_of_the_one_before(session: Session) -> None:
    judged = asked(session)
    propose(session, judged, Verdict.WRONG_INTENT, "location", "rev")
    propose(session, judged, Verdict.NEEDS_CONTENT, None, "rev")
    assert [kind for kind, _ in proposed(session)] == ["content"]


def test_a_verdict_that_is_taken_back_leaves_only_what_an_editor_decided(session: Session) -> None:
    judged = asked(session)
    example, _question = propose(session, judged, Verdict.WRONG_INTENT, "location", "rev")
    example.status = Status.CONFIRMED
    propose(session, judged, None, None, "rev")
    assert [kind for kind, _ in proposed(session)] == ["example"]


def test_what_an_editor_decided_is_not_proposed_again(session: Session) -> None:
    judged = asked(session)
    example, _question = propose(session, judged, Verdict.WRONG_INTENT, "location", "rev")
    example.status, example.payload = Status.REFUSED, example.payload | {"text": "edited"}
    propose(session, judged, Verdict.WRONG_INTENT, "location", "rev")
    assert [kind for kind, _ in proposed(session)] == ["example", "question"]


def test_a_message_that_leans_on_the_one_before_is_tested_with_it(session: Session) -> None:
    first, second = turn(), turn(text="waarom?", entities=[], outcome="not_in_sources", facts=[])
    conversation(session, [first, second])
    propose(session, second, Verdict.RIGHT, None, "rev")
    (question,) = [payload for _, payload in proposed(session)]
    assert [(each["user"], each["outcome"]) for each in question["turns"]] == [
        ("Sinds wanneer is Münster een partnerstad?", "answered"),
        ("waarom?", "not_in_sources"),
    ]
    assert question["decline"] and question["kind"] == "unknown"


def test_without_a_known_name_the_whole_message_is_the_alias_to_cut(session: Session) -> None:
    propose(session, asked(session, entities=[], text="en bij de westfalen?"), Verdict.WRONG_SUBJECT, "munster", "rev")
    assert proposed(session)[0][1]["text"] == "en bij de westfalen?"


def test_an_intent_stands_for_the_label_of_the_subject_it_was_asked_of() -> None:
    known = labels()
    assert resolved("since", ["dalian"], known) == "since/dalian"
    assert resolved("email", [], known) == "email/contact"
    assert resolved("since", [], known) is None
    assert resolved("handover", ["dalian"], known) == "handover"
    assert resolved("munster.since", [], known) == "since/munster"
    assert resolved("munster.population", [], known) is None


def test_every_label_has_an_expectation_or_leans_on_a_conversation() -> None:
    without = {label for label in labels() if expected(label) is None}
    assert without <= {
        "affirm", "deny", "repeat", "more", "ask_source", "switch_language", "complaint", "not_understood", "compare",
    }  # fmt: skip
