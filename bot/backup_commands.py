"""python -m bot backup | restore: copies of the three stores, and back."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.settings import Settings


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the commands to `python -m bot`."""
    backup = commands.add_parser("backup", help="copy the three stores into a new folder, while the assistant runs")
    restore = commands.add_parser("restore", help="put the copies of a folder back; stop the assistant before")
    for command in (backup, restore):
        command.add_argument("folder", type=Path, metavar="FOLDER")
    restore.add_argument("--replace", action="store_true", help="also where a store is not empty; that is lost")
    restore.add_argument("--check", action="store_true", help="only look whether the copies are whole")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Carries a command out, and says what was copied. Raises BackupError."""
    from bot import backup

    if options.command == "backup":
        done, copies = "copied", backup.backup(settings, options.folder)
    elif options.check:
        done, copies = "whole", backup.read_manifest(options.folder)
    else:
        done, copies = "put back", backup.restore(settings, options.folder, options.replace)
    for name, copy in copies.items():
        print(f"{name}: {sum(copy.rows.values())} rows in {len(copy.rows)} tables {done} ({copy.bytes} bytes)")
    if options.command == "restore" and not options.check:
        print("What was deleted since then has come back: run `python -m bot purge`, and delete again what was asked.")
    return 0
