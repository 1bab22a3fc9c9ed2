"""What each change inside Rasa brings: the assistant with all of them, and with one of them undone."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from threadpoolctl import threadpool_limits

from bot.roles import prepared
from bot.serve import free_port, write_endpoints
from bot.settings import ROOT, Settings
from bot.training import model_path, prepare_facts
from tests.bench.options import Options, questions
from tests.bench.processes import Process, environment
from tests.evaluation.assistant import databases

TURNS = 50
"""Messages of a conversation: more than a session has."""


def changes(options: Options) -> dict[str, Any]:
    """Milliseconds of the processor for a message, in Rasa and the action server together, in alternating rounds."""
    folder = options.work / "changes"
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    settings = Settings.from_env({**databases(folder), "ACTIONS_PORT": str(port), "PORT": str(free_port())})
    prepare_facts(settings)
    command, found = prepared("actions", settings)
    with ExitStack() as stack:
        actions = Process("actions", command, ROOT, environment() | dict(found), folder / "actions.log")
        stack.callback(actions.stop)
        # Rasa runs here, with one thread of linear algebra as `serve` has it.
        os.environ.update(found)
        with threadpool_limits(1):
            rounds = asyncio.run(_rounds(settings, actions, options.rounds))
    return {"turns": TURNS, "rounds": rounds}


async def _rounds(settings: Settings, actions: Process, number: int) -> list[dict[str, float]]:
    from rasa.core.agent import load_agent
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.log_utils import configure_structlog

    from bot import rasa_tuning

    configure_structlog(logging.WARNING)  # else all events are printed
    logging.getLogger().setLevel(logging.WARNING)
    all_changes = rasa_tuning.changes()
    before = {name: owner.__dict__[attribute] for name, (owner, attribute, _) in all_changes.items()}
    rasa_tuning.install()
    endpoints = AvailableEndpoints.read_endpoints(str(write_endpoints(settings)))
    agent = await load_agent(str(model_path(settings)), endpoints=endpoints)
    asked = questions(TURNS)
    await _talk(agent, "warming", asked)
    rounds = []
    for turn in range(number):
        took = {}
        for name in (None, *all_changes):
            with _undone(all_changes, before, name):
                began = _processor(actions)
                await _talk(agent, f"{turn}-{name}", asked)
                took[name or "all"] = round(1000 * (_processor(actions) - began) / len(asked), 2)
        rounds.append(took)
    return rounds


@contextmanager
def _undone(changed: dict[str, tuple[type, str, Any]], before: dict[str, Any], name: str | None) -> Iterator[None]:
    """Rasa with one of the changes undone."""
    if name is None:
        yield
        return
    owner, attribute, ours = changed[name]
    setattr(owner, attribute, before[name])
    try:
        yield
    finally:
        setattr(owner, attribute, ours)


async def _talk(agent: Any, sender: str, asked: Sequence[str]) -> None:
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

    deadline = time.monotonic() + 60
    for question in asked:
        heard: list[dict[str, Any]] = []
        while not heard:
            collector = CollectingOutputChannel()
            await agent.handle_message(UserMessage(question, collector, sender, input_channel="assistant"))
            heard = collector.messages
            if not heard and time.monotonic() > deadline:
                raise RuntimeError("the action server does not answer")


def _processor(actions: Process) -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime + actions.seconds()
