"""The web process has gaps searched for once a day, and when staff ask for it.

A process of its own does so: it loads the sentence encoder, which the web process does not.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bot.review.database import Database
from bot.review.gaps import last_run
from bot.review.times import utc
from bot.settings import ROOT, Settings

logger = logging.getLogger(__name__)

FIRST = 10 * 60.0
"""Seconds after the start until the first look: starting comes first."""
EVERY = 60 * 60.0
"""Seconds between two looks whether a search is due."""
DUE = timedelta(hours=24)
"""Age of the last search at which the next one is due."""
COMMAND = (sys.executable, "-m", "bot", "review", "gaps")


class GapSearching:
    """Starts searches. One process of several may do so at a time: the search itself sees to that."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wanted = asyncio.Event()

    def ask(self) -> bool:
        """Asks for a search at once, from any thread; False when nothing runs that could do it."""
        if self._loop is None:
            return False
        self._loop.call_soon_threadsafe(self._wanted.set)
        return True

    async def always(self) -> None:
        """Runs until it is cancelled; a search that is under way then ends too."""
        self._loop = asyncio.get_running_loop()
        pause = FIRST
        try:
            while True:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wanted.wait(), pause)
                pause = EVERY
                if self._wanted.is_set() or await asyncio.to_thread(self._due):
                    self._wanted.clear()
                    await self._search()
        finally:
            self._loop = None

    def _due(self) -> bool:
        """Whether the last search is long ago. What goes wrong is logged: the next look may do better."""
        try:
            with self._database.session() as session:
                run = last_run(session)
                return run is None or run.finished_at is None or datetime.now(UTC) - utc(run.finished_at) > DUE
        except Exception as error:
            logger.warning("it could not be seen whether a search for gaps is due: %s", type(error).__name__)
            return False

    async def _search(self) -> None:
        stores = {"REVIEW_URL": self._settings.review_url, "FACTS_URL": self._settings.facts_url}
        try:
            process = await asyncio.create_subprocess_exec(
                *COMMAND, cwd=ROOT, env={**os.environ, **stores}, stdout=asyncio.subprocess.DEVNULL
            )
        except OSError as error:
            logger.error("the search for gaps could not be started: %s", type(error).__name__)
            return
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
            raise
        if code:
            logger.warning("the search for gaps ended with exit code %d", code)
