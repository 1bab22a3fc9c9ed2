"""Answers small talk."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.base import AssistantAction
from actions.responses import say
from actions.turn import Reply, Turn


class ActionChitchat(AssistantAction):
    """Greets, thanks, says that it is a program, what it can do and what is stored."""

    def name(self) -> str:
        return "action_chitchat"

    def reply(self, session: Session, turn: Turn) -> Reply:
        return Reply(say(turn.detail or "greet", turn.language), "smalltalk", turn.language)
