"""Keeps who read or changed what: the access log that the AVG asks for. Never a visitor's words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.review.tables import LogEntry


def record(
    session: Session,
    *,
    by: str,
    action: str,
    object: str | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Adds a line to the session's transaction: who did what, with which conversation or other thing.

    `before` and `after` are what undoing needs; neither may hold what a visitor typed. The caller commits, so that a
    change and its line are kept together or not at all.
    """
    entry = LogEntry(at=datetime.now(UTC), by=by, action=action, object=object, before=before, after=after)
    session.add(entry)
