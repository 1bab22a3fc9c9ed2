"""Asking on about the past: "was that different before?" after an answer."""

from __future__ import annotations

from bot.catalogue import Catalogue
from bot.dialogue.shortcuts import tell
from bot.dialogue.state import Context, Decision, Understanding
from bot.rewriting import leans


def earlier(message: Understanding, context: Context, catalogue: Catalogue) -> Decision | None:
    """The statements of the last answer, told with what they were before."""
    told = tuple(each for each in context.statements if each in catalogue.statements)
    if not told or message.mentions or not message.form.earlier or not leans(message.text):
        return None
    return tell(told, catalogue, 0.9, "earlier")
