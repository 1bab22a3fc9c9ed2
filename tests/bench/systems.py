"""What is compared: this assistant, two classic Rasa bots, and two floors."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.serve import free_port
from bot.settings import ROOT
from tests.bench import baseline
from tests.bench.asking import Connection
from tests.bench.processes import Process, environment, timed
from tests.evaluation.assistant import databases

STARTING = 300.0
"""Seconds within which the first answer has to come."""
PAUSE = 0.1
"""Seconds between two attempts to get a first answer."""
FIRST = "Since when is Münster a partner city?"
NAMES = {
    "ours": "this assistant",
    "rasa": "Rasa's default, static answers",
    "action": "Rasa's default, one action",
    "rasa_echo": "Rasa without understanding",
    "fastapi_echo": "FastAPI echo",
}


Plan = tuple[str, Sequence[str], Path, Mapping[str, str]]


@dataclass
class Running:
    """A running system. `body` makes a message of a sender and a text; `answered` says whether a reply is one."""

    name: str
    url: str
    body: Callable[[str, str], dict[str, Any]]
    answered: Callable[[int, Any], bool]
    plans: list[Plan] = field(default_factory=list)
    """The processes to start: name, command, folder, environment."""
    processes: list[Process] = field(default_factory=list)
    first: float = 0.0
    """Seconds from the start of its first process to the first answer."""

    def seconds(self) -> float:
        return sum(each.seconds() for each in self.processes)

    def memory(self) -> dict[str, float]:
        return {role: size for each in self.processes for role, size in each.memory().items()}


@contextmanager
def started(name: str, folder: Path, environ: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Starts a system and waits for its first answer. Raises RuntimeError when it stops or takes too long."""
    folder.mkdir(parents=True, exist_ok=True)
    prepare(name, folder)
    system = _STARTS[name](folder, environ or {})
    began = time.perf_counter()
    try:
        for plan in system.plans:
            system.processes.append(Process(*plan, folder / f"{plan[0].replace(' ', '-')}.log"))
        asyncio.run(first_answer(system, began))
        yield system
    finally:
        for process in reversed(system.processes):
            process.stop()


def prepare(name: str, folder: Path) -> None:
    """Makes what a system needs before it can start: a model. Raises RuntimeError when a baseline is not trained."""
    if name in ("rasa", "action") and not baseline.model(name).exists():
        raise RuntimeError(f"{NAMES[name]} is not trained: run `make bench-rasa` first")
    if name == "rasa_echo" and not (folder / "models" / "echo.tar.gz").exists():
        _write(folder / "config.yml", ECHO)
        _write(
            folder / "domain.yml",
            {"intents": ["greet"], "responses": {"utter_echo": [{"text": "You said something."}]}},
        )
        _write(
            folder / "nlu.yml", {"version": "3.1", "nlu": [{"intent": "greet", "examples": "- hello\n- good day\n"}]}
        )
        rules = [
            {"rule": intent, "steps": [{"intent": intent}, {"action": "utter_echo"}]}
            for intent in ("greet", "nlu_fallback")
        ]
        _write(folder / "rules.yml", {"version": "3.1", "rules": rules})
        _write(folder / "credentials.yml", {"rest": None})
        _write(folder / "endpoints.yml", {})
        command = [
            sys.executable,
            "-m",
            "rasa",
            "train",
            "--data",
            "nlu.yml",
            "rules.yml",
            "--fixed-model-name",
            "echo",
        ]
        timed(command, folder, environment(), folder / "train.log")


ECHO = {
    "recipe": "default.v1", "assistant_id": "echo", "language": "en",
    "pipeline": [{"name": "KeywordIntentClassifier"}, {"name": "FallbackClassifier", "threshold": 0.9}],
    "policies": [{"name": "RulePolicy"}],
}  # fmt: skip
"""Rasa with nothing to understand: one keyword, and for whatever else is said Rasa's fallback, both with one answer."""


async def first_answer(system: Running, began: float | None = None) -> None:
    """Waits for an answer, counted from `began`. Raises RuntimeError when a process stops or it takes too long."""
    began = time.perf_counter() if began is None else began
    connection = Connection(system.url)
    while time.perf_counter() - began < STARTING:
        if stopped := [each for each in system.processes if not each.running]:
            raise RuntimeError(f"{stopped[0].name} stopped while starting: see {stopped[0].log}")
        try:
            if system.answered(*await connection.post(system.body("first-message", FIRST))):
                system.first = time.perf_counter() - began
                connection.close()
                return
        except (OSError, ValueError, asyncio.IncompleteReadError):
            pass
        await asyncio.sleep(PAUSE)
    raise RuntimeError(f"{system.name} gave no answer within {STARTING:.0f} s")


def _ours(folder: Path, environ: Mapping[str, str]) -> Running:
    port = free_port()
    found = environment(**databases(folder), PORT=str(port)) | dict(environ)
    system = Running("ours", f"http://127.0.0.1:{port}/v1/messages", our_body, our_answer)
    system.plans = [("assistant", [sys.executable, "-m", "bot", "serve"], ROOT, found)]
    return system


def our_body(sender: str, text: str) -> dict[str, Any]:
    """A message of the chat API."""
    return {"session_id": sender.replace(".", "-").ljust(8, "-"), "text": text}


def our_answer(status: int, body: Any) -> bool:
    """Whether it is an answer, and no apology."""
    return status == 200 and body["outcome"] != "failed" and bool(body["messages"])


def _rest_body(sender: str, text: str) -> dict[str, Any]:
    return {"sender": sender, "message": text.lstrip("/")}


def _rest_answer(status: int, body: Any) -> bool:
    return status == 200 and isinstance(body, list) and bool(body)


def _rasa(python: str, name: str, folder: Path, model: Path, endpoints: Path) -> Running:
    port = free_port()
    command = [
        python, "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port), "--model", str(model),
        "--endpoints", str(endpoints), "--credentials", str(folder / "credentials.yml"),
    ]  # fmt: skip
    system = Running(name, f"http://127.0.0.1:{port}/webhooks/rest/webhook", _rest_body, _rest_answer)
    system.plans = [("Rasa", command, folder, environment())]
    return system


def _rasa_static(folder: Path, _environ: Mapping[str, str]) -> Running:
    _write(folder / "credentials.yml", {"rest": None})
    _write(folder / "endpoints.yml", {})
    return _rasa(str(baseline.PYTHON), "rasa", folder, baseline.model("rasa"), folder / "endpoints.yml")


def _rasa_action(folder: Path, _environ: Mapping[str, str]) -> Running:
    port = free_port()
    _write(folder / "credentials.yml", {"rest": None})
    _write(folder / "endpoints.yml", {"action_endpoint": {"url": f"http://127.0.0.1:{port}/webhook"}})
    system = _rasa(str(baseline.PYTHON), "action", folder, baseline.model("action"), folder / "endpoints.yml")
    command = [str(baseline.PYTHON), "-m", "rasa_sdk", "--actions", "actions", "-p", str(port)]
    found = environment(FACTS=str(baseline.WORK / "facts.db"), ANSWERS=str(baseline.WORK / "answers.json"))
    system.plans.append(("action server", command, baseline.folder("action"), found))
    return system


def _rasa_echo(folder: Path, _environ: Mapping[str, str]) -> Running:
    return _rasa(sys.executable, "rasa_echo", folder, folder / "models" / "echo.tar.gz", folder / "endpoints.yml")


def _fastapi_echo(folder: Path, _environ: Mapping[str, str]) -> Running:
    port = free_port()
    command = [
        sys.executable, "-m", "uvicorn", "tests.bench.echo_app:app", "--port", str(port), "--no-access-log",
        "--ws", "none",
    ]  # fmt: skip
    system = Running("fastapi_echo", f"http://127.0.0.1:{port}/echo", _rest_body, _rest_answer)
    system.plans = [("FastAPI", command, ROOT, environment())]
    return system


def _write(path: Path, data: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.dump(dict(data), allow_unicode=True, sort_keys=False) if data else "", encoding="utf-8")


_STARTS: dict[str, Callable[[Path, Mapping[str, str]], Running]] = {
    "ours": _ours, "rasa": _rasa_static, "action": _rasa_action, "rasa_echo": _rasa_echo,
    "fastapi_echo": _fastapi_echo,
}  # fmt: skip


def known(names: Sequence[str]) -> list[str]:
    """Those that can be started here: the baselines only once they are trained."""
    return [name for name in names if name not in ("rasa", "action") or baseline.model(name).exists()]
