"""Tells more about the last subject."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.base import AssistantAction, tell
from actions.facts import queries, rows
from actions.responses import say
from actions.turn import Reply, Turn


class ActionMore(AssistantAction):
    """Tells the next statement about the subject that has not been told yet."""

    def name(self) -> str:
        return "action_more"

    def reply(self, session: Session, turn: Turn) -> Reply:
        subjects = turn.subjects or list(turn.context.get("subjects") or [])
        if not subjects:
            return Reply(say("affirm", turn.language), "smalltalk", turn.language)
        told = set(turn.context.get("told") or ())
        for statement in queries.statements(session, subjects[0]):
            if statement.id not in told:
                return tell(session, turn, [statement.id], turn.language, verify=False)
        name = rows.name(session, subjects[0], turn.language)
        return Reply(say("no_more", turn.language, subject=name), "not_in_sources", turn.language)
