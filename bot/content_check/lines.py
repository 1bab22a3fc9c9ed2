"""On which line of a YAML file something stands."""

from __future__ import annotations

from pathlib import Path

import yaml

from bot.content_check.finding import Place

Key = str | int
"""A key of a mapping, or a position in a list from 0."""


class Lines:
    """The lines of the YAML files under a folder, each read when it is first asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files: dict[str, dict[tuple[Key, ...], int]] = {}

    def place(self, file: str, *path: Key) -> Place:
        """Where a key stands; where the nearest one around it stands when it is not there itself."""
        lines = self._read(file)
        while path and path not in lines:
            path = path[:-1]
        return Place(file, lines.get(path, 1))

    def has(self, file: str, *path: Key) -> bool:
        return path in self._read(file)

    def _read(self, file: str) -> dict[tuple[Key, ...], int]:
        if file not in self._files:
            self._files[file] = _lines(self.root / file)
        return self._files[file]


def _lines(path: Path) -> dict[tuple[Key, ...], int]:
    """By path: its line. Nothing for a file that is not there or is no YAML: that is another check's finding."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    found: dict[tuple[Key, ...], int] = {}
    _walk(node, (), found)
    return found


def _walk(node: yaml.Node | None, path: tuple[Key, ...], found: dict[tuple[Key, ...], int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, str(key.value))
            found[inner] = key.start_mark.line + 1
            _walk(value, inner, found)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            inner = (*path, position)
            found[inner] = value.start_mark.line + 1
            _walk(value, inner, found)
