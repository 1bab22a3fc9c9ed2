"""The web process keeps what staff read up to date, beside everything else that it does."""

from __future__ import annotations

import asyncio
import logging

from bot.metrics import Lag
from bot.review.lead import Lead
from bot.review.projection import Projection
from bot.settings import Settings

logger = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks for something new."""
BETWEEN = 0.05
"""Seconds between two batches while more is waiting: visitors come first."""
AGAIN = 5.0
"""Seconds until the next try after one that failed."""


async def project_always(settings: Settings) -> None:
    """Runs until it is cancelled, in threads. What goes wrong is logged once and tried again."""
    projecting, lag = _Projecting(settings), Lag()
    failing: str | None = None
    try:
        while True:
            pause = AGAIN
            try:
                more = await asyncio.to_thread(projecting.step)
                pause = BETWEEN if more else EVERY
                if not more:
                    lag.caught_up()
                if failing:
                    logger.info("the staff pages are kept up to date again")
                failing = None
            except Exception as error:  # whatever it was: the next message must get there
                # Its name alone: the message of such an error repeats the values of the query.
                if failing != type(error).__name__:
                    failing = type(error).__name__
                    logger.warning("the staff pages are not kept up to date for now: %s", failing)
            await asyncio.sleep(pause)
    finally:
        await asyncio.shield(asyncio.to_thread(projecting.close))


class _Projecting:
    """A projection by the process that leads. It is made at the first step: starting comes first."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._projection: Projection | None = None
        self._lead: Lead | None = None

    def step(self) -> bool:
        if self._projection is None or self._lead is None:
            self._projection = Projection(self._settings)
            self._lead = Lead(self._projection.database.engine)
        return self._lead.held() and self._projection.poll()

    def close(self) -> None:
        if self._lead is not None:
            self._lead.release()
        if self._projection is not None:
            self._projection.close()
