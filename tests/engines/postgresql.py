"""A PostgreSQL server of the tests' own, on a free port."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from tests.conftest import need


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a server on a free port, without a database; in a folder that goes away. Skips when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    programs = Path(need("PostgreSQL", str(found[-1]) if found else None)).parent
    # Not in pytest's own folder: its parents are closed to the user postgres.
    folder = Path(tempfile.mkdtemp(prefix="tests-postgresql-"))
    shutil.chown(folder, "postgres", "postgres")
    data = str(folder / "data")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        _as_postgres(programs / "initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync")
        where = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
        # It ends with this process, also when that is killed.
        begin = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--pdeathsig=INT"]
        command = [*begin, str(programs / "postgres"), "-D", data, *where, "-c", "fsync=off"]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
        try:
            url = f"postgresql+psycopg://postgres@127.0.0.1:{port}"
            _wait_for(url, process)
            yield url
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait(20)
    finally:
        shutil.rmtree(folder)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Waits until a server takes connections."""
    engine, deadline = create_engine(f"{url}/postgres"), time.monotonic() + 60
    while True:
        try:
            engine.connect().close()
            engine.dispose()
            return
        except OperationalError:
            assert process.poll() is None, "PostgreSQL did not start"
            assert time.monotonic() < deadline, "PostgreSQL took longer than a minute to start"
            time.sleep(0.1)


def _as_postgres(*command: str | Path) -> None:
    """Runs a program of PostgreSQL, which refuses to run as root."""
    whole = ["runuser", "-u", "postgres", "--", *map(str, command)]
    done = subprocess.run(whole, capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, f"{' '.join(whole)}: {done.stdout}{done.stderr}"
