"""The facts on a real PostgreSQL server, which checks what SQLite lets pass."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from actions.facts import compose, queries
from actions.facts.content import Content
from actions.facts.database import connect, migrate
from actions.facts.load import load

pytestmark = pytest.mark.postgresql
BIN = Path("/usr/lib/postgresql/15/bin")


def as_postgres(*command: str) -> None:
    """Runs a program of PostgreSQL, which refuses to run as root."""
    done = subprocess.run(["runuser", "-u", "postgres", "--", *command], capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"


@pytest.fixture(scope="module")
def server() -> Iterator[Engine]:
    """An engine on a server of its own, on a free port and in a folder that goes away."""
    if not (BIN / "initdb").is_file():
        reason = f"PostgreSQL 15 is not installed: {BIN}/initdb is missing (Debian: postgresql-15)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    # Not in tmp_path: its parents are closed to the user postgres.
    folder = Path(tempfile.mkdtemp(prefix="facts-postgresql-"))
    shutil.chown(folder, "postgres", "postgres")
    data = str(folder / "data")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        as_postgres(str(BIN / "initdb"), "-D", data, "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        as_postgres(str(BIN / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            engine = connect(f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres")
            yield engine
            engine.dispose()
        finally:
            as_postgres(str(BIN / "pg_ctl"), "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def test_the_facts_load_and_answer_on_postgresql(server: Engine, content: Content) -> None:
    migrate(server)

    assert load(server, content) is True
    assert load(server, content) is False

    with Session(server) as session:
        assert queries.version(session) == content.digest
        assert compose.answer(session, ["euregio.members"], "nl").text == (
            "In de Euregio werkt Enschede internationaal samen met 4 steden: Hengelo, Almelo, Münster en Osnabrück."
        )
        assert [s.id for s in queries.sources(session, ["dalian.current"])] == ["page", "report_2017"]
