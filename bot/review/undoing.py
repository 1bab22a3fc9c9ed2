"""Takes back the changes of one member of staff to one conversation, the last one first, by what the log kept of them.

What somebody else has changed since is left as it is. Undoing is itself a line in the log, which names the line that it
undid: so the next time it is the turn of the change before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.review.conversation import turn_of, work
from bot.review.judging import Opinion, lock, opinion, put, put_state, set_reviewer
from bot.review.log import record
from bot.review.tables import Judgement, LogEntry, Note, Tag, Verdict

LOOKED_BACK = 1000
"""Lines of the log that are looked at most."""
Values = dict[str, Any]


@dataclass(frozen=True)
class Undone:
    """`entry` is the line of the log that was undone. `overtaken`: it was not, for it has been changed since, as far as
    the log says by `overtaken_by`."""

    entry: LogEntry
    overtaken: bool
    overtaken_by: str | None = None


def last_change(session: Session, conversation: str, by: str, hold: bool) -> LogEntry | None:
    """The change that undoing would take back; `hold`: whether the member may put on hold."""
    own = select(LogEntry).where(LogEntry.object == conversation, LogEntry.by == by).order_by(LogEntry.id.desc())
    undone: set[int] = set()
    for entry in session.scalars(own.limit(LOOKED_BACK)):
        if entry.action == "undo":
            undone.add((entry.after or {}).get("undoes", 0))
        elif entry.id not in undone and _can_be_undone(session, entry, hold):
            return entry
    return None


def undo(session: Session, conversation: str, by: str, hold: bool) -> Undone | None:
    """Takes back the last change; None when there is none. Raises Gone."""
    lock(session, conversation)
    entry = last_change(session, conversation, by, hold)
    if entry is None:
        return None
    done = REVERTS[entry.action](session, entry, entry.before or {}, entry.after or {})
    outcome = {"undoes": entry.id, "action": entry.action, "undone": done}
    record(session, by=by, action="undo", object=conversation, before=entry.after, after=outcome | (entry.before or {}))
    return Undone(entry, overtaken=not done, overtaken_by=None if done else _changed_by(session, entry))


def _changed_by(session: Session, entry: LogEntry) -> str | None:
    """Who else did the same kind of thing after this."""
    others = select(LogEntry.by).where(
        LogEntry.object == entry.object,
        LogEntry.id > entry.id,
        LogEntry.by != entry.by,
        LogEntry.action.in_([entry.action, "undo"]),
    )
    return session.scalar(others.order_by(LogEntry.id.desc()).limit(1))


def _can_be_undone(session: Session, entry: LogEntry, hold: bool) -> bool:
    """A note that its writer removed cannot come back, and is not there to be removed."""
    if entry.action == "note":
        written = (entry.after or {}).get("note")
        return written is not None and session.get(Note, written) is not None
    return entry.action in REVERTS and (hold or entry.action != "hold")


def _judge(session: Session, entry: LogEntry, before: Values, after: Values) -> bool:
    conversation = str(entry.object)
    turn = turn_of(session, conversation, after["turn"])
    current = session.get(Judgement, after["turn"], populate_existing=True)
    by_another = current is not None and after["verdict"] is not None and current.by != entry.by
    if turn is None or by_another or opinion(current) != _opinion(after):
        return False
    at = datetime.fromisoformat(before["at"]) if before.get("at") else datetime.now(UTC)
    put(session, turn, _opinion(before), before.get("by") or entry.by, at)
    if work(session, conversation).reviewer == entry.by:
        set_reviewer(session, conversation, before.get("reviewer"))
    return True


def _opinion(values: Values) -> Opinion:
    return Opinion(Verdict(values["verdict"]), values["value"]) if values["verdict"] else Opinion()


def _state(session: Session, entry: LogEntry, before: Values, after: Values) -> bool:
    if work(session, str(entry.object)).state != after["state"]:
        return False
    put_state(session, str(entry.object), before["state"])
    return True


def _hold(session: Session, entry: LogEntry, before: Values, after: Values) -> bool:
    row = work(session, str(entry.object))
    if row.hold != after["hold"]:
        return False
    row.hold, row.at = before["hold"], datetime.now(UTC)
    return True


def _tag(session: Session, entry: LogEntry, before: Values, after: Values) -> bool:
    found = session.get(Tag, (after["tag"], str(entry.object)))
    if (found is not None) != after["there"]:
        return False
    if found is not None:
        session.delete(found)
    else:
        session.add(Tag(tag=after["tag"], conversation=str(entry.object), at=datetime.now(UTC)))
    return True


def _note(session: Session, entry: LogEntry, before: Values, after: Values) -> bool:
    session.delete(session.get_one(Note, after["note"]))
    return True


REVERTS: dict[str, Callable[[Session, LogEntry, Values, Values], bool]] = {
    "judge": _judge,
    "state": _state,
    "hold": _hold,
    "tag": _tag,
    "note": _note,
}
"""By action of the log: what takes it back, and says whether it did."""
