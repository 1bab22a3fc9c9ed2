"""What the assistant says around the facts, and the pages' texts: the same keys and places in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from bot.content_check.finding import Finding, Place, error
from bot.content_check.lines import Key
from bot.content_check.project import Project
from bot.languages import LANGUAGES, OTHER

RESPONSES = "data/responses"
PAGES = ("data/responses", "bot/web/texts", "bot/review/texts")
"""Folders with texts in a file of each language: nl.yml and en.yml, or NAME.nl.yml and NAME.en.yml."""
PLACE = re.compile(r"\{(\w*)[^}]*\}")


@dataclass(frozen=True)
class Response:
    """A text, with the keys that lead to it."""

    path: tuple[Key, ...]
    text: str
    language: str
    place: Place


def responses(project: Project) -> Iterator[Response]:
    """All that the assistant says around the facts."""
    for language in LANGUAGES:
        yield from _texts(f"{RESPONSES}/{language}.yml", language, project)


def found(project: Project) -> Iterator[Finding]:
    for folder in PAGES:
        for path in sorted((project.root / folder).glob("*nl.yml")):
            yield from _pair(f"{folder}/{path.name}", f"{folder}/{path.name.removesuffix('nl.yml')}en.yml", project)


def _pair(dutch: str, english: str, project: Project) -> Iterator[Finding]:
    files = {"nl": dutch, "en": english}
    texts = {
        language: {each.path: each for each in _texts(file, language, project)} for language, file in files.items()
    }
    for language in LANGUAGES:
        other = texts[OTHER[language]]
        for path, text in texts[language].items():
            name = ".".join(map(str, path))
            if path not in other:
                yield error(text.place, f"only_in_{language}", name=name, file=files[OTHER[language]])
            elif language == "en" and _places(text.text) != (expected := _places(other[path].text)):
                yield error(
                    text.place, "response_places", name=name, nl=", ".join(sorted(expected)) or "–",
                    en=", ".join(sorted(_places(text.text))) or "–",
                )  # fmt: skip
            if not text.text.strip():
                yield error(text.place, "empty", name=name)


def _places(text: str) -> set[str]:
    return set(PLACE.findall(text))


def _texts(file: str, language: str, project: Project) -> Iterator[Response]:
    path = project.root / file
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) if path.is_file() else {}
    except yaml.YAMLError:
        return
    for keys, text in _leaves(data, ()):
        yield Response(keys, text, language, project.lines.place(file, *keys))


def _leaves(data: Any, keys: tuple[Key, ...]) -> Iterator[tuple[tuple[Key, ...], str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, (*keys, str(key)))
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield from _leaves(value, (*keys, position))
    else:
        yield keys, "" if data is None else str(data)
