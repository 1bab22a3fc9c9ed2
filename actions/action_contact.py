"""Tells whom to contact."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.base import FactsAction, tell
from actions.turn import Reply, Turn


class ActionContact(FactsAction):
    """Tells the address for questions about international cooperation."""

    def name(self) -> str:
        return "action_contact"

    def reply(self, session: Session, turn: Turn) -> Reply:
        return tell(session, turn, ["contact.email"], turn.language, verify=False)
