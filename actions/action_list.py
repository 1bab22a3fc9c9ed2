"""Tells a list."""

from __future__ import annotations

from actions.base import FactsAction


class ActionList(FactsAction):
    """Tells the members, themes, countries or projects that the relations hold."""

    def name(self) -> str:
        return "action_list"
