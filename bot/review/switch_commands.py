"""python -m bot off | on: the off switch.

Needs the review store alone: it works while Rasa, the action server or the web processes are away.
"""

from __future__ import annotations

import argparse
import getpass

from bot.settings import Settings


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the commands to `python -m bot`."""
    off = commands.add_parser("off", help="visitors get a reason and the contact instead of answers, until `on`")
    off.add_argument("--reason", required=True, help="what visitors read, in Dutch")
    off.add_argument("--reason-en", default="", help="the same in English; without it English pages show the Dutch one")
    on = commands.add_parser("on", help="the assistant answers again")
    for command in (off, on):
        command.add_argument("--by", default="", metavar="NAME", help="who switches, for the log; your user name")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Switches, and says so. Raises ValueError for the reason, RuntimeError when the store is away."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.review.database import Database
    from bot.review.switch import switch_off, switch_on

    by = f"command line: {options.by.strip() or getpass.getuser()}"[:64]
    try:
        with Database(settings.review_url).session() as session, session.begin():
            if options.command == "off":
                switch_off(session, by, options.reason, options.reason_en)
            else:
                switch_on(session, by)
    except SQLAlchemyError as error:
        raise RuntimeError(
            f"The review store is away ({type(error).__name__}), and the switch is in it: look at REVIEW_URL. To keep "
            "visitors out meanwhile, stop the web process, or let the server in front show a page of its own."
        ) from None
    state = "off: visitors read the reason and the contact" if options.command == "off" else "on"
    print(f"The assistant is {state}. Web processes that run notice within two seconds.")
    return 0
