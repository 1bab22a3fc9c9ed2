"""Says the last answer again."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.base import AssistantAction, tell
from actions.responses import say
from actions.turn import Reply, Turn


class ActionRepeat(AssistantAction):
    """Tells the last statements once more."""

    def name(self) -> str:
        return "action_repeat"

    def reply(self, session: Session, turn: Turn) -> Reply:
        if statements := list(turn.context.get("statements") or []):
            return tell(session, turn, statements, turn.language, verify=False)
        return Reply(say("nothing_before", turn.language), "smalltalk", turn.language)
