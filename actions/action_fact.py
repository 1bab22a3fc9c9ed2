"""Tells one fact."""

from __future__ import annotations

from actions.base import FactsAction


class ActionFact(FactsAction):
    """Tells the statement that fits, or two that belong together; a yes/no question is verified."""

    def name(self) -> str:
        return "action_fact"
