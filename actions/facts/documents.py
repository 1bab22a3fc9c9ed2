"""The facts as plain nested values, one for each thing that may be edited: what a layer of edits is put over.

A *place* names one of them: `sources/page`, `subjects/munster` (without its statements), `statements/munster.since`,
`partnerships/munster`. Its value is what stands in YAML, with what it leaves out filled in. The other relations are
lists of rows, which are only carried along.
"""

from __future__ import annotations

from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from actions.facts import content as c
from actions.facts import schema

Document = dict[str, Any]
Documents = dict[str, Any]
"""By part (`sources`, `subjects`, `statements`, `partnerships`): values by id; the other relations by name: rows."""

PARTS = ("sources", "subjects", "statements", "partnerships")
"""What may be edited."""
ROWS = ("memberships", "projects", "cooperations", "events", "roles")


def of_content(content: c.Content) -> Documents:
    """The documents that stand for parsed facts."""
    return {
        "sources": {source.id: of_source(source) for source in content.sources.values()},
        "subjects": {subject.slug: of_subject(subject) for subject in content.subjects.values()},
        "statements": {statement.id: of_statement(statement) for statement in content.statements.values()},
        "partnerships": {row.city: _plain(vars(row)) for row in content.partnerships},
        **{name: [_plain(vars(row)) for row in getattr(content, name)] for name in ROWS},
    }


def of_source(source: c.Source) -> Document:
    headings = {key: {"title": title, "paragraphs": number} for key, (title, number) in source.headings.items()}
    return _plain({**vars(source), "id": None, "headings": headings})


def of_subject(subject: c.Subject) -> Document:
    """A subject without its statements."""
    aliases: dict[str, list[str]] = {}
    for language, text in subject.aliases:
        aliases.setdefault(language, []).append(text)
    return _plain({**vars(subject), "slug": None, "statements": None, "aliases": aliases})


def of_statement(statement: c.Statement) -> Document:
    computed = _plain(vars(statement.computed)) if statement.computed else {}
    return _plain(
        {
            "question": statement.question,
            **statement.text,
            "value": _plain(vars(statement.value)),
            "yes": statement.yes,
            "computed": {key: value for key, value in computed.items() if (key, value) != ("form", "plain")},
            "source": statement.sources,
            "evidence": statement.evidence,
            "mentions": statement.mentions,
            "valid_from": statement.valid_from,
            "valid_until": statement.valid_until,
            "owner": statement.owner,
            "review_by": statement.review_by,
            "history": [
                _plain({"until": each.until, **each.text, **vars(each), "text": None}) for each in statement.history
            ],
        }
    )


def to_content(documents: Documents, digest: str = "") -> c.Content:
    """The facts that documents stand for, checked as those of the folder are. Raises FactsError."""
    problems: list[str] = []

    def node(value: Document, name: str) -> schema.Node:
        return schema.Node(_commented(value), name, name, problems)

    statements: dict[str, dict[str, Document]] = {}
    for id, value in documents["statements"].items():
        subject, _, aspect = id.partition(".")
        statements.setdefault(subject, {})[aspect] = value
    for subject in statements.keys() - documents["subjects"].keys():
        problems.append(f"{subject}: there are statements about it, and it is no subject")
    sources = {id: schema.read_source(node(value, id), id) for id, value in documents["sources"].items()}
    subjects = {
        slug: schema.read_subject(node({**value, "statements": statements.get(slug)}, slug), slug)
        for slug, value in documents["subjects"].items()
    }
    rows = {name: documents[name] for name in ROWS} | {"partnerships": list(documents["partnerships"].values())}
    relations: dict[str, Any] = {
        name: tuple(schema.ROWS[name](node(value, f"{name} {number}")) for number, value in enumerate(values, 1))
        for name, values in rows.items()
    }
    return schema.assembled(sources, subjects, relations, digest, problems)


def get(documents: Documents, place: str) -> Document | None:
    """What stands at a place; None when nothing does."""
    part, _, id = place.partition("/")
    found: Document | None = documents[part].get(id)
    return found


def put(documents: Documents, place: str, value: Document | None) -> Documents:
    """The documents with another value at a place; None takes it away."""
    part, _, id = place.partition("/")
    values = {**documents[part], id: value} if value is not None else {**documents[part]}
    if value is None:
        values.pop(id, None)
    return {**documents, part: values}


def _plain(values: dict[str, Any]) -> Document:
    """Values as YAML has them, without those that say nothing."""
    found = {("source" if name == "sources" else name): _value(value) for name, value in values.items()}
    return {name: value for name, value in found.items() if value not in (None, "", False, [], {})}


def _value(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, dict):
        return {key: _value(each) for key, each in value.items()}
    return value


def _commented(value: Any) -> Any:
    """A value as the reader of YAML gives it. It stands in no file, so every key is on its first line."""
    if isinstance(value, dict):
        mapping: Any = CommentedMap()
        for key, each in value.items():
            if each is not None:
                mapping[key] = _commented(each)
                mapping._yaml_set_kv_line_col(key, [0, 0, 0, 0])
        return mapping
    if isinstance(value, list):
        return CommentedSeq(_commented(each) for each in value)
    return value
