"""The whole assistant: three real processes on free ports, with databases of their own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.serve import free_port
from tests.conftest import ROOT
from tests.processes.collector import Collector, collecting


@dataclass
class Running:
    """A running assistant. `folder` holds its databases and a copy of the facts that a test may change."""

    base: str
    folder: Path
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    collector: Collector

    def ask(self, text: str, session: str | None = None, language: str | None = None) -> dict[str, Any]:
        body = {"session_id": session or uuid.uuid4().hex, "text": text, "language": language}
        answer = httpx.post(f"{self.base}/v1/messages", json=body, timeout=30, trust_env=False)
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        return reply

    def text(self, text: str, session: str | None = None) -> str:
        return "\n".join(part["text"] for part in self.ask(text, session)["messages"])


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[Running]:
    if not (ROOT / "models" / "assistant.tar.gz").exists():
        pytest.fail("there is no model: `make test` trains it first")
    folder = tmp_path_factory.mktemp("assistant")
    shutil.copytree(ROOT / "data" / "facts", folder / "facts")
    port = free_port()
    environment = {
        **os.environ,
        "PORT": str(port),
        "FACTS_URL": f"sqlite:///{folder}/facts.db",
        "CONVERSATIONS_URL": f"sqlite:///{folder}/conversations.db",
        "REVIEW_URL": f"sqlite:///{folder}/review.db",
        "FACTS_FOLDER": str(folder / "facts"),
        "LOG_FORMAT": "json",
        "LOG_FOLDER": str(folder / "log"),
        "TRACES_URL": collector.url,
    }
    process = subprocess.Popen([sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=environment)
    running = Running(f"http://127.0.0.1:{port}", folder, process, environment, collector)
    try:
        _wait(f"{running.base}/health/ready", process)
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


@pytest.fixture
def conversation(assistant: Running) -> Callable[[str], dict[str, Any]]:
    """Asks in one conversation of its own."""
    session = uuid.uuid4().hex
    return lambda text: assistant.ask(text, session)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, "the assistant stopped while starting"
        try:
            if urllib.request.urlopen(url, timeout=2).status == 200:
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail("the assistant was not ready within two minutes")
