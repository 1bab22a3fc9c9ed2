"""The check from the command line: `python -m bot.content_check [--json] [--links] [--language nl]`."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

from actions.facts.schema import FactsError
from bot.content_check.check import Options, check
from bot.content_check.finding import Finding, Severity, heading
from bot.languages import LANGUAGES
from bot.settings import ROOT


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the findings. Returns 0 without errors, 1 with errors, 2 when there are no facts to check."""
    asked = _parser().parse_args(arguments)
    options = Options(asked.today, asked.links, asked.fewest, not asked.forget)
    try:
        findings = check(asked.folder, options)
    except FactsError as problem:
        print(problem, file=sys.stderr)
        return 2
    print(_json(findings) if asked.json else _report(findings, asked.language))
    return int(any(found.severity is Severity.ERROR for found in findings))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot.content_check", description="Looks at facts, examples, questions and responses."
    )
    parser.add_argument("--json", action="store_true", help="print a list of objects, for programs")
    parser.add_argument("--links", action="store_true", help="ask the network whether each web address is still there")
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="language of the report (default: en)")
    parser.add_argument("--fewest", type=int, default=Options.fewest, metavar="N",
                        help=f"examples an intent needs in each language (default: {Options.fewest})")  # fmt: skip
    parser.add_argument("--today", type=date.fromisoformat, default=date.today(), metavar="DATE",
                        help="the day to compare review dates with, such as 2027-12-01 (default: today)")  # fmt: skip
    parser.add_argument("--folder", type=Path, default=ROOT, help="the project to check (default: this one)")
    parser.add_argument("--forget", action="store_true", help="compare all examples anew, and remember nothing")
    return parser


def _report(findings: Sequence[Finding], language: str) -> str:
    """For people: by file, each finding with its line, and how many there are."""
    lines: list[str] = []
    for file, group in groupby(findings, key=lambda found: found.place.file):
        lines += [file]
        lines += [
            f"  {found.place.file}:{found.place.line}: {heading(found.severity, language)}: {found.told(language)}"
            for found in group
        ]
        lines += [""]
    counts = Counter(found.severity for found in findings)
    if not findings:
        return heading("nothing", language)
    errors, warnings = counts[Severity.ERROR], counts[Severity.WARNING]
    return "\n".join([*lines, heading("counts", language, errors=errors, warnings=warnings)])


def _json(findings: Sequence[Finding]) -> str:
    return json.dumps(
        [
            {
                "file": found.place.file,
                "line": found.place.line,
                "severity": found.severity,
                "check": found.key,
                "text": {language: found.told(language) for language in LANGUAGES},
            }
            for found in findings
        ],
        ensure_ascii=False,
        indent=1,
    )


if __name__ == "__main__":
    sys.exit(main())
