"""What is in the way of a proposal, and what an editor should know."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from bot.review.proposal_checks import Facts, findings
from bot.review.tables import Proposal
from bot.review.training_data import TrainingData
from tests.conftest import ROOT

DATA = TrainingData(
    labels=frozenset({"since/munster", "since/dalian"}),
    owners={"nl": {"sinds wanneer is munster een partnerstad": "since/munster"}, "en": {}},
    long={"nl": ["sinds wanneer is munster een partnerstad"], "en": []},
    held_out={"sample": ["in welk jaar begon de band met dalian precies"]},
    reviewed=frozenset({"wat is dalian"}),
)
FACTS = Facts(
    {"munster": "munster", "dalian": "dalian"}, frozenset({"munster", "dalian"}), frozenset({"munster.since"})
)


def found(kind: str, payload: dict[str, Any], *others: Proposal) -> dict[str, bool]:
    return {finding.key: finding.blocking for finding in findings(kind, payload, DATA, FACTS, others)}


def example(text: str, label: str | None = "since/munster") -> dict[str, Any]:
    return {"text": text, "label": label, "language": "nl"}


@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        (example("hoe lang al samen met de domstad"), {}),
        (example(" ?! "), {"empty": True}),
        (example("x " * 200), {"too_long": True}),
        (example("sinds wanneer [dat](subject) zo is"), {"markup": True}),
        (example("bel [tel] eens"), {}),
        (example("iets nieuws", None), {"no_label": True}),
        (example("iets nieuws", "since/nowhere"), {"unknown_label": True}),
        (example("Sinds wanneer is Munster een partnerstad?"), {"known": True}),
        (example("Sinds wanneer is Munster een partnerstad?", "since/dalian"), {"known_elsewhere": True}),
        (example("sinds wanneer is munster een partnerstadje"), {"near": False}),
        (example("sinds wanneer is munster een partnerstadje", "since/dalian"), {"near_elsewhere": False}),
        (example("In welk jaar begon de band met Dalian precies?", "since/dalian"), {"held_out": True}),
        (example("begon in welk jaar de band met dalian precies", "since/dalian"), {"held_out": True}),
    ],
)
def test_an_example_is_compared_with_what_is_there(payload: dict[str, Any], wanted: dict[str, bool]) -> None:
    assert found("example", payload) == wanted


def test_an_example_is_compared_with_those_that_were_confirmed() -> None:
    other = Proposal(kind="example", payload=example("hoe lang al samen met de domstad", "since/dalian"))
    assert found("example", example("Hoe lang al samen met de domstad?"), other) == {"known_elsewhere": True}


def question(*texts: str, facts: tuple[str, ...] = ()) -> dict[str, Any]:
    turns = [{"user": text, "outcome": "answered"} for text in texts]
    return {"turns": turns, "language": "nl", "kind": "answer", "facts": list(facts), "decline": False}


@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        (question("hoe lang al samen met de domstad", facts=("munster.since", "partnership:munster")), {}),
        (question("hoe lang al", facts=("munster.*",)), {}),
        (question("hoe lang al", facts=("munster.population",)), {"unknown_fact": True}),
        (question("Wat is Dalian?"), {"tested": True}),
        (question("hallo", "In welk jaar begon de band met Dalian precies?"), {"held_out": True}),
        (question(), {"empty": True}),
    ],
)
def test_a_question_is_no_second_time_in_the_tests(payload: dict[str, Any], wanted: dict[str, bool]) -> None:
    assert found("question", payload) == wanted


@pytest.mark.parametrize(
    ("text", "subject", "wanted"),
    [
        ("Domstad", "munster", {}),
        ("Münster", "munster", {"named": True}),
        ("Dalian", "munster", {"named_elsewhere": True}),
        ("Domstad", "nowhere", {"unknown_subject": True}),
        ("wat is er met de band van de stad", "munster", {"no_name": True}),
        ("x", "munster", {"no_name": True}),
    ],
)
def test_a_name_belongs_to_one_subject(text: str, subject: str, wanted: dict[str, bool]) -> None:
    assert found("alias", {"text": text, "subject": subject, "language": "both"}) == wanted


def test_a_held_out_question_is_never_shown() -> None:
    held_out = example("In welk jaar begon de band met Dalian precies?", "since/dalian")
    (finding,) = findings("example", held_out, DATA, FACTS)
    assert finding.values == {"set": "sample"}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_finding_has_a_text_that_takes_its_values(language: str) -> None:
    texts = yaml.safe_load((ROOT / f"bot/review/texts/proposals.{language}.yml").read_text(encoding="utf-8"))[
        "findings"
    ]
    values = dict.fromkeys(("characters", "label", "set", "text", "fact", "words", "subject"), "x")
    assert all("{" not in text.format(**values).replace("[…]{…}", "") for text in texts.values())
