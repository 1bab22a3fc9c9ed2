"""A PostgreSQL server of the tests' own, on a free port."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from tests.conftest import need


class PostgreSQLServer:
    """A server without a database, in a folder that `remove` deletes. `kill` and `start` may be called in turn.

    `settings`: more of PostgreSQL's own, each as name=value.
    """

    def __init__(self, settings: Sequence[str] = ()) -> None:
        self._settings = settings
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        self._programs = Path(need("PostgreSQL", str(found[-1]) if found else None)).parent
        # Not in pytest's own folder: its parents are closed to the user postgres.
        self._folder = Path(tempfile.mkdtemp(prefix="tests-postgresql-"))
        shutil.chown(self._folder, "postgres", "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}"
        _as_postgres(
            self._programs / "initdb", "-D", self._data, "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync"
        )
        self.start()

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        where = ["-p", str(self.port), "-c", "listen_addresses=127.0.0.1"]
        where += ["-c", f"unix_socket_directories={self._folder}"]
        where += [part for setting in self._settings for part in ("-c", setting)]
        # It ends with this process, also when that is killed.
        begin = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--pdeathsig=INT"]
        command = [*begin, str(self._programs / "postgres"), "-D", self._data, *where, "-c", "fsync=off"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
        _wait_for(self.url, self._process)

    def kill(self) -> None:
        """kill -9, of the server and of every process that serves a connection."""
        family = psutil.Process(self._process.pid)
        for process in [*family.children(recursive=True), family]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()

    def remove(self) -> None:
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(20)
        shutil.rmtree(self._folder)


@contextmanager
def postgresql(settings: Sequence[str] = ()) -> Iterator[str]:
    """The URL of a server on a free port, without a database. Skips when there is no PostgreSQL."""
    server = PostgreSQLServer(settings)
    try:
        yield server.url
    finally:
        server.remove()


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
