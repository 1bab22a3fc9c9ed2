"""Tells the oldest or the newest."""

from __future__ import annotations

from actions.base import FactsAction


class ActionSuperlative(FactsAction):
    """Tells which tie is the oldest or the newest, in the order of the relations' years."""

    def name(self) -> str:
        return "action_superlative"
