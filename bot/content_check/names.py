"""Other names of subjects: none that stands for two, is written twice, or is a word of every sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from bot.content_check.finding import Finding, Place, error, warning
from bot.content_check.project import Project
from bot.content_check.words import words
from bot.languages import LANGUAGES
from bot.text import fold


def found(project: Project) -> Iterator[Finding]:
    owners: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for slug, language, name, _ in _names(project):
        owners[language, fold(name)].setdefault(slug, name)
    said: set[tuple[Place, str]] = set()
    for (slug, language, name, place), before in zip(_names(project), _counts(project), strict=True):
        if place is None or (place, name) in said:
            continue
        findings = list(_findings(slug, language, name, place, owners[language, fold(name)]))
        if before:
            findings.append(warning(place, "alias_twice", value=name, subject=slug))
        if findings:
            said.add((place, name))
        yield from findings


def _findings(slug: str, language: str, name: str, place: Place, owners: dict[str, str]) -> Iterator[Finding]:
    """What is wrong with an alias. `owners`: by subject, the name of it that is the same but for accents and case."""
    others = {other: text for other, text in owners.items() if other != slug}
    # The facts library finds names that are the same to the letter.
    if any(text.lower() != name.lower() for text in others.values()):
        yield error(place, "alias_clash", value=name, language=language, subjects=", ".join((*others, slug)))
    if len(fold(name)) < 2 or fold(name) in words(language).common:
        yield error(place, "alias_is_common_word", value=name, subject=slug)


def _counts(project: Project) -> Iterator[int]:
    """How often each name of the list stood there before."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for slug, language, name, _ in _names(project):
        yield seen[slug, language, name]
        seen[slug, language, name] += 1


def _names(project: Project) -> Iterator[tuple[str, str, str, Place | None]]:
    """Subject, language, name and its place; an alias in both languages twice, the subject's own name without place."""
    for slug, subject in project.content.subjects.items():
        for language in LANGUAGES:
            yield slug, language, subject.name[language], None
        positions: dict[str, int] = defaultdict(int)
        for tag, name in subject.aliases:
            place = project.subject_place(slug, "aliases", tag, positions[tag])
            positions[tag] += 1
            for language in LANGUAGES if tag == "both" else (tag,):
                yield slug, language, name, place
