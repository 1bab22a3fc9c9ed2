"""The assistant on several processes, as deploy/ has it: PostgreSQL, Redis, two Rasa, two action, two web processes.

Between them and PostgreSQL, and before the action processes, stands a forwarder: the network, and what gives several
action processes one address. A clock of their own can be set.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from bot.serve import free_port
from tests.engines.postgresql import PostgreSQLServer
from tests.engines.redis import RedisServer
from tests.faults.clock import Clock, library
from tests.faults.forwarder import Forwarder
from tests.faults.kept import Kept
from tests.faults.running import Fault, wait_until_ready
from tests.faults.stored import messages

DATABASES = ("facts", "conversations", "review")
ACTION_TIMEOUT = 4.0
AWAY = 3.0
"""Seconds that an engine is away."""
LATENCY = 0.1
"""Seconds that a slow database takes longer, each way."""
HOUR = 3600


class Scaled:
    """The running processes. `folder` is a project (tests/processes/small_project.py) with a model."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, Clock(folder)
        with ExitStack() as stack:
            self.database = PostgreSQLServer()
            stack.callback(self.database.remove)
            self.network = Forwarder([self.database.port])
            stack.callback(self.network.end)
            self.redis = RedisServer(folder)
            stack.callback(self.redis.kill)
            for name in DATABASES:
                _create(self.database.url, name)
            rasa_ports, action_ports = [free_port(), free_port()], [free_port(), free_port()]
            self._web_ports = [free_port(), free_port()]
            self._balancer = Forwarder(action_ports)
            stack.callback(self._balancer.end)
            environment = self._environment(rasa_ports)

            def kept(role: str, number: int, **own: str) -> Kept:
                command = [sys.executable, "-m", "bot", "run", role]
                process = Kept(f"{role}-{number}", command, folder, environment | own)
                stack.callback(process.end)
                return process

            self.web = [kept("web", n, PORT=str(port)) for n, port in enumerate(self._web_ports, 1)]
            self.actions = [kept("actions", n, ACTIONS_PORT=str(port)) for n, port in enumerate(action_ports, 1)]
            self.rasa = [kept("rasa", n, RASA_PORT=str(port)) for n, port in enumerate(rasa_ports, 1)]
            wait_until_ready(self.bases)
            self._stack = stack.pop_all()

    @property
    def bases(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self._web_ports]

    def stored(self) -> list[tuple[str, str]]:
        return messages(f"{self.database.url}/conversations")

    def end(self) -> None:
        self._stack.close()

    def _environment(self, rasa_ports: list[int]) -> dict[str, str]:
        through = f"postgresql+psycopg://postgres@127.0.0.1:{self.network.port}"
        return {
            **os.environ,
            **{f"{name.upper()}_URL": f"{through}/{name}" for name in DATABASES},
            "RASA_URLS": ",".join(f"http://127.0.0.1:{port}" for port in rasa_ports),
            "ACTIONS_URL": f"http://127.0.0.1:{self._balancer.port}",
            "LOCK_URL": self.redis.url,
            "INNER_TOKEN": "between-us",
            "SECRET_KEY": "faults" * 8,
            "ACTION_TIMEOUT": str(ACTION_TIMEOUT),
            **self.clock.environment,
        }


@contextmanager
def scaled(folder: Path) -> Iterator[Scaled]:
    topology = Scaled(folder)
    try:
        yield topology
    finally:
        topology.end()


def faults(on: Scaled) -> list[Fault]:
    """Everything that can happen to it. Without faketime its clock cannot be set."""

    def kill_rasa() -> None:
        on.rasa[0].kill()

    def kill_actions() -> None:
        for process in on.actions:
            process.kill()

    def kill_web() -> None:
        on.web[0].kill()

    def kill_postgresql() -> None:
        on.database.kill()
        time.sleep(AWAY)
        on.database.start()

    def kill_redis() -> None:
        on.redis.kill()
        time.sleep(AWAY)
        on.redis.start()

    def kill_rasa_and_postgresql() -> None:
        """Rasa is started again while its database is away, and has to wait for it."""
        on.rasa[1].kill()
        on.database.kill()
        time.sleep(4 * AWAY)
        on.database.start()

    def slow_network() -> None:
        on.network.delay = LATENCY
        time.sleep(2 * AWAY)
        on.network.delay = 0.0

    def silent_network() -> None:
        on.network.stop_flow()
        time.sleep(2 * AWAY)
        on.network.resume_flow()

    def hanging_actions() -> None:
        for process in on.actions:
            process.freeze()
        time.sleep(ACTION_TIMEOUT + 2 * AWAY)
        for process in on.actions:
            process.thaw()

    def locked_facts() -> None:
        """Look-ups wait for a lock on a table: an action does not end."""
        engine = create_engine(f"{on.database.url}/facts")
        with engine.begin() as connection:
            connection.execute(text("LOCK TABLE statements IN ACCESS EXCLUSIVE MODE"))
            time.sleep(ACTION_TIMEOUT + AWAY)
        engine.dispose()

    found = [
        Fault("rasa-killed", "kill -9 of one of two Rasa processes", kill_rasa),
        Fault("actions-killed", "kill -9 of both action processes", kill_actions),
        Fault("web-killed", "kill -9 of one of two web processes", kill_web),
        Fault("postgresql-killed", f"kill -9 of PostgreSQL, started again after {AWAY:.0f} s", kill_postgresql),
        Fault("redis-killed", f"kill -9 of Redis, started again after {AWAY:.0f} s", kill_redis),
        Fault(
            "rasa-and-postgresql-killed",
            f"kill -9 of a Rasa and of PostgreSQL, which is away for {4 * AWAY:.0f} s",
            kill_rasa_and_postgresql,
        ),
        Fault("database-slow", f"{LATENCY * 2000:.0f} ms more for each exchange with PostgreSQL", slow_network),
        Fault("database-silent", f"PostgreSQL answers nothing for {2 * AWAY:.0f} s", silent_network),
        Fault("actions-hang", f"both action processes hang (SIGSTOP) for {ACTION_TIMEOUT + 2 * AWAY:.0f} s", hanging_actions),
        Fault("facts-locked", f"the facts are locked for {ACTION_TIMEOUT + AWAY:.0f} s: actions wait", locked_facts),
    ]  # fmt: skip
    if library() is not None:
        found.append(Fault("clock-forward", "all clocks jump two hours ahead", lambda: on.clock.jump(2 * HOUR)))
        found.append(Fault("clock-back", "all clocks jump back by four hours", lambda: on.clock.jump(-2 * HOUR)))
    return found


def _create(server: str, name: str) -> None:
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
