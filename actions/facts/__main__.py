"""The facts' commands: python -m actions.facts check | load | show SUBJECT | coverage."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from rapidfuzz import process
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from actions.facts import compose, queries
from actions.facts.coverage import coverage, empty
from actions.facts.database import connect, migrate
from actions.facts.load import load
from actions.facts.schema import FactsError, parse

ROOT = Path(__file__).resolve().parent.parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Runs a command and returns its exit code: 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m actions.facts", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="read the facts and name every mistake")
    commands.add_parser("load", help="put the facts into the database FACTS_URL")
    show = commands.add_parser("show", help="print what is known of a subject")
    show.add_argument("subject")
    commands.add_parser("coverage", help="write docs/coverage.md")
    options = parser.parse_args(arguments)
    os.chdir(ROOT)
    folder = Path(os.environ.get("FACTS_FOLDER", "data/facts"))
    url = os.environ.get("FACTS_URL", "sqlite:///var/facts.db")
    try:
        if options.command == "check":
            content = parse(folder)
            print(f"{len(content.statements)} statements about {len(content.subjects)} subjects: no problems.")
        elif options.command == "load":
            _load(folder, url)
        elif options.command == "show":
            return _show(url, options.subject)
        else:
            return _coverage(folder)
    except FactsError as error:
        print("\n".join(error.problems), file=sys.stderr)
        return 1
    except OperationalError as error:
        print(f"The facts database {url} cannot be used: {error.orig}", file=sys.stderr)
        return 1
    return 0


def _load(folder: Path, url: str) -> None:
    content = parse(folder)
    engine = connect(url)
    migrate(engine)
    changed = load(engine, content)
    print(f"{len(content.statements)} statements loaded." if changed else "The database holds these facts already.")


def _show(url: str, slug: str) -> int:
    with Session(connect(url)) as session:
        subject = queries.subject(session, slug)
        if subject is None:
            near = process.extractOne(slug, [each.slug for each in queries.subjects(session)])
            hint = f" Did you mean {near[0]}?" if near else ""
            print(f"There is no subject {slug!r}.{hint}", file=sys.stderr)
            return 1
        print(f"{subject.slug} ({subject.kind}): {subject.name_nl} / {subject.name_en}")
        print("also:", ", ".join(alias.text for alias in subject.aliases) or "–")
        for statement in queries.statements(session, slug):
            answers = {language: compose.answer(session, [statement.id], language) for language in ("nl", "en")}
            dates = ", ".join(f"{source['id']} {source['as_of']}" for source in answers["nl"].sources)
            print(f"\n{statement.id} [{dates}]\n  nl: {answers['nl'].text}\n  en: {answers['en'].text}")
    return 0


def _coverage(folder: Path) -> int:
    content = parse(folder)
    Path("docs").mkdir(exist_ok=True)
    Path("docs/coverage.md").write_text(coverage(content), encoding="utf-8")
    missing = empty(content)
    print("\n".join(f"{reference}: no statement carries it" for reference in missing) or "Every paragraph is carried.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
