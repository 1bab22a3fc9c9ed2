"""What the facts library finds wrong, as findings with a place and a sentence in both languages.

The library refuses to load such facts; its messages are short and for programs' logs. Here they are explained.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from actions.facts.consistency import check
from bot.content_check.finding import Finding, Place, error
from bot.content_check.project import FACTS, Project
from bot.text import fold

FORM = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): (?P<name>.*?): (?P<what>.*)", re.DOTALL)
"""file:line: key: what is wrong"""
FORMS: tuple[tuple[str, str], ...] = (
    (r"is missing", "missing"),
    (r"is empty", "empty"),
    (r"must be (?P<kind>.*), not (?P<value>.*)", "kind"),
    (r"(?P<value>'.*') is not one of (?P<allowed>.*)", "choice"),
    (r"(?P<value>.*) is no date such as .*", "no_date"),
    (r"(?P<value>.*) must be a string", "no_string"),
    (r"is not a known key here", "unknown_key"),
    (r"a mapping .* is expected here", "no_mapping"),
    (r"a list .* is expected here", "no_list"),
    (r"(?:the file name )?must be lower-case letters.*", "no_slug"),
    (r"is a subject of its own in subjects/ already", "subject_twice"),
    (r"\{(?P<value>\w+)\} is not filled; known here: (?P<allowed>.*)", "unknown_place"),
    (r"must have the latest first.*", "history_order"),
)
RELATIONS: tuple[tuple[str, str], ...] = (
    (r"(?:[\w.]+: )?'(?P<value>.*)' is no subject;.*", "no_subject"),
    (r"source: nothing may be told without a source", "no_source"),
    (r"'(?P<value>.*)' is no source;.*", "unknown_source"),
    (r"evidence: nothing says where in its source it stands", "no_evidence"),
    (r"evidence: '(?P<value>.*)' names no heading of a source", "no_heading"),
    (r"evidence: '(?P<value>.*)' names no paragraph under that heading", "no_paragraph"),
    (r"evidence: '(?P<value>.*)' is not in its sources \((?P<sources>.*)\)", "evidence_elsewhere"),
    (r"evidence: none of it is in the source '(?P<value>.*)'", "source_without_evidence"),
    (r"numbers differ: nl (?P<nl>.*), en (?P<en>.*)", "numbers_differ"),
    (r"addresses differ: nl (?P<nl>.*), en (?P<en>.*)", "addresses_differ"),
    (r"places differ: nl (?P<nl>.*), en (?P<en>.*)", "places_differ"),
    (r"names (?P<value>\w+) in only one language \(nl: True.*", "named_in_dutch_only"),
    (r"names (?P<value>\w+) in only one language.*", "named_in_english_only"),
    (r"stands there twice", "row_twice"),
    (r"computed: .*", "computed_of"),
)
"""What is wrong between facts, after where it is."""
CLASH = re.compile(r"alias '(?P<value>.*)' \((?P<language>\w+)\) stands for (?P<subjects>.*)", re.DOTALL)
FIELDS = {"no_source": "source", "unknown_source": "source", "no_subject": "mentions"}
"""On which line of a statement the mistake stands; most others on that of its evidence or its text."""


def found(project: Project) -> Iterator[Finding]:
    """Mistakes in form; when there are none, those between facts."""
    if project.problems:
        forms = [_form(problem) for problem in project.problems]
        broken = {finding.place.file for finding in forms if finding.key == "no_yaml"}
        # A file that cannot be read lacks everything: that is one mistake.
        yield from (each for each in forms if each.key == "no_yaml" or each.place.file not in broken)
        return
    relations = [_relation(problem, project) for problem in check(project.content)]
    elsewhere = {finding.place for finding in relations if finding.key == "evidence_elsewhere"}
    for finding in relations:
        # Evidence that lies elsewhere leaves its source without any: one mistake, not two.
        if finding.key != "source_without_evidence" or finding.place not in elsewhere:
            yield finding


def _form(problem: str) -> Finding:
    parts = FORM.match(problem)
    if parts is None:
        return error(Place(FACTS, 1), "other", what=problem)
    place = Place(f"{FACTS}/{parts['file']}", int(parts["line"]))
    if parts["name"] == "YAML":
        return error(place, "no_yaml", what=parts["what"])
    key, values = _known(parts["what"], FORMS)
    return error(place, key, name=parts["name"], **values)


def _relation(problem: str, project: Project) -> Finding:
    if clash := CLASH.match(problem):
        return _clash(clash, project)
    where, _, what = problem.partition(": ")
    if what.startswith("history"):
        what = what.partition(": ")[2]
    key, values = _known(what, RELATIONS)
    return error(_place(where, what, key, project), key, where=where, **values)


def _known(what: str, patterns: tuple[tuple[str, str], ...]) -> tuple[str, dict[str, str]]:
    for pattern, key in patterns:
        if parts := re.fullmatch(pattern, what, re.DOTALL):
            return key, parts.groupdict()
    return "other", {"what": what}


def _place(where: str, what: str, key: str, project: Project) -> Place:
    """`where` is subject.aspect, the subject, or a relation's file with a row."""
    if row := re.fullmatch(r"(\w+\.yml) row (\d+)", where):
        field = "evidence" if "evidence" in key else "source" if "source" in key else ""
        return project.lines.place(f"{FACTS}/{row[1]}", int(row[2]) - 1, *([field] if field else []))
    statement = project.content.statements.get(where)
    if statement is None:
        return project.subject_place(where, what.partition(":")[0])
    named = re.match(r"(mentions|value|computed|evidence|source)\b", what)
    return project.statement_place(statement, FIELDS.get(key) or (named[1] if named else "nl"))


def _clash(clash: re.Match[str], project: Project) -> Finding:
    """Where the name stands as an alias; of two aliases the last, as the one that probably was added."""
    slugs = clash["subjects"].split(" and ")
    places = [place for slug in slugs for place in _alias_places(slug, clash["value"], project)]
    place = places[-1] if places else project.subject_place(slugs[-1], "name")
    return error(place, "alias_clash", value=clash["value"], language=clash["language"], subjects=", ".join(slugs))


def _alias_places(slug: str, name: str, project: Project) -> Iterator[Place]:
    counts: dict[str, int] = {}
    for language, text in project.content.subjects[slug].aliases:
        position = counts.get(language, 0)
        counts[language] = position + 1
        if fold(text) == fold(name):
            yield project.subject_place(slug, "aliases", language, position)
