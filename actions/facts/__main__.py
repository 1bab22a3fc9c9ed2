"""The facts from the command line: `python -m actions.facts check | load | show SUBJECT | coverage`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rapidfuzz import fuzz, process, utils
from sqlalchemy import Engine, inspect, or_, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session

from actions.facts import compose, queries
from actions.facts import tables as t
from actions.facts.content import LANGUAGES, Content
from actions.facts.database import connect, migrate
from actions.facts.load import edits, load
from actions.facts.schema import FactsError, parse

PROJECT = Path(__file__).resolve().parents[2]
DEFAULT_URL = "sqlite:///var/facts.db"
RELATIONS: tuple[type[t.Base], ...] = (
    t.Partnership, t.Membership, t.Project, t.Cooperation, t.Event, t.Participation, t.Role,
)  # fmt: skip
SUGGESTIONS = 5
LEAST_LIKENESS = 60
"""Of 100: below it a suggested name has little to do with the one that was asked for."""


def main(arguments: Sequence[str] | None = None, project: Path = PROJECT) -> int:
    """Runs one command in a project's folder and returns its exit status: 0 when done, 1 when something is wrong."""
    options = _parser().parse_args(arguments)
    folder = project / (os.environ.get("FACTS_FOLDER") or "data/facts")
    try:
        if options.command == "check":
            return _check(folder)
        if options.command == "coverage":
            return _write_coverage(folder, project / "docs" / "coverage.md")
        url = _absolute(_given_url() or DEFAULT_URL, project)
        return _load(folder, url) if options.command == "load" else _show(url, options.subject)
    except FactsError as error:
        count = len(error.problems)
        return _fail(*error.problems, f"{count} problem{'' if count == 1 else 's'} in {folder}")
    except ArgumentError as error:
        return _fail(f"FACTS_URL is no SQLAlchemy URL such as {DEFAULT_URL}: {error}")
    except OSError as error:
        return _fail(f"FACTS_URL_FILE cannot be read: {type(error).__name__}")


def coverage(content: Content) -> tuple[str, list[str]]:
    """The coverage page in Markdown, and the paragraphs (source/heading/number) that nothing rests on."""
    cited = _cited(content)
    lines = [
        "# Coverage of the sources",
        "",
        "Which statements and relation rows rest on each paragraph of the sources. Made by",
        "`python -m actions.facts coverage` from `data/facts`; a test says when it is out of date.",
    ]
    empty = []
    for source in content.sources.values():
        lines += ["", f"## {source.title['en']} (`{source.id}`)", ""]
        lines += ["| Heading | Paragraph | Statements | Relation rows |", "|---|---|---|---|"]
        for heading, (title, paragraphs) in source.headings.items():
            for number in range(1, paragraphs + 1):
                rows = cited.get(f"{source.id}/{heading}/{number}", [])
                if not rows:
                    empty.append(f"{source.id}/{heading}/{number}")
                told = _cell(row for row in rows if row in content.statements)
                related = _cell(row for row in rows if row not in content.statements)
                lines.append(f"| {title} (`{heading}`) | {number} | {told} | {related} |")
    return "\n".join(lines) + "\n", empty


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m actions.facts", description="The facts: check, load and look.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("check", help="read data/facts and print every problem")
    commands.add_parser("load", help="put data/facts into the database at FACTS_URL")
    show = commands.add_parser("show", help="print what the database holds about a subject")
    show.add_argument("subject", help="a subject's id, name or alias, such as palo_alto or 'Palo Alto'")
    commands.add_parser("coverage", help="write docs/coverage.md: what rests on each paragraph of the sources")
    return parser


def _check(folder: Path) -> int:
    content = parse(folder)
    print(f"{len(content.statements)} statements about {len(content.subjects)} subjects: no problems")
    return 0


def _load(folder: Path, url: str) -> int:
    content = parse(folder)
    try:
        engine = connect(url)
        migrate(engine)
        changed = load(engine, content)
        lines = _layer(engine)
    except (SQLAlchemyError, OSError) as error:
        return _fail(f"the facts were not loaded into {_shown(url)}: {_cause(error)}")
    done = "loaded" if changed else "nothing to do: these facts are loaded already"
    print(f"{_shown(url)}: {done} ({len(content.statements)} statements, version {content.digest})")
    print("".join(f"{line}\n" for line in lines), end="")
    return 0


def _layer(engine: Engine) -> list[str]:
    """What lies over the facts that were loaded: edits that were approved on the staff pages."""
    with Session(engine) as session:
        layer = edits(session)
    told = [edit for edit in layer if edit.held_back is None]
    lines = (
        [f"{len(told)} approved edit{'' if len(told) == 1 else 's'} over them, not yet in the files"] if told else []
    )
    return lines + [f"edit {edit.id} is held back: {edit.held_back}" for edit in layer if edit.held_back]


def _show(url: str, subject: str) -> int:
    database = make_url(url).database
    missing = f"no facts database at {_shown(url)}; make it with: python -m actions.facts load"
    if make_url(url).get_backend_name() == "sqlite" and database and not Path(database).is_file():
        return _fail(missing)
    try:
        engine = connect(url)
        if not inspect(engine).has_table(t.Version.__tablename__):
            return _fail(missing)
        return _show_from(engine, subject)
    except (SQLAlchemyError, OSError) as error:
        return _fail(f"the facts database at {_shown(url)} cannot be read: {_cause(error)}")


def _show_from(engine: Engine, asked: str) -> int:
    with Session(engine) as session:
        names = queries.names(session)
        slugs = [n.subject for n in names if asked.casefold() in (n.subject, n.text.casefold())]
        if not slugs:
            near = _near(asked, names)
            return _fail(f"no subject {asked!r}" + (f"; did you mean {', '.join(near)}?" if near else ""))
        print("\n".join(_described(session, slugs[0], names)))
    return 0


def _near(asked: str, names: Sequence[queries.Name]) -> list[str]:
    """Subjects whose id or one of whose names looks like what was asked, the likest first: `id (the likest name)`."""
    choices = [(name.subject, text) for name in names for text in (name.text, name.subject)]
    found = process.extract(
        asked, [text for _, text in choices], scorer=fuzz.WRatio, processor=utils.default_process,
        score_cutoff=LEAST_LIKENESS, limit=None,
    )  # fmt: skip
    best: dict[str, str] = {}
    for text, _, index in found:
        best.setdefault(choices[index][0], text)
    return [slug if slug == text else f"{slug} ({text})" for slug, text in best.items()][:SUGGESTIONS]


def _described(session: Session, slug: str, names: Sequence[queries.Name]) -> Iterator[str]:
    subject = queries.subject(session, slug)
    assert subject is not None, "its name comes from the same table"
    yield f"{slug} ({subject.kind}{', ' + subject.country if subject.country else ''})"
    yield f"  nl: {subject.name_nl}"
    yield f"  en: {subject.name_en}"
    # `names` begins with every subject's own two names; the other ones are aliases.
    aliases = [f"{n.text} ({n.language})" for n in names if n.subject == slug][len(LANGUAGES) :]
    yield f"  aliases: {', '.join(aliases) or 'none'}"
    statements = queries.statements(session, slug)
    yield f"statements: {len(statements) or 'none'}"
    for statement in statements:
        yield f"  {statement.id}"
        for language in LANGUAGES:
            text = compose.answer(session, [statement.id], language).text.replace("\n", "\n      ")
            yield f"    {language}: {text}"
        yield f"    source: {_sources(session, statement.id)}"
    relations = [line for table in RELATIONS for line in _relations(session, table, slug)]
    yield f"relations: {len(relations) or 'none'}"
    yield from relations


def _relations(session: Session, table: type[t.Base], slug: str) -> Iterator[str]:
    """The rows of a relation that name the subject in any column."""
    columns = table.__table__.columns
    subjects = [column for column in columns if column.foreign_keys]
    found = session.scalars(select(table).where(or_(*(column == slug for column in subjects))))
    for row in sorted(found, key=lambda each: str(getattr(each, "id"))):  # noqa: B009
        values = {c.name: getattr(row, c.name) for c in columns if c.name not in ("id", "position")}
        told = ", ".join(f"{name} {value}" for name, value in values.items() if value is not None)
        identity = str(getattr(row, "id"))  # noqa: B009
        yield f"  {identity}: {told} [{_sources(session, identity)}]"


def _sources(session: Session, row: str) -> str:
    return ", ".join(f"{source.id} ({source.dated} {source.as_of})" for source in queries.sources(session, [row]))


def _write_coverage(folder: Path, path: Path) -> int:
    page, empty = coverage(parse(folder))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    print(f"{path}: written")
    return _fail(*(f"{paragraph}: no statement or relation row rests on it" for paragraph in empty)) if empty else 0


def _cited(content: Content) -> dict[str, list[str]]:
    """Ids of statements and rows by the reference that they name. A database in memory gives the rows their ids."""
    engine = connect("sqlite://")
    migrate(engine)
    load(engine, content)
    cited: dict[str, list[str]] = {}
    with Session(engine) as session:
        for citation in session.scalars(select(t.Citation).order_by(t.Citation.row)):
            for reference in citation.evidence:
                rows = cited.setdefault(reference, [])
                if citation.row not in rows:
                    rows.append(citation.row)
    engine.dispose()
    return cited


def _cell(rows: Iterator[str]) -> str:
    return ", ".join(f"`{row}`" for row in rows) or "none"


def _given_url() -> str:
    """FACTS_URL, or what stands in the file that FACTS_URL_FILE names: it may hold a password."""
    path = os.environ.get("FACTS_URL_FILE")
    return os.environ.get("FACTS_URL") or (Path(path).read_text(encoding="utf-8").strip() if path else "")


def _absolute(url: str, project: Path) -> str:
    """The URL, with the path of an SQLite file taken from the project's folder when it is relative."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return url
    return parsed.set(database=str(project / str(parsed.database))).render_as_string(hide_password=False)


def _shown(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)


def _cause(error: Exception) -> str:
    """The first line of what the database itself said."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]


def _fail(*lines: str) -> int:
    print("\n".join(lines), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
