"""The training examples: enough of each intent, in both languages, and none that says the same under two intents."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from bot.content_check.finding import Finding, Place, error, warning
from bot.content_check.near import NearPairs
from bot.content_check.project import INTENT, ITEM, NLU, Project, Written
from bot.languages import LANGUAGES, OTHER

FRAME = re.compile(r"\s*(?:version:.*|nlu:|examples: \|-?|#.*|---)?\s*$")
"""The lines of a file of examples that are neither an intent nor an example."""
MARKUP = re.compile(r"\[[^\]]*\][({]")
"""What Rasa reads as an entity in an example: [text](entity) or [text]{"entity": …}."""
LOPSIDED = 3
"""One language has more than so many times the examples of the other."""
LONG = 15
"""Words of an example from which on it is a story of its own."""
FAMILIES = ("unknown", "out_of_scope")
"""Intents of these heads get answers of one kind, so that an example under the one or the other makes no difference."""


def found(project: Project, fewest: int, near: NearPairs) -> Iterator[Finding]:
    yield from _form(project)
    groups: dict[str, dict[str, list[Written]]] = defaultdict(lambda: {language: [] for language in LANGUAGES})
    for written in project.examples:
        groups[written.example.label][written.example.language].append(written)
    for label, by_language in groups.items():
        yield from _counts(label, by_language, fewest)
    for language in LANGUAGES:
        of_language = [written for written in project.examples if written.example.language == language]
        yield from _same(of_language)
        yield from _near(of_language, near)
    yield from _held_out(project, near)


def _form(project: Project) -> Iterator[Finding]:
    for language in LANGUAGES:
        for path in sorted((project.root / NLU / language).glob("*.yml")):
            file = str(path.relative_to(project.root))
            for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
                if not (INTENT.match(line) or ITEM.match(line) or FRAME.match(line)):
                    yield error(Place(file, number), "no_example", line=line.strip())
    for written in project.examples:
        if MARKUP.search(written.example.text):
            yield error(written.place, "markup", text=written.example.text)


def _counts(label: str, by_language: dict[str, list[Written]], fewest: int) -> Iterator[Finding]:
    counts = {language: len(found_) for language, found_ in by_language.items()}
    for language in LANGUAGES:
        other = OTHER[language]
        if counts[language] == 0:
            yield error(by_language[other][0].place, f"no_examples_{language}", label=label)
        elif counts[language] < fewest:
            yield warning(by_language[language][0].place, f"few_examples_{language}", label=label,
                          count=counts[language], fewest=fewest)  # fmt: skip
        elif counts[other] > LOPSIDED * counts[language]:
            yield warning(by_language[language][0].place, f"lopsided_{language}", label=label,
                          count=counts[language], other=counts[other])  # fmt: skip


def _same(examples: list[Written]) -> Iterator[Finding]:
    """The same words twice. Signs and faces alone are everybody's, so that they count to the letter."""
    first: dict[str, Written] = {}
    for written in examples:
        text = written.plain or written.example.text
        earlier = first.setdefault(text, written)
        if earlier is not written:
            yield _twice(written, earlier, "same")


def _near(examples: list[Written], near: NearPairs) -> Iterator[Finding]:
    by_text = {written.plain: written for written in reversed(examples)}
    for one, other in near.within(by_text):
        later, earlier = sorted((by_text[one], by_text[other]), key=lambda written: written.place, reverse=True)
        if _matters(later, earlier):
            yield _twice(later, earlier, "near")


def _matters(one: Written, other: Written) -> bool:
    """Under one intent a spelling more is welcome, and only a long text that is nearly copied is none."""
    if one.example.label == other.example.label:
        return len(one.plain.split()) >= LONG
    heads = {written.example.label.partition("/")[0] for written in (one, other)}
    return len(heads) > 1 or not heads & set(FAMILIES)


def _twice(written: Written, earlier: Written, how: str) -> Finding:
    values = {"text": written.example.text, "file": earlier.place.file, "line": earlier.place.line,
              "other": earlier.example.text, "label": earlier.example.label}  # fmt: skip
    if written.example.label == earlier.example.label:
        return warning(written.place, f"{how}_example", **values)
    return (error if how == "same" else warning)(written.place, f"{how}_example_elsewhere", **values)


def _held_out(project: Project, near: NearPairs) -> Iterator[Finding]:
    """Which question it is like stays unsaid: who knows the held-out questions trains for them."""
    by_text = {written.plain: written for written in project.examples}
    for text, name in near.between(by_text, project.questions):
        yield error(by_text[text].place, "held_out", text=by_text[text].example.text, set=name)
