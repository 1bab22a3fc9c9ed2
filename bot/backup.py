"""Copies of the three stores in a folder, with a manifest, and back.

Each store is copied as it is at one moment, while it is in use: SQLite by its online backup, PostgreSQL by pg_dump. The
three moments are not the same one; what staff read can be made again from the conversations (`review rebuild`). A copy
goes back into an engine of its kind, in one transaction: a store is either as it was or as the copy is.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from actions.facts.database import connect
from bot import backup_postgresql, backup_sqlite
from bot.settings import Settings

Found = TypeVar("Found")
STORES = ("facts", "conversations", "review")
MANIFEST = "manifest.json"
FORM = 1
"""Of the manifest. It goes up when an older program could not read it."""
VERSION_TABLES = {"facts": "alembic_version", "review": "review_alembic_version"}
"""Where a store keeps which revision its tables have. Those of the conversations are Rasa's and stay as they are."""


class BackupError(RuntimeError):
    """A backup cannot be made or put back. Says which store, why, and what to do."""


@dataclass(frozen=True)
class Copy:
    """A store's copy. `rows` by table; `revision` is that of its tables, None where they have none."""

    engine: str
    file: str
    sha256: str
    bytes: int
    revision: str | None
    rows: dict[str, int]


def backup(settings: Settings, folder: Path) -> dict[str, Copy]:
    """Writes copies of all stores and their manifest into a new folder, readable by this user alone.

    Raises BackupError; then there is no such folder.
    """
    if folder.exists():
        raise BackupError(f"{folder} is there already: give a folder that is not")
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    try:
        copies = {name: _copy(name, getattr(settings, f"{name}_url"), unfinished) for name in STORES}
        stores = {name: asdict(copy) for name, copy in copies.items()}
        made = {"form": FORM, "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "stores": stores}
        (unfinished / MANIFEST).write_text(json.dumps(made, indent=1), encoding="utf-8")
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return copies


def read_manifest(folder: Path) -> dict[str, Copy]:
    """The copies in a folder. Raises BackupError when one is missing, or is not what was written."""
    try:
        made: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if made["form"] != FORM:
            raise BackupError(f"{folder}: its manifest has form {made['form']}, this version reads {FORM}")
        copies = {name: Copy(**made["stores"][name]) for name in STORES}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{folder} holds no whole backup: {MANIFEST}: {type(error).__name__}") from None
    for copy in copies.values():
        path = folder / Path(copy.file).name
        if not path.is_file() or path.stat().st_size != copy.bytes or _digest(path) != copy.sha256:
            raise BackupError(f"{path} is missing or was changed after the backup: take another backup")
    return copies


def restore(settings: Settings, folder: Path, replace: bool = False) -> dict[str, Copy]:
    """Puts all copies back. Without `replace` only into stores that hold nothing.

    Everything is looked at before the first store is touched. Raises BackupError.
    """
    copies = read_manifest(folder)
    urls = {name: str(getattr(settings, f"{name}_url")) for name in STORES}
    for name, copy in copies.items():
        if (kind := _kind(urls[name])) != copy.engine:
            raise BackupError(f"{name}: the copy is of {copy.engine}, {name.upper()}_URL is {kind}")
        if copy.revision is not None and copy.revision not in _known(name):
            raise BackupError(f"{name}: its tables are of a newer version ({copy.revision}): restore with that version")
    full = [name for name, url in urls.items() if not replace and any(_in_store(name, url, _rows).values())]
    if full:
        raise BackupError(f"{', '.join(full)}: not empty. Stop the assistant, and give --replace to lose what is there")
    for name, copy in copies.items():
        _restore(name, urls[name], folder / Path(copy.file).name)
        if (found := _in_store(name, urls[name], _rows)) != copy.rows:
            raise BackupError(f"{name}: {sum(found.values())} rows came back of {sum(copy.rows.values())}")
    return copies


def _copy(name: str, url: str, folder: Path) -> Copy:
    kind = _kind(url)
    path = folder / f"{name}.{'db' if kind == 'sqlite' else 'dump'}"
    path.touch(mode=0o600)

    def found(connection: Connection) -> tuple[dict[str, int], str | None]:
        return _rows(connection), _revision(name, connection)

    try:
        if kind == "sqlite":
            backup_sqlite.copy(url, path)
            rows, revision = _in_store(name, f"sqlite:///{path}", found)
            backup_sqlite.settle(path)
        else:
            rows, revision = backup_postgresql.copy(url, path, found)
    except SQLAlchemyError as error:
        raise BackupError(f"{name} is away ({type(error).__name__}): look at {name.upper()}_URL") from None
    except (OSError, backup_sqlite.SqliteError, backup_postgresql.ProgramError) as error:
        raise BackupError(f"{name}: {error}") from None
    return Copy(kind, path.name, _digest(path), path.stat().st_size, revision, rows)


def _restore(name: str, url: str, path: Path) -> None:
    try:
        if _kind(url) == "sqlite":
            backup_sqlite.put_back(url, path)
        else:
            backup_postgresql.put_back(url, path)
    except (OSError, backup_sqlite.SqliteError, backup_postgresql.ProgramError) as error:
        raise BackupError(f"{name}: nothing was changed in it: {error}") from None


def _in_store(name: str, url: str, look: Callable[[Connection], Found]) -> Found:
    engine = connect(url)
    try:
        with engine.connect() as connection:
            return look(connection)
    except SQLAlchemyError as error:
        raise BackupError(f"{name} is away ({type(error).__name__}): look at {name.upper()}_URL") from None
    finally:
        engine.dispose()


def _rows(connection: Connection) -> dict[str, int]:
    """Rows of each table."""
    tables = [table for table in inspect(connection).get_table_names() if table not in VERSION_TABLES.values()]
    return {table: int(connection.scalar(text(f'SELECT count(*) FROM "{table}"')) or 0) for table in sorted(tables)}


def _revision(name: str, connection: Connection) -> str | None:
    table = VERSION_TABLES.get(name)
    if table is None or not inspect(connection).has_table(table):
        return None
    found = connection.scalar(text(f"SELECT version_num FROM {table}"))
    return None if found is None else str(found)


def _known(name: str) -> set[str]:
    """The revisions of a store's tables that this version of the program can bring up to date."""
    from alembic.script import ScriptDirectory

    from actions.facts import database as facts
    from bot.review import database as review

    folder = facts.MIGRATIONS if name == "facts" else review.MIGRATIONS
    return {each.revision for each in ScriptDirectory(str(folder)).walk_revisions()}


def _kind(url: str) -> str:
    return make_url(url).get_backend_name()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
