"""What the assistant is compared with: search over the paragraphs of the sources, by words and by meaning."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence

Search = Callable[[str, int], list[str]]
"""The best paragraphs for a question, the best first."""


def by_words(paragraphs: Sequence[str]) -> Search:
    """SQLite's full-text search (FTS5, BM25): any word of the question counts, accents do not."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE page USING fts5(text, tokenize = 'unicode61 remove_diacritics 2')")
    database.executemany("INSERT INTO page VALUES (?)", [(paragraph,) for paragraph in paragraphs])

    def search(question: str, number: int) -> list[str]:
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", question))
        rows = database.execute(
            "SELECT text FROM page WHERE page MATCH ? ORDER BY rank LIMIT ?", (words or '""', number)
        )
        return [text for (text,) in rows]

    return search


def by_meaning(paragraphs: Sequence[str]) -> Search:
    """The nearest paragraphs by the sentence encoder's vectors."""
    from bot.encoder import shared_encoder

    vectors = shared_encoder().encode(paragraphs)

    def search(question: str, number: int) -> list[str]:
        nearness = vectors @ shared_encoder().encode([question])[0]
        return [paragraphs[index] for index in (-nearness).argsort()[:number]]

    return search
