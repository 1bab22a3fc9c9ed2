"""Tells how many."""

from __future__ import annotations

from actions.base import FactsAction


class ActionCount(FactsAction):
    """Tells how many there are, counted from the relations, and which."""

    def name(self) -> str:
        return "action_count"
