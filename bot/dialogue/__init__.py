"""Decides what a message asks, given what was said before: answer, ask back or decline.

Pure functions over plain data. The ranker says how likely each label is for the message alone; here the subjects it
names, the form of the question and the conversation so far are weighed in.
"""

from __future__ import annotations

from bot.catalogue import Catalogue
from bot.dialogue import shortcuts
from bot.dialogue.gate import ranked
from bot.dialogue.state import Context, Decision, Understanding, Weights, statement_id

__all__ = ["Context", "Decision", "Understanding", "Weights", "decide", "statement_id"]


def decide(message: Understanding, context: Context, catalogue: Catalogue, weights: Weights | None = None) -> Decision:
    """What a message asks and what to do about it."""
    weights = weights or Weights()
    subjects = shortcuts.subjects_of(message, context)
    return (
        shortcuts.picked(message, context, catalogue)
        or shortcuts.offered(message, context, catalogue)
        or shortcuts.same_question(message, subjects, context, catalogue)
        or shortcuts.question_word(message, subjects, context, catalogue)
        or shortcuts.both(message, catalogue)
        or ranked(message, subjects, context, catalogue, weights)
    )
