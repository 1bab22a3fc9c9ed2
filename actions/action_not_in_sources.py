"""Says that the sources do not hold what was asked."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.base import AssistantAction, not_in_sources
from actions.turn import Reply, Turn


class ActionNotInSources(AssistantAction):
    """Declines a question on our subjects, and says which part of it is not known."""

    def name(self) -> str:
        return "action_not_in_sources"

    def reply(self, session: Session, turn: Turn) -> Reply:
        return not_in_sources(session, turn)
