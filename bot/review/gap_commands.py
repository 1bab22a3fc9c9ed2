"""python -m bot review gaps: searches for what visitors asked and got no answer to.

What takes time to load is loaded when the command runs: this module is read at every start of `python -m bot`.
"""

from __future__ import annotations

import argparse
import os
import time
from typing import TYPE_CHECKING

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.review.gap_search import Question

NICENESS = 10
"""How far the search stands back behind other processes: visitors come first."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the subcommand. It sets `act`, which gets the options and the settings, and returns the exit code."""
    parser = commands.add_parser("gaps", help="group the questions without an answer by meaning")
    parser.set_defaults(act=gaps)


def gaps(_options: argparse.Namespace, settings: Settings) -> int:
    """Raises RuntimeError while another search is under way, or when the store is away."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.encoder import shared_encoder
    from bot.review.database import Database
    from bot.review.gap_search import search

    os.nice(NICENESS)
    began = time.monotonic()
    try:
        found = search(Database(settings.review_url), questions(settings.facts_url), shared_encoder().encode)
    except SQLAlchemyError as error:
        raise RuntimeError(f"the review store is away ({type(error).__name__}): search again later") from None
    print(
        f"{found.gaps} groups in {found.turns} turns with {found.texts} different texts, "
        f"in {time.monotonic() - began:.0f} seconds."
    )
    return 0


def questions(facts_url: str) -> list[Question]:
    """The questions that the facts answer, in both languages; none while the facts are away."""
    from actions.facts import queries
    from bot.review.gap_search import Question
    from bot.review.knowledge import open_facts

    with open_facts(facts_url) as facts:
        statements = [] if facts is None else queries.statements(facts)
        return [Question(each.id, text) for each in statements for text in (each.question_nl, each.question_en)]
