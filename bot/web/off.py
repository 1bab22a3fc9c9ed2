"""Whether the assistant is switched off, as this web process knows it, and what visitors' programs are then told."""

from __future__ import annotations

import asyncio
import logging

from fastapi import Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from bot import metrics
from bot.languages import DEFAULT, LANGUAGES
from bot.review.database import Database
from bot.review.switch import Off, state
from bot.settings import Settings
from bot.web.problems import problem

logger = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks."""
FIRST = 2.0
"""Seconds that a start waits for the first look."""
RETRY = {"Retry-After": "60"}
"""Seconds after which a program may try again. It lasts as long as it lasts."""


class Switch:
    """`off` says how it stood at the last look; while the review store is away, that holds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.off: Off | None = None

    async def look(self) -> None:
        try:
            off = await asyncio.to_thread(self._read)
        except SQLAlchemyError:
            return
        if (off is None) != (self.off is None):
            logger.warning("the assistant is switched %s", "on" if off is None else "off")
        self.off = off
        metrics.OFF.set(off is not None)

    async def always(self) -> None:
        """Looks until it is cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:  # whatever it was: the next look must come
                logger.error("the off switch could not be read: %s", type(error).__name__)
            await asyncio.sleep(EVERY)

    def _read(self) -> Off | None:
        with self._database.session() as session:
            return state(session)


def switched_off(request: Request) -> Off | None:
    """What is to be told instead of an answer, if anything."""
    switch: Switch = request.app.state.switch
    return switch.off


def off_problem(request: Request, off: Off, language: str | None) -> JSONResponse:
    """The problem for a program, with the reason and the contact for its visitor. Nothing was recorded."""
    settings: Settings = request.app.state.settings
    reason, _ = off.reason(language if language in LANGUAGES else DEFAULT)
    answer = {"switched_off": True, "reason": reason, "contact": settings.contact_email}
    return problem(503, headers=RETRY, title="The assistant is switched off", more=answer)
