"""Tells who."""

from __future__ import annotations

from actions.base import FactsAction


class ActionPeople(FactsAction):
    """Tells who took part, with the position each had at the time of the source."""

    def name(self) -> str:
        return "action_people"
