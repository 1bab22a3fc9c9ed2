"""python -m bot review …: what staff do from the command line, each area's part in a module of its own."""

from __future__ import annotations

import argparse

from bot.review import account_commands, export_commands, gap_commands, store_commands
from bot.settings import Settings


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `review` with its subcommands. Each sets `act`: gets options and settings, returns the exit code."""
    review = subparsers.add_parser("review", help="accounts of staff, and the store of the staff pages")
    commands = review.add_subparsers(dest="review_command", required=True)
    account_commands.register(commands)
    store_commands.register(commands)
    gap_commands.register(commands)
    export_commands.register(commands)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Runs the subcommand. Raises ValueError or RuntimeError for what cannot be done, in one line."""
    return int(options.act(options, settings))
