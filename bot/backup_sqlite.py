"""A SQLite store in a file of its own, and back, by SQLite's online backup: others may read and write meanwhile."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

SqliteError = sqlite3.Error
PAGES = 1000
"""Pages that are copied at a time."""
PATIENCE = 30.0
"""Seconds to wait for who writes at that moment."""


def copy(url: str, path: Path) -> None:
    """Copies a store into a file. Raises SqliteError, also when the copy is not whole."""
    source = Path(make_url(url).database or "")
    if not source.is_file():
        # A store that nobody has used yet.
        with closing(sqlite3.connect(path)) as made:
            made.execute("VACUUM")
        return
    with closing(sqlite3.connect(source, timeout=PATIENCE)) as store, closing(sqlite3.connect(path)) as made:
        store.backup(made, pages=PAGES)
        if (said := made.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise SqliteError(f"the copy is damaged, and so may be the store: {said[:80]}")


def settle(path: Path) -> None:
    """Makes a copy one file: without a log beside it."""
    with closing(sqlite3.connect(path)) as made:
        made.execute("PRAGMA journal_mode=DELETE")


def put_back(url: str, path: Path) -> None:
    """Makes a store what the copy is, in one transaction. Raises SqliteError."""
    target = Path(make_url(url).database or "")
    target.parent.mkdir(parents=True, exist_ok=True)
    made = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    with closing(made), closing(sqlite3.connect(target, timeout=PATIENCE)) as store:
        made.backup(store)
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
