"""Writes edits into the YAML files: what does not change stays as it was, with its order, quotes and comments."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from actions.facts.documents import Document, Documents, of_content
from actions.facts.schema import parse

DATES = frozenset({"as_of", "checked", "review_by", "valid_from", "valid_until", "until"})
ON_ONE_LINE = frozenset({"question", "name", "description", "value", "computed", "mentions"})
KEPT = ("owner", "review_by")
"""What a statement takes from its source unless it says it itself."""


def changed_files(folder: Path, wanted: Documents) -> dict[str, str]:
    """By name below the folder: the new texts of the files that differ from the wanted facts.

    New things go to the end of their file, a new subject into a file of its own. Raises FactsError when the folder
    cannot be read as it is.
    """
    return _Writer(folder, wanted).written()


class _Writer:
    def __init__(self, folder: Path, wanted: Documents) -> None:
        self._folder, self._wanted, self._have = folder, wanted, of_content(parse(folder))
        self._texts: dict[str, str] = {}

    def written(self) -> dict[str, str]:
        for id, want in self._differing("sources"):
            self._source(id, want)
        for slug, want in self._differing("subjects"):
            self._subject(slug, want)
        for id, want in self._differing("statements"):
            self._statement(id, want)
        for city, want in self._differing("partnerships"):
            self._partnership(city, want)
        return {name: text for name, text in self._texts.items() if text != self._old(name)}

    def _differing(self, part: str) -> list[tuple[str, Document | None]]:
        have, wanted = self._have[part], self._wanted[part]
        return [(id, wanted.get(id)) for id in dict.fromkeys([*have, *wanted]) if have.get(id) != wanted.get(id)]

    def _source(self, id: str, want: Document | None) -> None:
        have = self._have["sources"].get(id)
        if have is None and want is not None:
            self._append("sources.yml", f"\n{_dumped({id: _styled('', want)})}")
            return
        document = _load(self._text("sources.yml"))
        if want is None:
            document.pop(id, None)
        else:
            _update(document[id], have or {}, want)
        self._texts["sources.yml"] = _dumped(document)

    def _subject(self, slug: str, want: Document | None) -> None:
        name, have = f"subjects/{slug}.yml", self._have["subjects"].get(slug)
        if want is None:
            raise ValueError(f"{slug}: a subject is taken away by hand, with what names it")
        if have is None:
            self._texts[name] = _dumped(_styled("", want))
            return
        if not self._text(name):
            name = "terms.yml"
        document = _load(self._text(name))
        _update(document if name != "terms.yml" else document[slug], have, want)
        self._texts[name] = _dumped(document)

    def _statement(self, id: str, want: Document | None) -> None:
        subject, _, aspect = id.partition(".")
        name, have = f"subjects/{subject}.yml", self._have["statements"].get(id)
        if not self._text(name):
            self._move_out_of_terms(subject)
        document = _load(self._text(name))
        statements = document.get("statements")
        if want is None:
            statements.pop(aspect, None)
        elif have is not None:
            self._update_statement(document, statements[aspect], have, want)
        else:
            if not isinstance(statements, CommentedMap):
                document["statements"] = statements = CommentedMap()
            own = {key: want[key] for key in want if key not in KEPT or want[key] != self._kept(document, want, key)}
            statements[aspect] = _styled("", own)
        self._texts[name] = _dumped(document)

    def _update_statement(self, document: Any, node: Any, have: Document, want: Document) -> None:
        _update(node, _without(have, KEPT), _without(want, KEPT))
        for key in KEPT:
            said = node.get(key) or self._kept(document, want, key)
            if want.get(key) and said != want[key]:
                node[key] = _styled(key, want[key])

    def _kept(self, document: Any, want: Document, key: str) -> str | None:
        """The owner or the day of review that a statement has without saying so."""
        sources = [self._wanted["sources"].get(id, {}) for id in want.get("source", ())]
        found = [source[key] for source in sources if source.get(key)]
        first = next(iter(found), None) if key == "owner" else min(found, default=None)
        return document.get(key) or first

    def _move_out_of_terms(self, slug: str) -> None:
        """A subject that gets its first statement gets a file of its own."""
        terms = self._text("terms.yml")
        self._texts["terms.yml"] = re.sub(rf"^{re.escape(slug)}:.*\n(?:[ \t]+.*\n)*", "", terms, flags=re.MULTILINE)
        self._texts[f"subjects/{slug}.yml"] = _dumped(_styled("", self._wanted["subjects"][slug]))

    def _partnership(self, city: str, want: Document | None) -> None:
        have = self._have["partnerships"].get(city)
        if have is None and want is not None:
            self._append("partnerships.yml", _dumped(CommentedSeq([_flow(_styled("", want))])))
            return
        document = _load(self._text("partnerships.yml"))
        at = next(number for number, row in enumerate(document) if row["city"] == city)
        if want is None:
            del document[at]
        else:
            _update(document[at], have or {}, want)
        self._texts["partnerships.yml"] = _dumped(document)

    def _append(self, name: str, text: str) -> None:
        before = self._text(name)
        self._texts[name] = before + ("" if not before or before.endswith("\n") else "\n") + text

    def _text(self, name: str) -> str:
        return self._texts[name] if name in self._texts else self._old(name)

    def _old(self, name: str) -> str:
        path = self._folder / name
        return path.read_text(encoding="utf-8") if path.exists() else ""


def _update(node: Any, have: Document, want: Document) -> None:
    """Makes a mapping say what is wanted, by changing no more than what differs."""
    for key, value in want.items():
        old = have.get(key)
        if old == value:
            continue
        if isinstance(old, dict) and isinstance(value, dict) and isinstance(node.get(key), CommentedMap):
            _update(node[key], old, value)
        elif isinstance(node.get(key), CommentedSeq) and isinstance(value, list) and value[: len(old or [])] == old:
            node[key].extend(_styled(key, value[len(old or []) :]) if len(value) - len(old or []) != 1 else value[-1:])
        else:
            node[key] = _styled(key, value)
    for key in [key for key in have if key not in want]:
        node.pop(key, None)


def _styled(key: str, value: Any) -> Any:
    """A value in the style of the files: small things on one line, dates in quotes, one source without a list."""
    if isinstance(value, dict):
        mapping = CommentedMap({name: _styled(name, each) for name, each in value.items()})
        if key == "question":
            mapping = CommentedMap({name: DoubleQuotedScalarString(each) for name, each in value.items()})
        small = key in ON_ONE_LINE or (key not in ("", "aliases", "title", "note", "headings"))
        return _flow(mapping) if small else mapping
    if isinstance(value, list):
        if key in ("source", "evidence") and len(value) == 1:
            return value[0]
        if key == "history":
            return CommentedSeq([_styled("", each) for each in value])
        return _flow(CommentedSeq([_styled("", each) for each in value]))
    return DoubleQuotedScalarString(value) if key in DATES else value


def _without(document: Document, keys: tuple[str, ...]) -> Document:
    return {key: value for key, value in document.items() if key not in keys}


def _flow(node: Any) -> Any:
    node.fa.set_flow_style()
    return node


class _Representer(RoundTripRepresenter):
    """Writes null as the files do."""

    def represent_none(self, data: None) -> Any:
        return self.represent_scalar("tag:yaml.org,2002:null", "null")


_Representer.add_representer(type(None), _Representer.represent_none)


def _yaml() -> Any:
    yaml: Any = YAML(typ="rt")
    yaml.Representer = _Representer
    yaml.width, yaml.preserve_quotes = 100_000, True
    return yaml


def _load(text: str) -> Any:
    return _yaml().load(text)


def _dumped(document: Any) -> str:
    out = StringIO()
    _yaml().dump(document, out)
    return out.getvalue()
