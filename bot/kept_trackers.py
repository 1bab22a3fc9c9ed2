"""The conversations that a process has under way, as it left them: none is read and replayed anew at each message."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import NamedTuple

from rasa.shared.core.trackers import DialogueStateTracker

MOST = 64
"""Conversations that are kept: more are seldom under way in one process."""
LONGEST = 300.0
"""Seconds for which one is kept after its last message."""


class Mark(NamedTuple):
    """What tells whether somebody else has changed a conversation: events are only ever added to a session.

    `events`: how many its last session has; `began`: the id of the first of them.
    """

    events: int
    began: int


class Kept(NamedTuple):
    """A tracker as it was saved. `earlier`: the last message before its session; `until`: on the monotonic clock."""

    tracker: DialogueStateTracker
    mark: Mark
    earlier: int | None
    until: float


class KeptTrackers:
    """Trackers by conversation. Whoever takes one has it alone: it is kept again only once it has been saved.

    So a message that fails half-way leaves nothing here, and the next one reads what is in the store.
    """

    def __init__(self, most: int = MOST, longest: float = LONGEST) -> None:
        self._most, self._longest = most, longest
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def keep(self, tracker: DialogueStateTracker, mark: Mark, earlier: int | None) -> None:
        """Keeps a tracker that has just been saved; lets go of what is too old or too much."""
        now = time.monotonic()
        self._kept[tracker.sender_id] = Kept(tracker, mark, earlier, now + self._longest)
        self._kept.move_to_end(tracker.sender_id)
        while len(self._kept) > self._most or next(iter(self._kept.values())).until < now:
            self._kept.popitem(last=False)

    def forget(self, sender_id: str) -> None:
        self._kept.pop(sender_id, None)

    def take(self, sender_id: str) -> Kept | None:
        """The tracker of a conversation, which from now on is the caller's; None when there is none."""
        kept = self._kept.pop(sender_id, None)
        return kept if kept is not None and kept.until >= time.monotonic() else None
