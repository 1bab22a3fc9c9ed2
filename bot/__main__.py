"""The assistant's commands: python -m bot train | serve | check."""

from __future__ import annotations

import argparse
import os
import sys

from bot.settings import ROOT, Settings


def main(arguments: list[str] | None = None) -> int:
    """Runs a command and returns its exit code. What cannot go on is said in one line."""
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train the model; skips what has not changed")
    train.add_argument("--force", action="store_true", help="train also when nothing has changed")
    commands.add_parser("serve", help="start Rasa, the action server and the web process; Ctrl-C stops them")
    commands.add_parser("check", help="look at settings, files and names before starting")
    options = parser.parse_args(arguments)
    os.chdir(ROOT)
    try:
        settings = Settings.from_env(os.environ)
        if options.command == "train":
            from bot.training import train_model

            return train_model(settings, force=options.force)
        if options.command == "check":
            from bot.checks import check

            problems = check(settings)
            print("\n".join(problems) if problems else "Everything is in place.")
            return 1 if problems else 0
        from bot.serve import serve

        return serve(settings)
    except (ValueError, RuntimeError) as error:  # SettingError, FactsError, and what serve finds missing
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
