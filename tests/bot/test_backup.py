"""Copies of the three stores, and back, on both engines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from actions.facts.content import Content
from actions.facts.database import connect, migrate
from actions.facts.load import load
from bot.__main__ import main
from bot.backup import BackupError, backup, read_manifest, restore
from bot.review.database import Database
from bot.review.switch import state, switch_off
from bot.settings import Settings
from bot.web.store import ReviewStore
from tests.review.filling import EVENTS

NAMES = ("facts", "conversations", "review")
SAID = "Größe, l'été & ‘quotes’ \\ $$ ; DROP TABLE events"
Make = Callable[[str], Settings]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Makes settings with three empty stores, by a prefix of their names."""
    if request.param == "sqlite":
        yield lambda prefix: Settings(
            **{f"{name}_url": f"sqlite:///{tmp_path}/{prefix}_{name}.db" for name in NAMES}  # type: ignore[arg-type]
        )
        return
    server = request.getfixturevalue("postgresql_server")
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    made = []

    def databases(prefix: str) -> Settings:
        for name in NAMES:
            made.append(f"backup_{prefix}_{name}")
            with admin.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {made[-1]}"))
        return Settings(**{f"{name}_url": f"{server}/backup_{prefix}_{name}" for name in NAMES})  # type: ignore[arg-type]

    yield databases
    with admin.connect() as connection:
        for database in made:
            connection.execute(text(f"DROP DATABASE {database} WITH (FORCE)"))
    admin.dispose()


def fill(settings: Settings, content: Content) -> None:
    engine = connect(settings.facts_url)
    migrate(engine)
    load(engine, content)
    engine.dispose()
    engine = connect(settings.conversations_url)
    EVENTS.metadata.create_all(engine)
    say(settings, SAID)
    database = Database(settings.review_url)
    ReviewStore(database).failed("sessie-van-piet", SAID, "away", "m1")
    with database.session() as session, session.begin():
        switch_off(session, "kim", SAID)
    database.engine.dispose()


def say(settings: Settings, said: str) -> None:
    engine = connect(settings.conversations_url)
    values = {"sender_id": "sessie-van-piet", "type_name": "user", "data": json.dumps({"text": said})}
    with engine.begin() as connection:
        connection.execute(EVENTS.insert().values(timestamp=datetime.now(UTC).timestamp(), **values))
    engine.dispose()


def said(settings: Settings) -> list[str]:
    engine = connect(settings.conversations_url)
    with engine.connect() as connection:
        found = [json.loads(row) for row in connection.scalars(text("SELECT data FROM events ORDER BY id"))]
    engine.dispose()
    return [row["text"] for row in found]


def test_what_was_copied_comes_back_as_it_was(make: Make, content: Content, tmp_path: Path) -> None:
    old, new = make("old"), make("new")
    fill(old, content)
    copies = backup(old, tmp_path / "copy")
    assert copies["facts"].rows["statements"] > 100
    assert copies["conversations"].rows == {"events": 1}
    restore(new, tmp_path / "copy")
    assert said(new) == [SAID]
    with Database(new.review_url).session() as session:
        off = state(session)
        session.get_bind().dispose()  # type: ignore[union-attr]
    assert off is not None
    assert (off.by, off.reasons) == ("kim", {"nl": SAID})
    # As new as the code: a start has nothing left to do, and ids go on after the last one.
    say(new, "en verder")
    assert said(new) == [SAID, "en verder"]


def test_a_store_that_is_not_empty_is_replaced_only_when_told(make: Make, content: Content, tmp_path: Path) -> None:
    settings = make("one")
    fill(settings, content)
    backup(settings, tmp_path / "copy")
    say(settings, "later")
    with pytest.raises(BackupError, match="facts, conversations, review: not empty"):
        restore(settings, tmp_path / "copy")
    assert said(settings) == [SAID, "later"]
    restore(settings, tmp_path / "copy", replace=True)
    assert said(settings) == [SAID]


def test_stores_that_nobody_used_yet_are_copied_too(make: Make, tmp_path: Path) -> None:
    settings = make("none")
    assert backup(settings, tmp_path / "copy")["review"].rows == {}
    restore(settings, tmp_path / "copy")


@pytest.fixture
def copied(tmp_path: Path, content: Content) -> tuple[Settings, Path]:
    settings = Settings(**{f"{name}_url": f"sqlite:///{tmp_path}/{name}.db" for name in NAMES})  # type: ignore[arg-type]
    fill(settings, content)
    backup(settings, tmp_path / "copy")
    return settings, tmp_path / "copy"


def test_only_this_user_can_read_a_copy(copied: tuple[Settings, Path]) -> None:
    _, folder = copied
    assert folder.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "conversations.db",
        "facts.db",
        "manifest.json",
        "review.db",
    ]
    for path in folder.glob("*.db"):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("harm", ["changed", "cut", "missing", "no manifest", "no json"])
def test_a_copy_that_is_not_whole_is_refused_before_anything_is_touched(
    copied: tuple[Settings, Path], harm: str
) -> None:
    settings, folder = copied
    say(settings, "later")
    path = folder / "review.db"
    if harm == "changed":
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    elif harm == "cut":
        path.write_bytes(path.read_bytes()[:-4096])
    elif harm == "missing":
        path.unlink()
    else:
        (folder / "manifest.json").write_text("{" if harm == "no json" else "", encoding="utf-8")
    with pytest.raises(BackupError):
        read_manifest(folder)
    with pytest.raises(BackupError):
        restore(settings, folder, replace=True)
    assert said(settings) == [SAID, "later"]


def test_a_copy_of_a_newer_version_or_of_another_engine_is_refused(copied: tuple[Settings, Path]) -> None:
    settings, folder = copied
    with pytest.raises(BackupError, match="REVIEW_URL is postgresql"):
        restore(replace(settings, review_url="postgresql+psycopg://nobody@127.0.0.1:1/x"), folder, replace=True)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["stores"]["review"]["revision"] = "9999"
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(BackupError, match="newer version"):
        restore(settings, folder, replace=True)


def test_a_folder_that_is_there_is_left_alone_and_what_fails_leaves_none(
    copied: tuple[Settings, Path], tmp_path: Path
) -> None:
    settings, folder = copied
    with pytest.raises(BackupError, match="already"):
        backup(settings, folder)
    away = replace(settings, review_url="postgresql+psycopg://nobody:pass-word@127.0.0.1:1/x")
    with pytest.raises(BackupError) as error:
        backup(away, tmp_path / "other")
    assert "pass-word" not in str(error.value)
    assert [path.name for path in tmp_path.iterdir() if "other" in path.name] == []


def test_a_copy_is_made_while_somebody_writes(copied: tuple[Settings, Path], tmp_path: Path) -> None:
    settings, _ = copied
    engine = connect(settings.conversations_url)
    with Session(engine) as writer:
        writer.execute(text("UPDATE events SET sender_id = 'unfinished'"))
        backup(settings, tmp_path / "meanwhile")
    engine.dispose()
    restore(settings, tmp_path / "meanwhile", replace=True)
    assert said(settings) == [SAID]


def test_the_commands_say_what_they_did(
    copied: tuple[Settings, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, folder = copied
    for name in NAMES:
        monkeypatch.setenv(f"{name.upper()}_URL", getattr(settings, f"{name}_url"))
    assert main(["backup", str(tmp_path / "second")]) == 0
    assert "conversations: 1 rows in 1 tables copied" in capsys.readouterr().out
    assert main(["restore", str(folder), "--check"]) == 0
    assert main(["restore", str(folder)]) == 1
    assert "--replace" in capsys.readouterr().err
    assert main(["restore", str(folder), "--replace"]) == 0
    assert "purge" in capsys.readouterr().out
