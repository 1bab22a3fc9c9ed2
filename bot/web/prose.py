"""Plain text, as the assistant says it, in the parts that a page needs: paragraphs, lists, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

BULLET = "• "
ADDRESS = re.compile(
    r"(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?P<web>https://[^\s<>\"']*[\w/]|www\.[\w-]+(?:\.[\w-]+)+)"
)


@dataclass(frozen=True)
class Piece:
    """A stretch of text; with `href` it is a link."""

    text: str
    href: str | None = None


@dataclass(frozen=True)
class Block:
    """A paragraph (one line) or a list (its items)."""

    kind: str
    lines: tuple[tuple[Piece, ...], ...]


def blocks(text: str) -> tuple[Block, ...]:
    """The paragraphs and lists of a text: each line is a paragraph, lines that begin with a bullet are a list."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found: list[Block] = []
    for listed, group in groupby(lines, lambda line: line.startswith(BULLET)):
        if listed:
            found.append(Block("list", tuple(pieces(line.removeprefix(BULLET)) for line in group)))
        else:
            found += [Block("paragraph", (pieces(line),)) for line in group]
    return tuple(found)


def pieces(line: str) -> tuple[Piece, ...]:
    """The text with its e-mail and web addresses as links. Nothing else becomes a link."""
    return tuple(_pieces(line))


def _pieces(line: str) -> Iterator[Piece]:
    at = 0
    for match in ADDRESS.finditer(line):
        if match.start() > at:
            yield Piece(line[at : match.start()])
        address = match.group()
        if match["mail"]:
            yield Piece(address, f"mailto:{address}")
        else:
            yield Piece(address, address if address.startswith("https://") else f"https://{address}")
        at = match.end()
    if at < len(line):
        yield Piece(line[at:])
