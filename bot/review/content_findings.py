"""What there is to say of a change of the facts before it is proposed: mistakes, and what an editor should know."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from actions.facts.documents import Document, Documents, to_content
from actions.facts.layer import Clash, Put, apply
from actions.facts.schema import FactsError
from bot.content_check.finding import Place, Severity
from bot.content_check.plain_language import sentences, spoken
from bot.languages import LANGUAGES
from bot.review.training_data import training_data

LONGEST = 700
"""Characters of a reply."""
KNOWN_PROBLEMS = {
    "numbers": re.compile(r"^(?P<where>[\w.]+)(?:: history until \S+)?: numbers differ: nl (?P<nl>.*), en (?P<en>.*)$"),
    "addresses": re.compile(r"^(?P<where>[\w.]+): addresses differ: nl (?P<nl>.*), en (?P<en>.*)$"),
    "places": re.compile(r"^(?P<where>[\w.]+): places differ: nl (?P<nl>.*), en (?P<en>.*)$"),
    "name": re.compile(r"^(?P<where>[\w.]+): names (?P<name>\w+) in only one language"),
    "alias": re.compile(r"^alias '(?P<name>.*)' \((?P<language>..)\) stands for (?P<subjects>.*)$"),
    "history": re.compile(r"^(?P<where>.*): history: must have the latest first"),
}
"""By the key of a text: what the reader of the facts says, in the words of a programmer."""


@dataclass(frozen=True)
class Finding:
    """`key` names a text of texts/content.*.yml, whose places `values` fill. `field` is the form's field that it is
    about. `blocking`: the change cannot be proposed with it."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    field: str = ""
    blocking: bool = True


def findings(documents: Documents, puts: Sequence[Put], language: str) -> list[Finding]:
    """Everything that all the facts together say of a change; advice is in the language of the editor."""
    try:
        changed = apply(documents, puts)
        to_content(changed)
    except Clash as clash:
        return [Finding("clash", {"where": clash.where})]
    except FactsError as error:
        return [*(_known(problem) for problem in error.problems), *_advice(puts, language)]
    return [*_advice(puts, language), *training(changed, puts)]


def training(documents: Documents, puts: Sequence[Put]) -> Iterator[Finding]:
    """Which new statements answer a kind of question that the trained model does not know."""
    labels = training_data().labels
    for put in puts:
        part, _, id = put.place.partition("/")
        if part == "statements" and put.before is None and needs_training(id, documents, labels):
            yield Finding("training", {"aspect": id.partition(".")[2]}, blocking=False)


def needs_training(statement: str, documents: Documents, labels: Collection[str]) -> bool:
    """Whether questions for a statement are only understood after training: the model knows no other subject of the
    same kind with that aspect (see `bot.transfer`)."""
    slug, _, aspect = statement.partition(".")
    kind = documents["subjects"][slug]["kind"]
    alike = {each for each, subject in documents["subjects"].items() if subject["kind"] == kind}
    return not any(f"{aspect}/{each}" in labels for each in alike)


def known_aspects(kind: str, documents: Documents) -> list[str]:
    """The aspects that need no training for a subject of a kind."""
    aspects = {id.partition(".")[2] for id in documents["statements"]}
    labels = training_data().labels
    alike = [slug for slug, subject in documents["subjects"].items() if subject["kind"] == kind]
    return sorted(aspect for aspect in aspects if any(f"{aspect}/{slug}" in labels for slug in alike))


def _known(problem: str) -> Finding:
    for key, pattern in KNOWN_PROBLEMS.items():
        if found := pattern.search(problem):
            return Finding(key, {name: _listed(str(value)) for name, value in found.groupdict().items()})
    return Finding("other", {"problem": problem})


def _listed(value: str) -> str:
    """A list as the reader of the facts writes it, without brackets and quotes; a dash for an empty one."""
    return value[1:-1].replace("'", "") or "–" if value.startswith("[") and value.endswith("]") else value


def _advice(puts: Sequence[Put], language: str) -> Iterator[Finding]:
    """Whether new texts are plain, and fit a reply."""
    for put in puts:
        if put.place.startswith("statements/") and put.after is not None:
            yield from _plain(put.after, put.before or {}, language)


def _plain(after: Document, before: Document, language: str) -> Iterator[Finding]:
    for code in LANGUAGES:
        text = after.get(code, "")
        if text == before.get(code):
            continue
        if len(text) > LONGEST:
            yield Finding("long", {"characters": str(LONGEST)}, f"text_{code}")
        nowhere = Place("", 0)
        for found in [*sentences(text, code, nowhere), *spoken(text, code, nowhere)]:
            yield Finding("advice", {"advice": found.told(language)}, f"text_{code}", found.severity == Severity.ERROR)
