"""Says that a question is for another desk."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.base import AssistantAction, missed
from actions.responses import say
from actions.turn import Reply, Turn


class ActionOutOfScope(AssistantAction):
    """Declines a question on another subject and names where to go."""

    def name(self) -> str:
        return "action_out_of_scope"

    def reply(self, session: Session, turn: Turn) -> Reply:
        key = f"out_of_scope_{turn.detail}" if turn.detail in ("services", "tasks") else "out_of_scope"
        return Reply(missed(say(key, turn.language), turn), "out_of_scope", turn.language)
