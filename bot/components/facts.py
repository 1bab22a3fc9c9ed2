"""The facts as the components see them: one catalogue for the process, refreshed when the facts change."""

from __future__ import annotations

import os
from functools import lru_cache

from actions.facts.database import connect, migrate
from bot.catalogue import Catalogue, CatalogueCache
from bot.settings import Settings


@lru_cache(maxsize=1)
def _cache() -> CatalogueCache:
    settings = Settings.from_env(os.environ)
    engine = connect(settings.facts_url)
    migrate(engine)
    return CatalogueCache(engine)


def catalogue() -> Catalogue:
    """The newest facts, at most two seconds old."""
    return _cache().current()
