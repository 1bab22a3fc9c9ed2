"""Why the assistant replied to a turn as it did, in the words of a member of staff's language."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from bot.review.evidence import Evidence, evidence
from bot.review.naming import Names
from bot.review.tables import Turn

LIKELY = 6
"""Candidates that are offered as buttons at most."""


@dataclass(frozen=True)
class Candidate:
    """What the ranking holds. `share`: of the summed scores of all that it holds, 0 to 1; `score`: its logarithm."""

    label: str
    name: str
    share: float
    score: float
    told: bool


@dataclass(frozen=True)
class Linked:
    """A subject of the turn. `typed`: the visitor's words for it; empty when the conversation says it."""

    slug: str
    name: str
    typed: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """`evidence` is None when the facts database is away."""

    intent: str
    ranking: tuple[Candidate, ...]
    subjects: tuple[Linked, ...]
    evidence: tuple[Evidence, ...] | None
    choices: Mapping[str, tuple[tuple[str, str], ...]]
    """By kind of name (intents, subjects, statements): the likeliest other ones, as pairs of id and name."""


def explain(turn: Turn, names: Names, facts: Session | None, language: str, today: date) -> Explanation:
    """What is known of a turn. `facts` is None when the facts database is away."""
    found = evidence(facts, turn, language, today) if facts is not None else None
    ranking = _ranking(turn, names)
    return Explanation(names.intent(turn.intent), ranking, _subjects(turn, names), found, _choices(turn, names))


def _ranking(turn: Turn, names: Names) -> tuple[Candidate, ...]:
    scored = [(str(label), float(score)) for label, score in turn.ranking]
    best = max((score for _, score in scored), default=0.0)
    total = sum(math.exp(score - best) for _, score in scored)
    return tuple(
        Candidate(label, names.candidate(label), math.exp(score - best) / total, score, _told(turn, label))
        for label, score in scored
    )


def _told(turn: Turn, label: str) -> bool:
    """Whether it is what the turn was decided to be: a statement that was told, or the intent."""
    return label in turn.facts or label == turn.intent


def _subjects(turn: Turn, names: Names) -> tuple[Linked, ...]:
    typed: dict[str, list[str]] = {slug: [] for slug in turn.subjects}
    for entity in turn.entities:
        typed.setdefault(entity["subject"], []).append(entity["text"])
    return tuple(Linked(slug, names.subject(slug), tuple(dict.fromkeys(words))) for slug, words in typed.items())


def _choices(turn: Turn, names: Names) -> dict[str, tuple[tuple[str, str], ...]]:
    statements = [str(label) for label, _ in turn.ranking if label in names.statements]
    intents = [label.partition(".")[2] if label in names.statements else str(label) for label, _ in turn.ranking]
    subjects = [each.partition(".")[0] for each in statements]
    subjects += [entity["subject"] for entity in turn.entities]
    return {
        "intents": _likely(intents, names.intents, {turn.intent or ""}),
        "subjects": _likely(subjects, names.subjects, set(turn.subjects)),
        "statements": _likely(statements, names.statements, set(turn.facts)),
    }


def _likely(ids: Iterable[str], known: Mapping[str, str], out: set[str]) -> tuple[tuple[str, str], ...]:
    kept = [each for each in dict.fromkeys(ids) if each in known and each not in out]
    return tuple((each, known[each]) for each in kept[:LIKELY])
