"""Compares two subjects."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.base import AssistantAction
from actions.facts import compose
from actions.turn import Reply, Turn


class ActionCompare(AssistantAction):
    """Sets two subjects side by side, from their partnerships and themes."""

    def name(self) -> str:
        return "action_compare"

    def reply(self, session: Session, turn: Turn) -> Reply:
        answer = compose.compare(session, turn.subjects[:2], turn.language)
        context = {"subjects": turn.subjects[:2], "statements": [], "aspect": "since", "listed": list(answer.listed)}
        return Reply.answered(answer, turn.language, context)
