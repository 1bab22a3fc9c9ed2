"""Changes of the facts: an editor proposes, another one approves; what is approved is told at once.

The facts are changed first and the review store after, so that a change that broke off between the two can simply be
approved or reverted again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from actions.facts import layering
from actions.facts.layer import Put
from bot.review.log import record
from bot.review.tables import ContentChange
from bot.text import clean

LONGEST_NOTE = 500
LONGEST_REASON = 200


class Status(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REVERTED = "reverted"


class NotAllowed(ValueError):
    """The change cannot be decided on like this. `problem` is the key of the text that says why."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def puts_of(change: ContentChange) -> list[Put]:
    return [Put.read(stored) for stored in change.puts]


def propose(session: Session, puts: Sequence[Put], note: str, by: str) -> ContentChange:
    """Keeps a change for another editor to approve."""
    stored = [put.stored() for put in puts]
    change = ContentChange(
        id=uuid.uuid4().hex, puts=stored, status=Status.PROPOSED, note=clean(note, LONGEST_NOTE), by=by,
        at=datetime.now(UTC),
    )  # fmt: skip
    session.add(change)
    record(session, by=by, action="content_propose", object=_name(change), after=_places(change))
    return change


def approve(session: Session, facts: Engine, change: ContentChange, by: str) -> None:
    """Puts a change over the facts. Never one's own.

    Raises NotAllowed; Clash or FactsError when the facts have changed so that it does not fit; or SQLAlchemyError.
    """
    _need(change, Status.PROPOSED)
    if change.by == by:
        raise NotAllowed("own")
    layering.add(facts, change.id, puts_of(change))
    _decide(change, Status.APPROVED, by)
    record(session, by=by, action="content_approve", object=_name(change), after=_places(change))


def refuse(session: Session, change: ContentChange, why: str, by: str) -> None:
    """Refuses a change with a reason; who made it withdraws it. Raises NotAllowed."""
    _need(change, Status.PROPOSED)
    if change.by == by:
        _decide(change, Status.WITHDRAWN, by)
        record(session, by=by, action="content_withdraw", object=_name(change), after=_places(change))
        return
    _decide(change, Status.REFUSED, by, _reason(why))
    record(session, by=by, action="content_refuse", object=_name(change), after=_places(change))


def revert(session: Session, facts: Engine, change: ContentChange, why: str, by: str) -> None:
    """Takes an approved change off the facts; what was told before it is told again.

    One editor suffices: nothing is told that was not approved. Raises NotAllowed (also when the files hold the change
    by now, which only another change can undo); FactsError or Clash when later changes need it; or SQLAlchemyError.
    """
    _need(change, Status.APPROVED)
    why = _reason(why)
    if not layering.remove(facts, change.id):
        raise NotAllowed("in_files")
    _decide(change, Status.REVERTED, by, why)
    record(session, by=by, action="content_revert", object=_name(change), after=_places(change))


def changes(session: Session, status: Status, limit: int = 100) -> Sequence[ContentChange]:
    """The changes with a status: what waits the oldest first, all else the newest first."""
    order = ContentChange.at.asc() if status == Status.PROPOSED else ContentChange.decided_at.desc()
    return session.scalars(
        select(ContentChange).where(ContentChange.status == status).order_by(order).limit(limit)
    ).all()


def counts(session: Session) -> dict[str, int]:
    """How many there are, by status."""
    query = select(ContentChange.status, func.count()).group_by(ContentChange.status)
    found: dict[str, int] = {row.status: row[1] for row in session.execute(query)}
    return {status.value: found.get(status.value, 0) for status in Status}


def _need(change: ContentChange, status: Status) -> None:
    if change.status != status:
        raise NotAllowed("decided")


def _reason(why: str) -> str:
    why = " ".join(clean(why).split())
    if not why or len(why) > LONGEST_REASON:
        raise NotAllowed("no_reason")
    return why


def _decide(change: ContentChange, status: Status, by: str, why: str | None = None) -> None:
    change.status, change.decided_by, change.decided_at, change.why = status, by, datetime.now(UTC), why


def _name(change: ContentChange) -> str:
    return f"content {change.id}"


def _places(change: ContentChange) -> dict[str, str]:
    return {"places": ", ".join(put["place"] for put in change.puts)}
