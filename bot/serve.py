"""Starts the three processes, waits until each is healthy, and stops all of them together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

import yaml

from bot.settings import ROOT, Settings
from bot.training import MODEL, is_current, model_path, prepare_facts, rasa_environment

STARTING = 120.0
"""Seconds a process may take until it is healthy."""
STOPPING = 10.0
"""Seconds a process gets to stop by itself."""


@dataclass
class Child:
    """A process of ours: how it is started, and where it says that it is healthy."""

    name: str
    command: list[str]
    health: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self, log: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, **self.environment}
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
            )

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(self.health, timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def serve(settings: Settings) -> int:
    """Runs the assistant until Ctrl-C or a stop signal. Raises RuntimeError for what is missing, in one line."""
    settings = with_ports(settings)
    require(settings)
    children = processes(settings)
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    began = time.monotonic()
    try:
        for child in children:
            child.start(ROOT / "var" / "log" / f"{child.name}.log")
        print("Starting Rasa, the action server and the web process …", flush=True)
        for child in children:
            wait_until_healthy(child, stopped)
        if not stopped.is_set():
            print(f"Ready after {time.monotonic() - began:.0f} s: http://localhost:{settings.port}", flush=True)
        watch(children, stopped)
    finally:
        for child in reversed(children):
            child.stop()
    return 0


def with_ports(settings: Settings) -> Settings:
    """The settings with a free port where none was chosen."""
    return replace(
        settings,
        rasa_port=settings.rasa_port or free_port(),
        actions_port=settings.actions_port or free_port(),
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require(settings: Settings) -> None:
    """Raises RuntimeError when the port is taken, or the facts or the model are not there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            raise RuntimeError(
                f"Port {settings.port} is in use: stop what listens there, or choose another with PORT=8081."
            ) from None
    if not (ROOT / settings.facts_folder / "sources.yml").exists():
        raise RuntimeError(f"There are no facts in {settings.facts_folder}: set FACTS_FOLDER to their folder.")
    if not model_path(settings).exists():
        raise RuntimeError(f"There is no model in {settings.model_folder}: run `python -m bot train` first.")
    if not is_current(settings):
        print("The model is older than its training data: `python -m bot train` brings it up to date.")
    prepare_facts(settings)


def write_endpoints(settings: Settings) -> Path:
    """Writes endpoints.yml for these settings. Readable by this user alone: it may hold a password."""
    path = ROOT / "var" / "run" / f"endpoints-{settings.port}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    endpoints = {
        "action_endpoint": {"url": f"http://127.0.0.1:{settings.actions_port}/webhook"},
        "tracker_store": {"type": "bot.stores.StrictTrackerStore", "url": settings.conversations_url},
    }
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(endpoints), encoding="utf-8")
    return path


def processes(settings: Settings) -> list[Child]:
    """The three processes in the order in which they are waited for."""
    python, rasa_url = sys.executable, f"http://127.0.0.1:{settings.rasa_port}"
    actions_url = f"http://127.0.0.1:{settings.actions_port}"
    shared = rasa_environment(settings) | {"LOG_LEVEL": settings.log_level}
    model = str(Path(settings.model_folder) / f"{MODEL}.tar.gz")
    return [
        Child(
            "actions",
            [python, "-m", "bot.action_server", "--port", str(settings.actions_port)],
            f"{actions_url}/health",
            shared,
        ),
        Child(
            "rasa",
            [python, "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(settings.rasa_port), "--model", model,
             "--endpoints", str(write_endpoints(settings)), "--credentials", "credentials.yml"],
            f"{rasa_url}/webhooks/assistant/health",
            shared,
        ),
        Child(
            "web",
            [python, "-m", "uvicorn", "bot.web.app:from_environment", "--factory", "--host", settings.host,
             "--port", str(settings.port), "--ws", "none", "--no-server-header", "--no-access-log"],
            f"http://127.0.0.1:{settings.port}/health/ready",
            shared | {"RASA_URL": rasa_url},
        ),
    ]  # fmt: skip


def wait_until_healthy(child: Child, stopped: threading.Event) -> None:
    deadline = time.monotonic() + STARTING
    while not stopped.is_set() and not child.healthy():
        if child.process is not None and child.process.poll() is not None:
            raise RuntimeError(f"{child.name} stopped while starting: see var/log/{child.name}.log")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{child.name} was not ready within {STARTING:.0f} s: see var/log/{child.name}.log")
        time.sleep(0.2)


def watch(children: list[Child], stopped: threading.Event) -> None:
    """Starts a process again that has died, until the stop signal comes."""
    while not stopped.wait(1.0):
        for child in children:
            if child.process is not None and child.process.poll() is not None:
                print(f"{child.name} stopped (exit code {child.process.returncode}); starting it again.", flush=True)
                child.start(ROOT / "var" / "log" / f"{child.name}.log")
