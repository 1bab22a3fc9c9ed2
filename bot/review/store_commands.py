"""python -m bot review rebuild | delete: work on the store of the staff pages.

What takes time to load is loaded when a command runs: this module is read at every start of `python -m bot`.
"""

from __future__ import annotations

import argparse
import os
import re

from bot.settings import Settings

SESSION_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the subcommands. Each sets `act`, which gets the options and the settings, and returns the exit code."""
    again = commands.add_parser("rebuild", help="make what staff read again from the conversations; their work stays")
    again.set_defaults(act=rebuild)
    gone = commands.add_parser("delete", help="delete a conversation from every store")
    gone.set_defaults(act=delete)
    gone.add_argument("session", metavar="SESSION_ID")


def rebuild(_options: argparse.Namespace, settings: Settings) -> int:
    from sqlalchemy.exc import SQLAlchemyError

    from bot.review import rebuilding

    try:
        print(f"{rebuilding.rebuild(settings, print)} turns.")
    except SQLAlchemyError as error:
        raise RuntimeError(f"a store is away ({type(error).__name__}): begin again later") from None
    return 0


def delete(options: argparse.Namespace, settings: Settings) -> int:
    from sqlalchemy.exc import SQLAlchemyError

    from bot.review.deletion import delete_conversation
    from bot.serve import address_file
    from bot.web.rasa_client import RasaAway

    if not SESSION_ID.fullmatch(options.session):
        raise ValueError("that is no session id: give 8 to 64 letters, digits, - or _")
    url = os.environ.get("RASA_URL") or address_file(settings).as_uri()
    try:
        delete_conversation(settings, options.session, url)
    except (SQLAlchemyError, RasaAway) as error:
        raise RuntimeError(f"a store is away ({type(error).__name__}): delete it again later") from None
    print("Deleted.")
    return 0
