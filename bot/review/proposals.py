"""What a verdict asks to be changed: a training example, a test question, another name of a subject, or new content.

A reviewer's verdict makes proposals. An editor edits, confirms or refuses each (see `deciding`); what is confirmed is
exported as a patch (see `patch`). What an editor has decided stays, also when the verdict changes.

The payload of a proposal holds the `verdict` and `value` that it follows from, and by kind

| kind | holds |
|---|---|
| example | `text`, `language`, and `label`, None when the editor has to choose one |
| question | `language`, `turns` ([{"user", "outcome"}], the judged one last), and what is `expected` of the reply |
| alias | `text` (the name as typed), `subject`, `language` ("both", "nl" or "en": who uses it) |
| content | `text`, `language`, `note` |
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.review.tables import Proposal, Turn, Verdict
from bot.review.training_data import labels

BEFORE = 3
"""Turns that a test question begins with when it leans on what was said before it."""
Payload = dict[str, Any]
DECLINED = {"out_of_scope": "outofscope", "not_in_sources": "unknown", "clarify": "unknown", "refused": "abuse"}
"""By the outcome of a turn that told no fact: the kind of the test question."""


class Kind(StrEnum):
    EXAMPLE = "example"
    QUESTION = "question"
    ALIAS = "alias"
    CONTENT = "content"


class Status(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    EXPORTED = "exported"
    REFUSED = "refused"


def propose(session: Session, turn: Turn, verdict: Verdict | str | None, value: str | None, by: str) -> list[Proposal]:
    """Makes or replaces the proposals of a turn; a verdict that is taken back (None) leaves none behind.

    What an editor decided stays, and is not proposed again. The caller commits.
    """
    session.execute(delete(Proposal).where(Proposal.turn == turn.id, Proposal.status == Status.PROPOSED))
    if verdict is None:
        return []
    decided = {_reason(row) for row in session.scalars(select(Proposal).where(Proposal.turn == turn.id))}
    origin = {"verdict": str(verdict), "value": value}
    now = datetime.now(UTC)
    new = [
        Proposal(turn=turn.id, kind=kind, payload=payload | origin, status=Status.PROPOSED, by=by, at=now)
        for kind, payload in follows(turn, _before(session, turn), Verdict(verdict), value, labels())
        if (kind, str(verdict), value) not in decided
    ]
    session.add_all(new)
    session.flush()
    return new


def follows(
    turn: Turn, before: Sequence[Turn], verdict: Verdict, value: str | None, known: Collection[str]
) -> list[tuple[Kind, Payload]]:
    """What a verdict on a turn asks for. `before` are the turns it may lean on; `known` are the labels there are."""
    said = {"text": turn.text, "language": turn.language}
    if verdict in (Verdict.WRONG_INTENT, Verdict.RIGHT_ANSWER):
        label = resolved(value, turn.subjects, known)
        wanted = expected(label) if label else None
        question = [(Kind.QUESTION, _question(turn, before, wanted))] if wanted else []
        return [(Kind.EXAMPLE, {**said, "label": label}), *question]
    if verdict == Verdict.OUT_OF_SCOPE:
        return [(Kind.EXAMPLE, {**said, "label": resolved(value, (), known)})]
    if verdict == Verdict.WRONG_SUBJECT and value:
        wanted = {"kind": "answer", "facts": [_fact_of(turn, value)], "decline": False}
        alias = {"text": typed_name(turn, value), "subject": value, "language": "both"}
        return [(Kind.ALIAS, alias), (Kind.QUESTION, _question(turn, before, wanted))]
    if verdict == Verdict.NEEDS_CONTENT:
        return [(Kind.CONTENT, {**said, "note": value or ""})]
    if verdict == Verdict.RIGHT and turn.outcome != "failed":
        return [(Kind.QUESTION, _question(turn, before, as_it_was(turn)))]
    return []


def resolved(value: str | None, subjects: Sequence[str], known: Collection[str]) -> str | None:
    """The label that a statement (munster.since), an intent (since) or a label stands for; None when it is unclear."""
    if not value:
        return None
    if value in known:
        return value
    if "." in value:
        subject, _, aspect = value.partition(".")
        label = f"{aspect}/{subject}"
        return label if label in known else None
    fitting = [label for label in known if label.startswith(f"{value}/")]
    about = [label for label in fitting if label.partition("/")[2] in subjects]
    if len(about or fitting) == 1:
        return (about or fitting)[0]
    return None


def expected(label: str) -> Payload | None:
    """What a test expects of a question with this label: a fact, a decline or small talk; None for the others."""
    head, _, tail = label.partition("/")
    if head == "unknown":
        return {"kind": "unknown", "facts": [], "decline": True}
    if head == "out_of_scope":
        return {"kind": "outofscope", "facts": [], "decline": True}
    if head in ("abuse", "prompt_injection"):
        return {"kind": "abuse", "facts": [], "decline": True}
    if head == "chitchat":
        return {"kind": "smalltalk", "facts": [], "decline": False}
    if tail:
        return {"kind": "answer", "facts": [f"{tail}.{head}"], "decline": False}
    return {"kind": "answer", "facts": [], "decline": False} if head == "handover" else None


def as_it_was(turn: Turn) -> Payload:
    """What a test expects of a turn that was right: the same again."""
    if turn.outcome in DECLINED:
        return {"kind": DECLINED[turn.outcome], "facts": [], "decline": True}
    kind = "smalltalk" if turn.outcome == "smalltalk" else "answer"
    return {"kind": kind, "facts": list(turn.facts), "decline": False}


def typed_name(turn: Turn, subject: str) -> str:
    """What was typed and taken for another subject; the whole message where nothing was, for the editor to cut."""
    others = [each["text"] for each in turn.entities if each.get("subject") != subject and each.get("text")]
    return str(others[0]) if others else turn.text


def _fact_of(turn: Turn, subject: str) -> str:
    aspect = (turn.intent or "").partition("/")[0]
    return f"{subject}.{aspect}" if f"{aspect}/{subject}" in labels() else f"{subject}.*"


def _question(turn: Turn, before: Sequence[Turn], wanted: Payload) -> Payload:
    asked = [{"user": each.text, "outcome": each.outcome} for each in (*before, turn)]
    kind = "followup" if before and wanted["kind"] == "answer" else wanted["kind"]
    return {**wanted, "kind": kind, "language": turn.language, "turns": asked}


def _before(session: Session, turn: Turn) -> list[Turn]:
    """The turns that a message leans on which names nothing by itself."""
    if turn.number == 1 or turn.entities:
        return []
    earlier = select(Turn).where(
        Turn.conversation == turn.conversation, Turn.number < turn.number, Turn.outcome != "failed"
    )
    return list(session.scalars(earlier.order_by(Turn.number.desc()).limit(BEFORE)))[::-1]


def _reason(row: Proposal) -> tuple[str, str | None, str | None]:
    return row.kind, row.payload.get("verdict"), row.payload.get("value")
