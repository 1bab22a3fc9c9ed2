"""Looks the locked packages up among known vulnerabilities: `make audit`. Needs the network, so no part of the tests.

pip-audit needs newer packages than Rasa allows, so it runs in an environment of its own. It says "no known
vulnerabilities" also when it could look up nothing: here that counts as a failure.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EXCEPTIONS = ROOT / "docs" / "audit.toml"
PIP_AUDIT = "pip-audit==2.10.1"
FINE, FOUND, BLIND = 0, 1, 2
"""Exit codes: all well or excepted; something to do; the service did not answer for every package."""


@dataclass(frozen=True)
class Excepted:
    """A vulnerability that was looked at and does no harm here. `until`: the day on which it is looked at again."""

    id: str
    package: str
    reason: str
    reviewed: date
    until: date


@dataclass(frozen=True)
class Verdict:
    code: int
    lines: tuple[str, ...]


def read_exceptions(path: Path = EXCEPTIONS) -> tuple[Excepted, ...]:
    """The reviewed list. Raises TypeError for an entry with a field missing or unknown."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("exception", [])
    return tuple(Excepted(**entry) for entry in entries)


def judge(dependencies: Sequence[dict[str, Any]], excepted: Sequence[Excepted], today: date) -> Verdict:
    """What pip-audit's report comes to."""
    unseen = [each["name"] for each in dependencies if "skip_reason" in each]
    found = {
        (each["name"], weakness["id"], *sorted(weakness.get("aliases", ()))): each["version"]
        for each in dependencies
        for weakness in each.get("vulns", ())
    }
    known = {(entry.package, entry.id): entry for entry in excepted}
    lines, used = [], set()
    for (package, *ids), version in found.items():
        entry = next((known[package, each] for each in ids if (package, each) in known), None)
        if entry is None:
            lines.append(f"{package} {version}: {', '.join(ids)}")
        elif entry.until < today:
            lines.append(f"{package} {version}: {entry.id} was excepted until {entry.until}: look at it again")
        if entry is not None:
            used.add(entry)
    if not dependencies or unseen:
        blind = f"{len(unseen)} of {len(dependencies)} packages could not be looked up"
        return Verdict(
            FOUND if lines else BLIND, (*lines, f"{blind}: {', '.join(unseen[:5]) or 'nothing was asked'} …")
        )
    lines += [f"{e.package}: {e.id} is no longer reported: take its exception out" for e in excepted if e not in used]
    if lines:
        return Verdict(FOUND, tuple(lines))
    return Verdict(FINE, (f"{len(dependencies)} packages, {len(used)} reviewed exceptions, nothing else known",))


def locked(uv: str) -> str:
    """The locked packages that run in production, one a line, without those of this repository."""
    command = [uv, "export", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "--no-annotate", "--no-header"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in said.splitlines() if not line.startswith(("./", "-e")))


def report(uv: str, packages: str) -> list[dict[str, Any]]:
    """What pip-audit says of each. Raises RuntimeError when it says nothing that can be read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requirements.txt"
        path.write_text(packages, encoding="utf-8")
        options = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
        command = [uv, "tool", "run", "--from", PIP_AUDIT, "pip-audit", "-r", str(path), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        raise RuntimeError(f"pip-audit did not answer: {done.stderr.strip().splitlines()[-1:]}") from None
    return found


def main(arguments: Sequence[str]) -> int:
    uv = arguments[0] if arguments else "uv"
    try:
        verdict = judge(report(uv, locked(uv)), read_exceptions(), date.today())
    except RuntimeError as error:
        verdict = Verdict(BLIND, (str(error),))
    print("\n".join(verdict.lines))
    return verdict.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
