"""Whether a proposal can be used as it is: what is in the way of confirming it, and what an editor should know."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from actions.facts import queries
from actions.facts.content import Content
from bot.duplicates import nearest, plain
from bot.review.proposals import Kind, Payload
from bot.review.tables import Proposal
from bot.review.training_data import TrainingData
from bot.text import fold

LONGEST = 300
"""Characters of an example or a question."""
LONGEST_NAME = 60
MOST_WORDS = 6
"""Words of a name."""
MARKUP = re.compile(r"\[[^\]]*\][({]")
"""What Rasa reads as an entity in an example: [text](entity) or [text]{"entity": …}."""


@dataclass(frozen=True)
class Finding:
    """`key` names a text of texts/proposals.*.yml; `values` fill its places. `blocking`: it cannot be confirmed."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    blocking: bool = True


@dataclass(frozen=True)
class Facts:
    """What a proposal is compared with in the facts: names (folded) with their subjects, and ids."""

    names: Mapping[str, str]
    subjects: frozenset[str]
    statements: frozenset[str]

    @classmethod
    def of_database(cls, session: Session) -> Facts:
        names = {fold(name.text): name.subject for name in queries.names(session)}
        subjects = frozenset(subject.slug for subject in queries.subjects(session))
        return cls(names, subjects, frozenset(statement.id for statement in queries.statements(session)))

    @classmethod
    def of_content(cls, content: Content) -> Facts:
        names = {
            fold(text): subject.slug
            for subject in content.subjects.values()
            for text in (*subject.name.values(), *(text for _, text in subject.aliases))
        }
        return cls(names, frozenset(content.subjects), frozenset(content.statements))


def findings(
    kind: str, payload: Payload, data: TrainingData, facts: Facts | None, others: Iterable[Proposal] = ()
) -> list[Finding]:
    """What there is to say of a proposal. `others` are those confirmed or exported already; `facts` None: away."""
    same = [other.payload for other in others if other.kind == kind]
    if kind == Kind.EXAMPLE:
        return list(_example(payload, data, same))
    if kind == Kind.QUESTION:
        return list(_question(payload, data, facts, same))
    if kind == Kind.ALIAS:
        return list(_alias(payload, facts, same))
    return [] if plain(payload["text"]) else [Finding("empty")]


def _example(payload: Payload, data: TrainingData, same: list[Payload]) -> Iterator[Finding]:
    text, label, language = payload["text"], payload.get("label"), payload["language"]
    yield from _usable(text)
    if not label or label not in data.labels:
        yield Finding("unknown_label" if label else "no_label", {"label": label or ""})
    yield from _held_out(text, data)
    owner = data.owners[language].get(plain(text)) or next(
        (p["label"] for p in same if plain(p["text"]) == plain(text) and p["language"] == language), None
    )
    if owner is not None:
        yield Finding("known" if owner == label else "known_elsewhere", {"label": owner})
    elif (near := nearest(text, data.long[language])) is not None:
        owner = data.owners[language][near]
        yield Finding("near" if owner == label else "near_elsewhere", {"text": near, "label": owner}, blocking=False)


def _question(payload: Payload, data: TrainingData, facts: Facts | None, same: list[Payload]) -> Iterator[Finding]:
    texts = [turn["user"] for turn in payload["turns"]]
    for text in texts or [""]:
        yield from _usable(text)
    if texts:
        yield from _held_out(texts[-1], data)
        if len(texts) == 1 and plain(texts[0]) in data.reviewed:
            yield Finding("tested")
    if any([plain(turn["user"]) for turn in other["turns"]] == list(map(plain, texts)) for other in same):
        yield Finding("tested")
    for fact in payload["facts"]:
        # A row of a relation (partnership:munster) comes and goes with its relation.
        if facts is not None and ":" not in fact and not fnmatch.filter(facts.statements, fact):
            yield Finding("unknown_fact", {"fact": fact})


def _alias(payload: Payload, facts: Facts | None, same: list[Payload]) -> Iterator[Finding]:
    text, subject = payload["text"], payload["subject"]
    if len(plain(text)) < 2 or len(text) > LONGEST_NAME or len(text.split()) > MOST_WORDS:
        yield Finding("no_name", {"words": str(MOST_WORDS), "characters": str(LONGEST_NAME)})
    if facts is not None and subject not in facts.subjects:
        yield Finding("unknown_subject", {"subject": subject})
    owner = (facts.names.get(fold(text)) if facts else None) or next(
        (other["subject"] for other in same if fold(other["text"]) == fold(text)), None
    )
    if owner is not None:
        yield Finding("named" if owner == subject else "named_elsewhere", {"subject": owner})


def _usable(text: str) -> Iterator[Finding]:
    if not plain(text):
        yield Finding("empty")
    if len(text) > LONGEST:
        yield Finding("too_long", {"characters": str(LONGEST)})
    if MARKUP.search(text):
        yield Finding("markup")


def _held_out(text: str, data: TrainingData) -> Iterator[Finding]:
    """Which question it is like stays unsaid: who knows the held-out questions trains for them."""
    for name, questions in data.held_out.items():
        if nearest(text, questions) is not None:
            yield Finding("held_out", {"set": name})
            return
