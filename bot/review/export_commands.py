"""python -m bot review export: writes the patch, applies it when asked, and marks the proposals as exported.

Exporting again finds nothing; `--again` makes the patch of everything exported that the files still lack. What takes
time to load is loaded when the command runs: this module is read at every start of `python -m bot`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import ROOT, Settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.review.exporting import Export

BY = "command line"
"""Who did it, in the log."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("export", help="write the confirmed proposals as a patch on the data")
    parser.add_argument("--output", metavar="PATCH", default="-", help="file to write; - is the standard output")
    parser.add_argument("--apply", action="store_true", help="apply the patch to this project as well")
    parser.add_argument("--again", action="store_true", help="also what was exported and is not in the files")
    parser.set_defaults(act=run)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """0, or 1 when something had to be left out. Nothing is marked before the patch is written and applied.

    Raises RuntimeError when the data would be wrong with the patch, or it cannot be applied.
    """
    from sqlalchemy import and_, or_, select

    from bot.review.database import Database
    from bot.review.exporting import export
    from bot.review.proposals import Kind, Status
    from bot.review.tables import Proposal

    wanted = Proposal.status == Status.CONFIRMED
    if options.again:
        wanted = or_(wanted, and_(Proposal.status == Status.EXPORTED, Proposal.kind != Kind.CONTENT))
    with Database(settings.review_url).session() as session:
        result = export(session.scalars(select(Proposal).where(wanted).order_by(Proposal.id)).all())
        for proposal, why in result.left_out:
            print(f"Proposal {proposal.id} was left out: {why}.", file=sys.stderr)
        if result.counts:
            _write(result, options.output, options.apply)
        else:
            print("There is nothing to export.", file=sys.stderr)
        _mark(session, result)
        session.commit()
    return 1 if result.left_out else 0


def _write(result: Export, output: str, apply: bool) -> None:
    text = result.text()
    if output == "-":
        sys.stdout.write(text)
    else:
        Path(output).write_text(text, encoding="utf-8")
    if apply and result.files.new:
        done = subprocess.run(["git", "apply", "-"], input=text, cwd=ROOT, text=True, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"The patch could not be applied: {done.stderr.strip()}")
    numbers = ", ".join(f"{count} {kind}" for kind, count in sorted(result.counts.items()))
    print(f"Exported: {numbers}. Changed: {', '.join(sorted(result.files.new)) or 'no file'}.", file=sys.stderr)


def _mark(session: Session, result: Export) -> None:
    from bot.review.log import record
    from bot.review.proposals import Status

    for proposal in result.done:
        if proposal.status != Status.EXPORTED:
            before, after = {"status": proposal.status}, {"status": Status.EXPORTED}
            proposal.status, proposal.at = Status.EXPORTED, datetime.now(UTC)
            record(session, by=BY, action="export", object=f"proposal {proposal.id}", before=before, after=after)
