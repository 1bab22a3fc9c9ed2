"""The facts as the components see them: one catalogue for the process, refreshed when the facts change."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable
from dataclasses import replace
from functools import lru_cache

from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from actions.facts.database import connect, migrate
from bot.catalogue import Catalogue, CatalogueCache
from bot.dialogue import Context
from bot.settings import Settings

CATALOGUE = "catalogue"


@lru_cache(maxsize=1)
def _cache() -> CatalogueCache:
    settings = Settings.from_env(os.environ)
    engine = connect(settings.facts_url)
    migrate(engine)
    return CatalogueCache(engine)


def catalogue_for(message: Message) -> Catalogue:
    """The facts that a message is understood with: the same in every component, also when they change meanwhile."""
    known = message.get(CATALOGUE)
    if known is None:
        known = catalogue()
        message.set(CATALOGUE, known)
    assert isinstance(known, Catalogue)
    return known


def context_of(tracker: DialogueStateTracker | None, known: Catalogue) -> Context:
    """What the conversation leaves behind, without what is no fact any more."""
    context = Context.from_slot(tracker.get_slot("context") if tracker else None)
    return replace(
        context,
        subjects=_kept(context.subjects, known.kinds),
        listed=_kept(context.listed, known.kinds),
        statements=_kept(context.statements, known.statements),
        offered=_kept(context.offered, known.statements),
        told=_kept(context.told, known.statements),
    )


def _kept(ids: Iterable[str], known: Container[str]) -> tuple[str, ...]:
    return tuple(each for each in ids if each in known)


def catalogue() -> Catalogue:
    """The newest facts, at most two seconds old."""
    return _cache().current()
