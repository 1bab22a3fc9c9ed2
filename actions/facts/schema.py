"""Reads `data/facts` and checks it: a pure step before the database is touched.

Every mistake is reported with file, line and key, all of them at once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from actions.facts import content as c

SLUG = re.compile(r"[a-z][a-z0-9_]*\Z")
DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\Z")
PLACES = re.compile(r"\{(\w+)\}")


class FactsError(ValueError):
    """The facts cannot be used. `problems` lists every mistake as `file:line: key: what is wrong`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Node:
    """A mapping in a YAML file that knows where it stands and notes what is wrong with it."""

    def __init__(self, data: Any, file: str, key: str, problems: list[str], line: int = 1) -> None:
        self.data, self.file, self.key, self.problems = data, file, key, problems
        known = getattr(getattr(data, "lc", None), "line", None)
        self.line = line if known is None else known + 1
        self.used: set[str] = set()
        if not isinstance(data, CommentedMap):
            self.problem(key, "a mapping (key: value) is expected here")
            self.data = CommentedMap()

    def problem(self, key: str, what: str) -> None:
        self.problems.append(f"{self.file}:{self.line_of(key)}: {key}: {what}")

    def line_of(self, key: str) -> int:
        if isinstance(self.data, CommentedMap) and key in self.data:
            return int(self.data.lc.key(key)[0]) + 1
        return self.line

    def get(self, key: str, kind: type | tuple[type, ...], default: Any = None, required: bool = False) -> Any:
        """The value under `key`, or `default` with a problem noted where it is missing or of another type."""
        self.used.add(key)
        value = self.data.get(key)
        if value is None:
            if required:
                self.problem(key, "is missing")
            return default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            names = kind.__name__ if isinstance(kind, type) else " or ".join(k.__name__ for k in kind)
            self.problem(key, f"must be {names}, not {value!r}")
            return default
        return value

    def choice(self, key: str, allowed: frozenset[str], default: str = "", required: bool = True) -> str:
        value = self.get(key, str, default, required)
        if value and value not in allowed:
            self.problem(key, f"{value!r} is not one of {', '.join(sorted(allowed))}")
        return str(value)

    def date(self, key: str, required: bool = False) -> str | None:
        value = self.get(key, (str, int), None, required)
        if value is not None and not DATE.match(str(value)):
            self.problem(key, f"{value!r} is no date such as 2017, 2026-11 or 2026-11-23")
        return None if value is None else str(value)

    def text(self, key: str, required: bool = True) -> c.Text | None:
        """A text in both languages: `key: {nl: …, en: …}`."""
        node = self.child(key, required)
        if node is None:
            return None
        texts = node.both()
        # An unquoted comma in `{nl: a, b, en: c}` cuts the text off and makes a key of the rest.
        node.done()
        return texts

    def both(self) -> c.Text:
        texts = {language: str(self.get(language, str, "", True)).strip() for language in c.LANGUAGES}
        for language in c.LANGUAGES:
            if self.data.get(language) is not None and not texts[language]:
                self.problem(language, "is empty")
        return texts

    def names(self, key: str, required: bool = False) -> tuple[str, ...]:
        """A list of strings, or one string that stands for a list of one."""
        value = self.get(key, (str, list), [], required)
        values = [value] if isinstance(value, str) else value
        for item in values:
            if not isinstance(item, str):
                self.problem(key, f"{item!r} must be a string")
        return tuple(str(item) for item in values)

    def child(self, key: str, required: bool = False) -> Node | None:
        self.used.add(key)
        if self.data.get(key) is None:
            if required:
                self.problem(key, "is missing")
            return None
        return Node(self.data[key], self.file, key, self.problems, self.line_of(key))

    def children(self) -> Iterator[tuple[str, Node]]:
        for key in self.data:
            self.used.add(key)
            if not SLUG.match(str(key)):
                self.problem(key, "must be lower-case letters, digits and _, beginning with a letter")
            yield str(key), Node(self.data[key], self.file, str(key), self.problems, self.line_of(key))

    def done(self) -> None:
        """Notes every key that nothing asked for: most often a typing error."""
        for key in self.data:
            if key not in self.used:
                self.problem(str(key), "is not a known key here")


def parse(folder: Path) -> c.Content:
    """Reads the folder `data/facts`. Raises `FactsError` with every mistake in it."""
    return checked(*read(folder))


def read(folder: Path) -> tuple[c.Content, list[str]]:
    """The facts in a folder, with what is wrong with their form: when anything is, they may be incomplete.

    Raises `FactsError` when it is no folder of facts.
    """
    problems: list[str] = []
    if not (folder / "sources.yml").is_file():
        raise FactsError([f"{folder}: sources.yml is missing, so this is no folder of facts"])
    subjects = {
        path.stem: read_subject(_read(path, folder, problems), path.stem)
        for path in _files(folder)
        if path.parent != folder
    }
    terms = _read(folder / "terms.yml", folder, problems)
    for slug, node in terms.children():
        if slug in subjects:
            node.problem(slug, "is a subject of its own in subjects/ already")
        subjects[slug] = read_subject(node, slug)
    sources = {
        slug: read_source(node, slug) for slug, node in _read(folder / "sources.yml", folder, problems).children()
    }
    relations = {name: _rows(folder / f"{name}.yml", folder, problems, build) for name, build in ROWS.items()}
    return united(sources, subjects, relations, digest_of(folder)), problems


def digest_of(folder: Path) -> str:
    """What `Content.digest` is when a folder of facts is read."""
    files = _files(folder)
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()[:16]


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yml")) + sorted((folder / "subjects").glob("*.yml"))


def assembled(
    sources: dict[str, c.Source],
    subjects: dict[str, c.Subject],
    relations: Mapping[str, tuple[Any, ...]],
    digest: str,
    problems: list[str],
) -> c.Content:
    """All facts together, checked. Raises FactsError with the problems so far, or those that all together show."""
    return checked(united(sources, subjects, relations, digest), problems)


def united(
    sources: dict[str, c.Source],
    subjects: dict[str, c.Subject],
    relations: Mapping[str, tuple[Any, ...]],
    digest: str,
) -> c.Content:
    """All facts together, unchecked."""
    subjects = {slug: _kept(subject, sources) for slug, subject in subjects.items()}
    return c.Content(
        sources=sources,
        subjects=subjects,
        digest=digest,
        statements={s.id: s for subject in subjects.values() for s in subject.statements},
        **relations,
    )


def checked(content: c.Content, problems: list[str]) -> c.Content:
    """The same facts. Raises FactsError with the problems so far, or those that all facts together show."""
    if not problems:
        from actions.facts.consistency import check

        problems = check(content)
    if problems:
        raise FactsError(problems)
    return content


def _read(path: Path, folder: Path, problems: list[str]) -> Node:
    name = str(path.relative_to(folder))
    try:
        data = YAML(typ="rt").load(path.read_text(encoding="utf-8")) if path.exists() else CommentedMap()
    except (YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        problems.append(f"{name}:{mark.line + 1 if mark else 1}: YAML: {getattr(error, 'problem', None) or error}")
        data = CommentedMap()
    return Node(CommentedMap() if data is None else data, name, name, problems)


def _rows(path: Path, folder: Path, problems: list[str], build: Callable[[Node], Any]) -> tuple[Any, ...]:
    """The rows of a file that holds a list of mappings."""
    if not path.exists():
        return ()
    name = path.name
    try:
        data = YAML(typ="rt").load(path.read_text(encoding="utf-8")) or []
    except (YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        problems.append(f"{name}:{mark.line + 1 if mark else 1}: YAML: {getattr(error, 'problem', None) or error}")
        return ()
    if not isinstance(data, CommentedSeq | list):
        problems.append(f"{name}:1: {name}: a list (- key: value) is expected here")
        return ()
    rows = []
    for number, item in enumerate(data):
        node = Node(item, name, f"row {number + 1}", problems, number + 1)
        rows.append(build(node))
        node.done()
    return tuple(rows)


def read_source(node: Node, slug: str) -> c.Source:
    headings = node.child("headings", True)
    source = c.Source(
        id=slug,
        title=node.text("title") or {},
        language=node.choice("language", frozenset(c.LANGUAGES)),
        as_of=node.date("as_of", True) or "",
        dated=node.choice("dated", c.DATED),
        checked=node.date("checked"),
        url=node.get("url", str),
        note=node.text("note", False),
        owner=node.get("owner", str, ""),
        review_by=node.date("review_by") or "",
        headings={
            key: (str(child.get("title", str, "", True)), int(child.get("paragraphs", int, 0, True)))
            for key, child in (headings.children() if headings else ())
        },
    )
    node.done()
    return source


def read_subject(node: Node, slug: str) -> c.Subject:
    if not SLUG.match(slug):
        node.problem(slug, "the file name must be lower-case letters, digits and _")
    aliases, statements = node.child("aliases"), node.child("statements")
    subject = c.Subject(
        slug=slug,
        kind=node.choice("kind", c.SUBJECT_KINDS),
        name=node.text("name") or {},
        description=node.text("description", False),
        country=node.get("country", str),
        continent=node.get("continent", str),
        aliases=tuple((language, text) for language in ("both", *c.LANGUAGES) for text in aliases.names(language))
        if aliases
        else (),
        statements=tuple(_statement(child, slug, aspect) for aspect, child in statements.children())
        if statements
        else (),
    )
    owner, review_by = node.get("owner", str, ""), node.date("review_by") or ""
    if aliases:
        aliases.done()
    node.done()
    return replace(
        subject,
        statements=tuple(
            replace(s, owner=s.owner or owner, review_by=s.review_by or review_by) for s in subject.statements
        ),
    )


def _kept(subject: c.Subject, sources: dict[str, c.Source]) -> c.Subject:
    """The subject, with what its statements do not say themselves: they are kept by whoever keeps their first source,
    and looked at again when the first of their sources is."""
    return replace(subject, statements=tuple(_kept_statement(s, sources) for s in subject.statements))


def _kept_statement(statement: c.Statement, sources: dict[str, c.Source]) -> c.Statement:
    rest_on = [sources[name] for name in statement.sources if name in sources]
    owners = [source.owner for source in rest_on if source.owner]
    days = [source.review_by for source in rest_on if source.review_by]
    return replace(
        statement,
        owner=statement.owner or next(iter(owners), ""),
        review_by=statement.review_by or min(days, default=""),
    )


def _statement(node: Node, subject: str, aspect: str) -> c.Statement:
    value, computed = node.child("value"), node.child("computed")
    statement = c.Statement(
        subject=subject,
        aspect=aspect,
        question=node.text("question") or {},
        text=node.both(),
        sources=node.names("source", True),
        evidence=node.names("evidence", True),
        mentions=node.names("mentions"),
        yes=bool(node.get("yes", bool, False)),
        value=_value(value) if value else c.Value(),
        computed=_computed(computed) if computed else None,
        valid_from=node.date("valid_from"),
        valid_until=node.date("valid_until"),
        owner=node.get("owner", str, ""),
        review_by=node.date("review_by") or "",
        history=_history(node),
    )
    expected = _places(statement.computed)
    for language in c.LANGUAGES:
        for place in PLACES.findall(statement.text[language]):
            if place not in expected:
                node.problem(
                    language, f"{{{place}}} is not filled; known here: {', '.join(sorted(expected)) or 'none'}"
                )
    node.done()
    return statement


def _history(node: Node) -> tuple[c.Earlier, ...]:
    """What a statement was before: a list, the latest first."""
    rows = node.get("history", list, [])
    earlier = [Node(row, node.file, "history", node.problems, node.line_of("history")) for row in rows]
    found = tuple(
        c.Earlier(
            until=row.date("until", True) or "",
            text=row.both(),
            sources=row.names("source", True),
            evidence=row.names("evidence", True),
        )
        for row in earlier
    )
    for row in earlier:
        row.done()
    days = [each.until for each in found]
    if days != sorted(days, reverse=True) or len(set(days)) < len(days):
        node.problem("history", "must have the latest first, each until another date")
    return found


def _places(computed: c.Computed | None) -> frozenset[str]:
    if computed is None:
        return frozenset()
    if computed.form in ("oldest", "newest"):
        return frozenset({"first", "others", "count"})
    return frozenset({"items", "others", "count"})


def _value(node: Node) -> c.Value:
    value = c.Value(
        year=node.get("year", int), month=node.get("month", int), number=node.get("number", int),
        country=node.get("country", str),
    )  # fmt: skip
    node.done()
    return value


def _computed(node: Node) -> c.Computed:
    computed = c.Computed(
        relation=node.choice("relation", c.RELATIONS),
        of=node.get("of", str),
        role=node.get("role", str),
        country=node.get("country", str),
        form=node.choice("form", c.FORMS, "plain", False),
    )
    node.done()
    return computed


def _partnership(node: Node) -> c.Partnership:
    return c.Partnership(
        city=node.get("city", str, "", True),
        kind=node.choice("kind", c.PARTNERSHIP_KINDS),
        since=node.get("since", int, 0, True),
        official_since=node.get("official_since", int),
        until=node.get("until", int),
        status=node.choice("status", c.PARTNERSHIP_STATUSES),
        sources=node.names("source", True),
        evidence=node.names("evidence", True),
    )


def _membership(node: Node) -> c.Membership:
    return c.Membership(
        body=node.get("body", str, "", True),
        member=node.get("member", str, "", True),
        sources=node.names("source", True),
        evidence=node.names("evidence", True),
    )


def _project(node: Node) -> c.Project:
    return c.Project(
        project=node.get("project", str, "", True),
        place=node.get("place", str, "", True),
        funding=node.get("funding", str, "", True),
        summary=node.text("summary") or {},
        sources=node.names("source", True),
        evidence=node.names("evidence", True),
    )


def _cooperation(node: Node) -> c.Cooperation:
    return c.Cooperation(
        subject=node.get("subject", str, "", True),
        themes=node.names("themes", True),
        sources=node.names("source", True),
        evidence=node.names("evidence", True),
    )


def _event(node: Node) -> c.Event:
    participants = node.child("participants")
    return c.Event(
        event=node.get("event", str, "", True),
        participants={role: participants.names(role) for role in participants.data} if participants else {},
        date=node.date("date"),
        place=node.get("place", str),
        sources=node.names("source", True),
        evidence=node.names("evidence", True),
    )


def _role(node: Node) -> c.Role:
    return c.Role(
        person=node.get("person", str, "", True),
        position=node.text("position") or {},
        organisation=node.get("organisation", str, "", True),
        as_of=node.date("as_of", True) or "",
        sources=node.names("source", True),
        evidence=node.names("evidence", True),
    )


ROWS: dict[str, Callable[[Node], Any]] = {
    "partnerships": _partnership,
    "memberships": _membership,
    "projects": _project,
    "cooperations": _cooperation,
    "events": _event,
    "roles": _role,
}
"""By relation, whose rows stand in the file of its name: what reads a row."""
