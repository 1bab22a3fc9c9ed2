"""Takes a no."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.base import AssistantAction
from actions.responses import say
from actions.turn import Reply, Turn


class ActionDeny(AssistantAction):
    """Takes a no."""

    def name(self) -> str:
        return "action_deny"

    def reply(self, session: Session, turn: Turn) -> Reply:
        return Reply(say("deny", turn.language), "smalltalk", turn.language)
