"""From a wrong answer to a right one, through the real processes: verdict, proposals, patch, candidate, new model.

The project is a small copy of this one, so that its model is trained in seconds.
"""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from bot.serve import free_port
from tests.processes import small_project
from tests.processes.conftest import _wait

pytestmark = pytest.mark.processes

QUESTION = "hoe kom ik aan een plattegrond met Münster erop"
"""The small model takes it for a question to another desk."""
RIGHT = "munster.location"
PASSWORD = "correct horse battery staple"


@dataclass
class Project:
    """The small project with its assistant, and its staff pages with an editor who is logged in."""

    folder: Path
    environment: dict[str, str]
    base: str
    process: subprocess.Popen[bytes]
    staff: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=30))

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        """What a command of ours says; it must end well."""
        command = [sys.executable, "-m", "bot", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, input=stdin, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def ask(self, text: str, session: str | None = None) -> httpx.Response:
        body = {"session_id": session or uuid.uuid4().hex, "text": text}
        return httpx.post(f"{self.base}/v1/messages", json=body, timeout=30, trust_env=False)

    def log_in(self) -> None:
        self.run("review", "add-user", "editor", "--role", "editor", "--password-stdin", stdin=f"{PASSWORD}\n")
        answer = self.submit("login", page="login", name="editor", password=PASSWORD)
        assert answer.status_code == 303

    def submit(self, path: str, page: str, **data: str) -> httpx.Response:
        """Sends a form with the token that stands on a page."""
        html = self.staff.get(f"{self.base}/review/{page}", headers={"accept": "text/html"}).text
        found = re.search(r'name="csrf" value="([^"]+)"', html)
        assert found is not None, html
        return self.staff.post(f"{self.base}/review/{path}", data={"csrf": found.group(1), **data})

    def rasa(self) -> list[psutil.Process]:
        """The Rasa processes that run."""
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if "--credentials" in words(child)]


def words(process: psutil.Process) -> list[str]:
    """What a process was started with; nothing for one that has just ended."""
    try:
        found: list[str] = process.cmdline()
    except (psutil.ZombieProcess, psutil.NoSuchProcess):
        return []
    return found


class Trickle:
    """Visitors who ask one thing after another, until told to stop. `replies` are theirs, in order."""

    def __init__(self, project: Project) -> None:
        self._project, self._stop = project, threading.Event()
        self.sent: list[str] = []
        self.replies: list[tuple[int, dict[str, Any]]] = []
        self._threads = [threading.Thread(target=self._visit) for _ in range(2)]

    def __enter__(self) -> Trickle:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _visit(self) -> None:
        session, number = uuid.uuid4().hex, 0
        while not self._stop.wait(0.5):
            text = ("Sinds wanneer is Münster een partnerstad?", "en Dalian?")[number % 2]
            self.sent.append(session)
            answer = self._project.ask(text, session)
            self.replies.append((answer.status_code, answer.json()))
            number += 1


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = small_project.make(tmp_path_factory.mktemp("learning") / "project")
    port = free_port()
    environment = small_project.environment(folder) | {"PORT": str(port)}
    subprocess.run([sys.executable, "-m", "bot", "train"], cwd=folder, env=environment, check=True)
    process = subprocess.Popen([sys.executable, "-m", "bot", "serve"], cwd=folder, env=environment)
    made = Project(folder, environment, f"http://127.0.0.1:{port}", process)
    try:
        _wait(f"{made.base}/health/ready", process)
        yield made
    finally:
        made.staff.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(40) == 0


def test_a_verdict_makes_the_assistant_better_while_it_goes_on_answering(project: Project) -> None:
    reply = project.ask(QUESTION, session := uuid.uuid4().hex).json()
    assert RIGHT not in reply["facts"]
    project.log_in()
    judge(project, session, reply["message_id"])
    confirm_all(project)
    patch = project.folder / "out.patch"
    assert "1 example, 1 question" in project.run("review", "export", "--output", str(patch), "--apply")
    assert f"    - {QUESTION}\n" in (project.folder / "data/nlu/nl/reviewed.yml").read_text(encoding="utf-8")
    before = project.rasa()
    with Trickle(project) as trickle:
        said = project.run("train", "--candidate", "--activate")
        assert "| reviewed: all | 0 | 1 | 1 | +100.0 points |" in said
        wait_until_replaced(project, before)
        count = len(trickle.replies)
        wait_for(lambda: len(trickle.replies) > count + 4)
    assert {status for status, _ in trickle.replies} == {200}
    assert {reply["outcome"] for _, reply in trickle.replies} == {"answered"}
    assert len(trickle.replies) == len(trickle.sent) == stored(project, trickle.sent)
    assert project.ask(QUESTION).json()["facts"] == [RIGHT]
    assert "The model is up to date." in project.run("train")
    assert [line.split()[0] for line in project.run("model", "list").splitlines()] == ["active", "earlier"]


def test_a_broken_model_does_not_stop_the_assistant(project: Project) -> None:
    before = project.rasa()
    archive = project.folder / "models" / "assistant.tar.gz"
    broken = archive.with_suffix(".broken")
    broken.write_bytes(archive.read_bytes()[:1000])
    broken.replace(archive)
    wait_for(lambda: len(project.rasa()) == 2)
    wait_for(lambda: len(project.rasa()) == 1)
    assert project.rasa() == before
    assert project.ask(QUESTION).json()["facts"] == [RIGHT]


def judge(project: Project, session: str, message: str) -> None:
    """Gives the turn a verdict, as soon as it is on the staff pages."""
    page = f"conversations/{session}"
    wait_for(lambda: project.staff.get(f"{project.base}/review/{page}").status_code == 200)
    answer = project.submit(f"{page}/verdict", page, turn=message, verdict="right_answer", chosen=RIGHT)
    assert answer.status_code == 303, answer.text


def confirm_all(project: Project) -> None:
    store = sqlite3.connect(project.folder / "var" / "review.db")
    for id, kind, payload in store.execute("SELECT id, kind, payload FROM proposals").fetchall():
        label = json.loads(payload).get("label") or ""
        form = {"act": "confirm", "vouched": "yes", "text": QUESTION, "label": label}
        answer = project.submit(f"proposals/{id}", "proposals", **form)
        assert answer.status_code == 303, (kind, answer.text)
    store.close()


def wait_until_replaced(project: Project, before: list[psutil.Process]) -> None:
    """Until another Rasa answers, and the one before has stopped."""
    wait_for(lambda: (now := project.rasa()) != before and len(now) == 1)


def stored(project: Project, sessions: list[str]) -> int:
    """The visitors' messages in Rasa's store."""
    store = sqlite3.connect(project.folder / "var" / "conversations.db")
    places = ", ".join("?" for _ in set(sessions))
    query = f"SELECT count(*) FROM events WHERE type_name = 'user' AND sender_id IN ({places})"
    count = int(store.execute(query, list(set(sessions))).fetchone()[0])
    store.close()
    return count


def wait_for(condition: Any, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.3)
