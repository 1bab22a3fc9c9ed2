"""The web process deletes once a day what is older than the limit."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

from bot.retention import oldest_kept, purge, report
from bot.settings import Settings
from bot.web.transcripts import Transcripts

logger = logging.getLogger(__name__)

FIRST = 60.0
"""Seconds after the start until the first time: starting comes first."""
EVERY = 24 * 60 * 60.0
"""Seconds between two times."""


async def purge_daily(settings: Settings, transcripts: Transcripts) -> None:
    """Runs until it is cancelled; what goes wrong is logged and tried again the next time."""
    await asyncio.sleep(FIRST)
    while True:
        try:
            transcripts.forget_before(oldest_kept(settings.retention_days, datetime.now(UTC)))
            for line in report(await asyncio.to_thread(purge, settings), dry_run=False):
                logger.info("purge: %s", line)
        except Exception as error:  # whatever it was: tomorrow must come
            logger.error("what is too old could not be deleted: %s", type(error).__name__)
        await asyncio.sleep(EVERY)
