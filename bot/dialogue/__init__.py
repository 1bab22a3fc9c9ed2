"""Decides what a message asks, given what was said before: answer, ask back or decline.

Pure functions over plain data. The ranker says how likely each label is for the message alone; here the subjects it
names, the form of the question and the conversation so far are weighed in.
"""

from __future__ import annotations

from dataclasses import replace

from bot.catalogue import Catalogue
from bot.dialogue import shortcuts
from bot.dialogue.earlier import earlier
from bot.dialogue.gate import ranked
from bot.dialogue.state import Context, Decision, Understanding, Weights, statement_id

__all__ = ["Context", "Decision", "Understanding", "Weights", "decide", "statement_id"]


def decide(message: Understanding, context: Context, catalogue: Catalogue, weights: Weights | None = None) -> Decision:
    """What a message asks and what to do about it."""
    weights = weights or Weights()
    subjects = shortcuts.subjects_of(message, context, catalogue)
    decision = (
        shortcuts.other_language(message)
        or shortcuts.picked(message, context, catalogue)
        or shortcuts.offered(message, context, catalogue)
        or earlier(message, context, catalogue)
        or shortcuts.of_country(message, context, catalogue)
        or shortcuts.named_alone(message, subjects, catalogue)
        or shortcuts.same_question(message, subjects, context, catalogue)
        or shortcuts.question_word(message, subjects, context, catalogue)
        or shortcuts.to_take_part(message, context, catalogue)
        or shortcuts.whom_to_ask(message, context, catalogue)
        or shortcuts.both(message, catalogue)
        or ranked(message, subjects, context, catalogue, weights)
    )
    return replace(decision, question=_question(message, decision))


def _question(message: Understanding, decision: Decision) -> str | None:
    """The reading that was decided on: that of a subject of the decision, else the first."""
    readings = [reading for reading, _ in message.readings]
    fitting = [reading for reading in readings if reading.subject in decision.subjects]
    return (fitting or readings)[0].text if readings else None
