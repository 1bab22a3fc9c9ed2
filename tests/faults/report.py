"""docs/reliability.md and docs/reliability.json: what was measured, when, with which commit, on which machine."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from tests.conftest import ROOT
from tests.faults.running import Fault, Load
from tests.faults.verdict import Verdict

Row = tuple[Fault, Verdict | str]
"""A fault with what came of it, or why it could not be tried."""
COLUMNS = (
    ("sent", "sent"), ("acknowledged", "acknowledged"), ("resent", "sent again"),
    ("answered_with_error", "met an error"), ("lost", "lost"), ("unanswered", "never answered"),
    ("duplicated", "stored twice"), ("out_of_order", "out of order"), ("forgotten", "forgotten"),
    ("recovered_after", "recovered after, s"),
)  # fmt: skip
BEFORE = """# Reliability

Made by `make faults` (`tests/faults`); do not edit. {about}

Every conversation asks a question and then follow-ups such as "and Dalian?", which only make sense to who remembers what was said before, in the language it was said in. A message that is answered with an error is sent again under the same `client_message_id`, after as many seconds as `Retry-After` says, as the page does. In mid-load the fault happens. When everything is ready again by itself, and some more load has passed, all that was sent is compared with the store of conversations.

| fault | {heads} |
|---|{rules}
"""
AFTER = """
- **sent**: messages, each counted once however often it was sent. **acknowledged**: answered with anything but "something went wrong on our side". **sent again**: more than once. **met an error**: answered at least once with 503 and `Retry-After`, with `failed`, or with a broken connection.
- **lost**: acknowledged, and not in the store. **never answered**, however often sent. **stored twice**. **out of order**: conversations. **forgotten**: answered as if nothing had been said before, or in another language. All of these have to be 0; each is tested for a few seconds of load in `make test`.
- **recovered after**: seconds from the beginning of the fault until the last conversation that met an error was answered again, the seconds of the fault itself included; 0 when none met an error. A process that was killed is started again a second later, as the units in `deploy/systemd` have it, or by `serve`; Rasa needs the rest of the time to start, while the other Rasa answers.
- The clock that jumps is that of our own processes, by Debian's faketime; PostgreSQL and Redis keep theirs. A full disk is a limit on the size of files (`RLIMIT_FSIZE`) of Rasa and the web process. A slow or silent database is a slow or silent connection to it.
"""


def write(rows: Sequence[Row], load: Load, model: str) -> None:
    """Writes both files into docs/."""
    about = _about(load, model)
    found = {fault.name: result.as_row() if isinstance(result, Verdict) else result for fault, result in rows}
    _write("reliability.json", json.dumps({**about, "faults": found}, indent=1) + "\n")
    _write("reliability.md", page(rows, about))


def page(rows: Sequence[Row], about: Mapping[str, Any]) -> str:
    """The table with what stands around it."""
    changed = " with changes that are not in it" if about["changed"] else ""
    said = (
        f"{about['date']}, commit {about['commit']}{changed}; {about['machine']}, load of the machine {about['busy']} "
        f"before it began; {about['conversations']} conversations at once, {about['seconds']:.0f} s before the fault and "
        f"after it; {about['model']}."
    )
    head = BEFORE.format(about=said, heads=" | ".join(words for _, words in COLUMNS), rules="---:|" * len(COLUMNS))
    return head + "".join(map(_line, rows)) + AFTER


def _line(row: Row) -> str:
    fault, result = row
    if isinstance(result, str):
        return f"| {fault.what} | {result} |{' |' * (len(COLUMNS) - 1)}\n"
    values = result.as_row()
    return f"| {fault.what} | {' | '.join(f'{values[name]:g}' for name, _ in COLUMNS)} |\n"


def _about(load: Load, model: str) -> dict[str, Any]:
    system = platform.freedesktop_os_release()
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "commit": _git("rev-parse", "--short", "HEAD"),
        "changed": bool(_git("status", "--porcelain", "--untracked-files=no", "--", "bot", "actions", "tests/faults")),
        "machine": f"{psutil.cpu_count()} cores, {system['NAME'].split()[0]} {system.get('VERSION_ID', '')}".strip(),
        "busy": round(os.getloadavg()[0], 1),
        "conversations": load.conversations,
        "seconds": load.seconds,
        "model": model,
    }


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _write(name: str, text: str) -> None:
    path: Path = ROOT / "docs" / name
    path.write_text(text, encoding="utf-8")
