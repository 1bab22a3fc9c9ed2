"""Reads the training examples for Rasa, which takes minutes for as many as there are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.importers.utils import training_data_from_paths
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method

MARKUP = ("](", "]{", "][")
"""What makes part of an example an entity."""


class ExamplesImporter(RasaFileImporter):
    """Rasa's own importer of files, but for files of plain examples.

    Rasa parses such a file four times, in Python, and compares it with a schema; `make check` has a check of its own
    for them. A file with anything else in it (entities, synonyms, metadata) is left to Rasa.
    """

    @cached_method
    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        messages, others = [], []
        for path in self._nlu_files:
            try:
                messages += list(_messages(Path(path)))
            except NotPlain:
                others.append(path)
        plain = TrainingData(training_examples=messages)
        return plain.merge(training_data_from_paths(others, language)) if others else plain


class NotPlain(ValueError):
    """A file holds more than examples of intents."""


def _messages(path: Path) -> Iterator[Message]:
    """The examples of a file as Rasa reads them. Raises NotPlain."""
    for entry in _entries(path):
        for line in entry["examples"].splitlines():
            if not line.startswith("-") or any(mark in line for mark in MARKUP):
                raise NotPlain(path)
            yield Message.build(line[1:].strip("\n\r "), entry["intent"])


def _entries(path: Path) -> list[dict[str, str]]:
    try:
        content: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeError):
        raise NotPlain(path) from None  # Rasa says what is wrong with it
    if not isinstance(content, dict) or set(content) - {"version", "nlu"} or not isinstance(content.get("nlu"), list):
        raise NotPlain(path)
    for entry in content["nlu"]:
        named = isinstance(entry, dict) and set(entry) == {"intent", "examples"}
        if not named or not all(isinstance(value, str) and value.strip() for value in entry.values()):
            raise NotPlain(path)
    entries: list[dict[str, str]] = content["nlu"]
    return entries
