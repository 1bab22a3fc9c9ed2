"""The assistant's commands: python -m bot train | model | serve | run | off | on | backup | restore | purge | …"""

from __future__ import annotations

import argparse
import os
import sys

from bot import backup_commands
from bot.production import require_safe
from bot.review import commands as review
from bot.review import switch_commands
from bot.settings import ROOT, Settings


def main(arguments: list[str] | None = None) -> int:
    """Runs a command and returns its exit code. What cannot go on is said in one line."""
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train the model; skips what has not changed")
    train.add_argument("--force", action="store_true", help="train also when nothing has changed")
    train.add_argument("--candidate", action="store_true", help="train a model beside the active one and compare them")
    train.add_argument("--activate", action="store_true", help="with --candidate: activate it when it is not worse")
    model = commands.add_parser("model", help="list the trained models, activate one, or go back to the one before")
    model.add_argument("action", choices=("list", "activate", "rollback"))
    model.add_argument("id", nargs="?", help="the model to activate")
    commands.add_parser("serve", help="start Rasa, the action server and the web process; Ctrl-C stops them")
    run = commands.add_parser("run", help="one process by itself: web, rasa or actions")
    run.add_argument("role", choices=("web", "rasa", "actions"))
    commands.add_parser("check", help="look at settings, files and names before starting")
    purge = commands.add_parser("purge", help="delete what is older than RETENTION_DAYS; counts stay")
    purge.add_argument("--dry-run", action="store_true", help="only say what would be deleted")
    purge.add_argument("--days", type=int, metavar="N", help="another limit than RETENTION_DAYS")
    switch_commands.register(commands)
    backup_commands.register(commands)
    review.register(commands)
    options = parser.parse_args(arguments)
    os.chdir(ROOT)
    try:
        settings = Settings.from_env(os.environ)
        if options.command == "train" and options.candidate:
            from bot.candidates import train_and_compare

            return train_and_compare(settings, options.activate)
        if options.command == "model":
            from bot.candidates import change_model

            return change_model(settings, options.action, options.id)
        if options.command == "train":
            from bot.training import train_model

            return train_model(settings, force=options.force)
        if options.command == "check":
            from bot.checks import check

            problems = check(settings)
            print("\n".join(problems) if problems else "Everything is in place.")
            return 1 if problems else 0
        if options.command == "purge":
            return _purge(settings, options.days, options.dry_run)
        if options.command == "run":
            from bot.roles import run as run_role

            require_safe(settings, options.role)
            run_role(options.role, settings)
        if options.command in ("off", "on"):
            return switch_commands.run(options, settings)
        if options.command in ("backup", "restore"):
            return backup_commands.run(options, settings)
        if options.command == "review":
            return review.run(options, settings)
        from bot.serve import serve

        require_safe(settings)
        return serve(settings)
    except (ValueError, RuntimeError) as error:  # SettingError, FactsError, and what serve finds missing
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _purge(settings: Settings, days: int | None, dry_run: bool) -> int:
    from bot.retention import purge, report

    purged = purge(settings, days=days, dry_run=dry_run)
    print("\n".join(report(purged, dry_run)))
    return 1 if any(part.away for part in purged) else 0


if __name__ == "__main__":
    sys.exit(main())
