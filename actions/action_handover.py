"""Names the human contact."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.base import AssistantAction
from actions.responses import say
from actions.turn import Reply, Turn


class ActionHandover(AssistantAction):
    """Names the human contact."""

    def name(self) -> str:
        return "action_handover"

    def reply(self, session: Session, turn: Turn) -> Reply:
        return Reply(say("handover", turn.language), "handover", turn.language)
