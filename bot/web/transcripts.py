"""Conversations of visitors without JavaScript, so that the page can show them again."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any

LONGEST = 50
"""Turns of a conversation that the page without JavaScript shows."""
MOST = 1000
"""Conversations kept; the oldest go first."""


class Transcripts:
    """In memory only, each for the holder of its signed cookie.

    A turn has "user" (redacted text), "reply" (as the chat API gives it), "rated" ("up", "down" or None)
    and "at" (when).
    """

    def __init__(self) -> None:
        self._turns: OrderedDict[str, list[dict[str, Any]]] = OrderedDict()

    def of(self, session_id: str) -> list[dict[str, Any]]:
        """The turns of a conversation, the oldest first."""
        return self._turns.get(session_id, [])

    def add(self, session_id: str, user: str, reply: dict[str, Any]) -> None:
        turns = self._turns.setdefault(session_id, [])
        turns.append({"user": user, "reply": reply, "rated": None, "at": datetime.now(UTC)})
        del turns[:-LONGEST]
        self._turns.move_to_end(session_id)
        while len(self._turns) > MOST:
            self._turns.popitem(last=False)

    def turn(self, session_id: str, message_id: str) -> dict[str, Any] | None:
        """The turn of this conversation with this reply, else None."""
        return next((turn for turn in self.of(session_id) if turn["reply"]["message_id"] == message_id), None)

    def forget(self, session_id: str) -> None:
        self._turns.pop(session_id, None)

    def forget_before(self, limit: datetime) -> None:
        """Forgets the conversations whose newest turn is older."""
        for session_id in [key for key, turns in self._turns.items() if turns[-1]["at"] < limit]:
            self.forget(session_id)
