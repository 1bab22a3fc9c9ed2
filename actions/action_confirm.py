"""Takes a yes."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.base import AssistantAction, tell
from actions.responses import say
from actions.turn import Reply, Turn


class ActionConfirm(AssistantAction):
    """Tells what was offered; with several offers or none, asks which question it is."""

    def name(self) -> str:
        return "action_confirm"

    def reply(self, session: Session, turn: Turn) -> Reply:
        offered = list(turn.context.get("offered") or [])
        if len(offered) == 1:
            return tell(session, turn, offered, turn.language, verify=False)
        return Reply(say("affirm", turn.language), "smalltalk", turn.language)
