"""Full-text search over what visitors said and what they were answered.

SQLite has a table of its own for the words (`turns_fts`), PostgreSQL a column (`turns.search_words`); the migrations
make both, and the databases keep them in step with `turns`. Accents and capitals do not matter.
"""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, Engine, column, false, func, literal, literal_column, select, table, text

from bot.text import clean, fold

WORD = re.compile(r"[^\W_]+")
MOST_WORDS = 20
"""Words that are searched for; those after them are left out."""
PAGES = 500
"""Pages of the table of words that one transaction tidies: others can write in between."""
WORDS = table("turns_fts", column("rowid"))


def matching(dialect: str, words: str) -> ColumnElement[bool]:
    """The condition on Turn that its text and reply together hold all the words; the last may be only begun.

    `dialect` is the database's name in SQLAlchemy. Whatever was typed is searched for, never taken for a query. Words
    without a letter or a digit match nothing. Holds for the one Turn, or alias of it, in the nearest FROM.
    """
    found = WORD.findall(fold(clean(words)))[:MOST_WORDS]
    if not found:
        return false()
    if dialect == "postgresql":
        query = " & ".join(f"'{word}'" for word in found) + ":*"
        vector: ColumnElement[str] = literal_column("search_words")
        return vector.bool_op("@@")(func.to_tsquery(literal_column("'simple'"), query))
    query = " ".join(f'"{word}"' for word in found) + "*"
    rows = select(WORDS.c.rowid).where(literal_column("turns_fts").bool_op("MATCH")(literal(query)))
    row: ColumnElement[int] = literal_column("search_row")
    return row.in_(rows)


def clear_words(engine: Engine) -> None:
    """Takes deleted words out of SQLite's table, which else only marks them as deleted.

    In small transactions; what came in meanwhile is tidied too. Raises SQLAlchemyError.
    """
    if engine.dialect.name != "sqlite":
        return
    pages = -PAGES
    while True:
        with engine.begin() as connection:
            connection.execute(text("PRAGMA secure_delete=ON"))
            before = connection.scalar(text("SELECT total_changes()")) or 0
            merge = text("INSERT INTO turns_fts (turns_fts, rank) VALUES ('merge', :pages)")
            connection.execute(merge, {"pages": pages})
            after = connection.scalar(text("SELECT total_changes()")) or 0
        if after - before < 2:
            return
        pages = PAGES
