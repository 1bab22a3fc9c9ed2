"""Says sorry for a wrong answer."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.base import AssistantAction
from actions.responses import say
from actions.turn import Reply, Turn


class ActionComplaint(AssistantAction):
    """Says sorry for a wrong answer."""

    def name(self) -> str:
        return "action_complaint"

    def reply(self, session: Session, turn: Turn) -> Reply:
        return Reply(say("complaint", turn.language), "handover", turn.language)
