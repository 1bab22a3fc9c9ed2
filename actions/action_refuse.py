"""Refuses abuse and attempts to misuse the assistant."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.base import AssistantAction
from actions.responses import say
from actions.turn import Reply, Turn


class ActionRefuse(AssistantAction):
    """Refuses abuse and attempts to misuse the assistant."""

    def name(self) -> str:
        return "action_refuse"

    def reply(self, session: Session, turn: Turn) -> Reply:
        return Reply(say("refuse", turn.language), "refused", turn.language)
