"""Answers about subjects that came after training: what is asked is read off a known subject of the same kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from bot.catalogue import Catalogue
from bot.dialogue import statement_id


def for_new_subjects(
    text: str,
    message: Any,
    scores: dict[str, float],
    catalogue: Catalogue,
    rank: Callable[[str], dict[str, float]],
) -> dict[str, float]:
    """Scores for the statements of named subjects that the ranker was not trained on.

    "Since when is Ghent a partner city?" is ranked as if it named a known city; what fits that city's statement under
    an aspect fits the new city's under the same. Costs a second ranking, only for messages with such a name.
    """
    entities = message.get("entities") or []
    if not entities:
        return {}
    trained = _statements(tuple(scores))
    for entity in entities:
        slug = entity["value"]
        untrained = [known for known in catalogue.by_subject.get(slug, ()) if known.id not in trained]
        # All subjects are gone through for a sibling, so only for who needs one.
        sibling = _sibling(slug, catalogue, trained) if untrained else None
        if sibling is None:
            continue
        name = sibling.replace("_", " ")
        as_if = rank(f"{text[: entity['start']]}{name}{text[entity['end'] :]}")
        by_aspect = _by_aspect(as_if, catalogue, slug)
        return {f"{known.aspect}/{slug}": max(by_aspect.get(known.aspect, 0.0), 1e-6) for known in untrained}
    return {}


@lru_cache(maxsize=2)
def _statements(labels: tuple[str, ...]) -> frozenset[str]:
    """The statements that these labels stand for: those of a model stay as they are."""
    return frozenset(map(statement_id, labels))


def _sibling(slug: str, catalogue: Catalogue, trained: frozenset[str]) -> str | None:
    """The subject of the same kind of which most is known."""
    known = {
        other: sum(statement.id in trained for statement in statements)
        for other, statements in catalogue.by_subject.items()
        if other != slug and catalogue.kinds.get(other) == catalogue.kinds.get(slug)
    }
    return max(known, key=lambda other: known[other], default=None)


def _by_aspect(scores: dict[str, float], catalogue: Catalogue, slug: str) -> dict[str, float]:
    """Probability of each aspect, over all subjects of the kind of `slug`."""
    kind = catalogue.kinds.get(slug)
    totals: dict[str, float] = {}
    for label, probability in scores.items():
        known = catalogue.meant_by(label)
        if known is not None and catalogue.kinds.get(known.subject) == kind:
            totals[known.aspect] = totals.get(known.aspect, 0.0) + probability
    return totals
