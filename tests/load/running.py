"""The assistant as processes that run apart, for the load test: one web process, N of Rasa, one of actions.

On PostgreSQL and Redis where both are installed. Else on SQLite with a single Rasa process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from sqlalchemy import create_engine, text

from bot.serve import free_port
from bot.settings import ROOT
from tests.engines.postgresql import PostgreSQLServer
from tests.engines.redis import running_redis

STORES = ("facts", "conversations", "review")
STARTING = 240.0
"""Seconds within which all processes have to be ready."""


@dataclass(frozen=True)
class Usage:
    """What the processes of a part have used together: seconds of a core since they began, megabytes now."""

    seconds: float
    megabytes: float


class Assistant:
    """`base` is the door; `pids` are the processes of each part: web, rasa-1 …, actions, postgresql, redis."""

    def __init__(self, base: str, pids: dict[str, int]) -> None:
        self.base, self._pids = base, pids

    def usage(self) -> dict[str, Usage]:
        found = {}
        for name, pid in self._pids.items():
            seconds = megabytes = 0.0
            for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
                times = process.cpu_times()
                seconds += times.user + times.system + times.children_user + times.children_system
                megabytes += process.memory_full_info().uss / 2**20
            found[name] = Usage(seconds, megabytes)
        return found


def engines() -> bool:
    """Whether PostgreSQL and Redis are installed."""
    return any(Path("/usr/lib/postgresql").glob("*/bin/initdb")) and shutil.which("redis-server") is not None


@contextmanager
def assistant(rasa: int, folder: Path) -> Iterator[Assistant]:
    """A running assistant with so many Rasa processes. Raises RuntimeError when it does not start, or cannot."""
    with ExitStack() as stack:
        environment, pids = _stores(rasa, folder, stack)
        ports = [free_port() for _ in range(rasa)]
        actions, web = free_port(), free_port()
        environment |= {
            "ACTIONS_URL": f"http://127.0.0.1:{actions}", "ACTIONS_PORT": str(actions), "PORT": str(web),
            "RASA_URLS": ",".join(f"http://127.0.0.1:{port}" for port in ports), "SECRET_KEY": "k" * 32,
            "LOG_FORMAT": "json",
        }  # fmt: skip

        def start(name: str, role: str, **own: str) -> None:
            log = stack.enter_context((folder / f"{name}.log").open("wb"))
            # It ends with this program, also when that is killed.
            command = ["setpriv", "--pdeathsig=KILL", sys.executable, "-m", "bot", "run", role]
            process = subprocess.Popen(command, cwd=ROOT, env=environment | own, stdout=log, stderr=log)
            stack.callback(_stop, process)
            pids[name] = process.pid

        start("web", "web")
        start("actions", "actions")
        for number, port in enumerate(ports, 1):
            # Rasa's file of endpoints is named after PORT.
            start(f"rasa-{number}", "rasa", RASA_PORT=str(port), PORT=str(port))
        base = f"http://127.0.0.1:{web}"
        _wait(f"{base}/health/ready", folder)
        yield Assistant(base, pids)


def _stores(rasa: int, folder: Path, stack: ExitStack) -> tuple[dict[str, str], dict[str, int]]:
    if not engines():
        if rasa > 1:
            raise RuntimeError("several Rasa processes need PostgreSQL and Redis, which are not installed here")
        urls = {f"{name.upper()}_URL": f"sqlite:///{folder}/{name}.db" for name in STORES}
        return {**os.environ, **urls}, {}
    server = PostgreSQLServer()
    stack.callback(server.remove)
    redis = stack.enter_context(running_redis(folder))
    admin = create_engine(f"{server.url}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for name in STORES:
            connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    urls = {f"{name.upper()}_URL": f"{server.url}/{name}" for name in STORES} | {"LOCK_URL": redis.url}
    return {**os.environ, **urls}, {"postgresql": server.pid, "redis": redis.process.pid}


def _wait(url: str, folder: Path) -> None:
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline:
        try:
            answer = httpx.get(url, timeout=5, trust_env=False)
            if answer.status_code == 200 and set(answer.json()["parts"].values()) == {"ok"}:
                return
        except (httpx.HTTPError, ValueError):
            pass
        time.sleep(0.5)
    raise RuntimeError(f"the assistant was not ready within {STARTING:.0f} s: its logs are in {folder}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
