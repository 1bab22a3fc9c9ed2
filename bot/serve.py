"""Starts the three processes, waits until each is healthy, and stops all of them together."""

from __future__ import annotations

import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import FrameType

import yaml

from bot.child import Child
from bot.mending import mend
from bot.settings import ROOT, Settings
from bot.switching import STARTING, RasaSwitch
from bot.training import is_current, model_path, models, prepare_facts, rasa_environment

RUN = ROOT / "var" / "run"
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""A sentence is too small to be shared out: threads that wait for one another cost more than they bring."""


def serve(settings: Settings) -> int:
    """Runs the assistant until Ctrl-C or a stop signal. Raises RuntimeError for what is missing, in one line."""
    settings = with_ports(settings)
    require(settings)
    rasa = RasaSwitch(
        model_path(settings), address_file(settings), lambda: new_rasa(settings), settings.message_timeout + 10
    )
    actions, web = actions_process(settings), web_process(settings)
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    began = time.monotonic()
    try:
        for child in (actions, rasa.serving, web):
            child.start()
        print("Starting Rasa, the action server and the web process …", flush=True)
        for child in (actions, rasa.serving, web):
            wait_until_healthy(child, stopped)
        if not stopped.is_set():
            print(f"Ready after {time.monotonic() - began:.0f} s: http://localhost:{settings.port}", flush=True)
            _print_hint(settings)
        watch(actions, rasa, web, stopped, lambda: mend_model(settings))
    finally:
        for child in (web, *rasa.children, actions):
            child.stop()
    return 0


def _print_hint(settings: Settings) -> None:
    from bot.review.first_account import hint

    if line := hint(settings):
        print(line, flush=True)


def with_ports(settings: Settings) -> Settings:
    """The settings with a free port where none was chosen."""
    return replace(settings, actions_port=settings.actions_port or free_port())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a port on loopback can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


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
    # Reading a model to its end takes as long as preparing the facts.
    with ThreadPoolExecutor(1) as beside:
        mended = beside.submit(mend, models(settings))
        if not is_current(settings):
            print("The model is older than its training data: `python -m bot train` brings it up to date.")
        prepare_facts(settings)
        if line := mended.result():
            print(line, flush=True)


def write_endpoints(settings: Settings) -> Path:
    """Writes endpoints.yml for these settings. Readable by this user alone: it may hold a password."""
    path = RUN / f"endpoints-{settings.port}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    actions = settings.actions_url or f"http://127.0.0.1:{settings.actions_port}"
    endpoints: dict[str, dict[str, str]] = {
        "action_endpoint": {"url": f"{actions}/webhook"},
        "tracker_store": {"type": "bot.stores.StrictTrackerStore", "url": settings.conversations_url},
    }
    if settings.inner_token:
        endpoints["action_endpoint"]["token"] = settings.inner_token
    if settings.lock_url:
        endpoints["lock_store"] = {"type": "bot.locks.RedisLocks", "url": settings.lock_url}
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(endpoints), encoding="utf-8")
    return path


def address_file(settings: Settings) -> Path:
    """Where the web process looks up Rasa's address."""
    return RUN / f"rasa-{settings.port}.json"


def logs(settings: Settings) -> Path:
    """Where the processes' logs are."""
    return ROOT / settings.log_folder


def actions_process(settings: Settings) -> Child:
    port = settings.actions_port
    command = actions_command(settings, "127.0.0.1", port)
    return Child("actions", command, f"http://127.0.0.1:{port}/health", environment(settings), logs=logs(settings))


def actions_command(settings: Settings, host: str, port: int) -> list[str]:
    return [sys.executable, "-m", "bot.action_server", "--host", host, "--port", str(port)]


def new_rasa(settings: Settings) -> tuple[Child, str]:
    """A Rasa with the active model, and its URL. The port of the settings when it is free: the next one has another."""
    port = settings.rasa_port if settings.rasa_port and is_free(settings.rasa_port) else free_port()
    url = f"http://127.0.0.1:{port}"
    command = rasa_command(settings, "127.0.0.1", port)
    return Child(
        "rasa", command, f"{url}/webhooks/assistant/health", environment(settings) | ONE_THREAD, logs=logs(settings)
    ), url


def rasa_command(settings: Settings, host: str, port: int) -> list[str]:
    return [
        sys.executable, "-m", "bot.rasa_server", "run", "-i", host, "-p", str(port),
        "--model", str(model_path(settings)), "--endpoints", str(write_endpoints(settings)),
        "--credentials", "credentials.yml",
    ]  # fmt: skip


def web_process(settings: Settings) -> Child:
    port = str(settings.actions_port)
    found = environment(settings) | {"RASA_URL": address_file(settings).as_uri(), "ACTIONS_PORT": port}
    return Child(
        "web", web_command(settings), f"http://127.0.0.1:{settings.port}/health/ready", found, logs=logs(settings)
    )


def web_command(settings: Settings) -> list[str]:
    return [sys.executable, "-m", "bot.web.server", "--host", settings.host, "--port", str(settings.port)]


def environment(settings: Settings) -> dict[str, str]:
    """What every process of ours gets on top of the environment that we have ourselves."""
    token = {"INNER_TOKEN": settings.inner_token} if settings.inner_token else {}
    telling = {"LOG_LEVEL": settings.log_level, "LOG_FORMAT": "json" if settings.json_logs else "text"}
    return rasa_environment(settings) | telling | token


def wait_until_healthy(child: Child, stopped: threading.Event) -> None:
    deadline = time.monotonic() + STARTING
    while not stopped.is_set() and not child.healthy():
        if child.died:
            raise RuntimeError(f"{child.name} stopped while starting: see {child.log}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{child.name} was not ready within {STARTING:.0f} s: see {child.log}")
        time.sleep(0.2)


def mend_model(settings: Settings) -> None:
    """Before Rasa is started again: the model's file may have been damaged since it was read."""
    try:
        if line := mend(models(settings)):
            print(line, flush=True)
    except RuntimeError as error:
        print(error, flush=True)


def watch(
    actions: Child, rasa: RasaSwitch, web: Child, stopped: threading.Event, before_rasa: Callable[[], None]
) -> None:
    """Starts a process again that has died, and Rasa anew for a new model, until the stop signal comes."""
    while not stopped.wait(1.0):
        for child in (actions, rasa.serving, web):
            if child.process is not None and child.died:
                print(f"{child.name} stopped (exit code {child.process.returncode}); starting it again.", flush=True)
                if child is rasa.serving:
                    before_rasa()
                child.start()
        rasa.step()
