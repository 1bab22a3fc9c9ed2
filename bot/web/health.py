"""Whether the assistant is ready: every part that it needs is looked at, all of them together, and named."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import aiohttp
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from actions.facts import queries
from actions.facts.database import connect
from bot.review.database import Database
from bot.settings import Settings
from bot.web.rasa_client import RasaClient, RasaState
from bot.web.rasa_ring import RasaRing

State = Literal["ok", "failed", "unknown"]

PATIENCE = 2.0
"""Seconds a part gets to answer."""
KEPT = 0.5
"""Seconds for which an answer is given again: whoever asks more often costs nothing."""
RETRY = {"Retry-After": "5"}
"""Seconds after which a part that was away may be back."""


@dataclass(frozen=True)
class Health:
    """Each part by name. `ready`: whether messages can be answered."""

    parts: dict[str, State]
    ready: bool

    def body(self) -> dict[str, object]:
        return {"status": "ok" if self.ready else "away", "parts": self.parts}


class Readiness:
    """Looks at Rasa, its model, the action server and the databases.

    Of several Rasa processes one is enough. The review store does not decide: visitors are answered without it
    (bot/web/chat.py). The action server is looked at when the settings say where it is: those that `serve` hands
    over do, and ACTIONS_URL of a web process that runs apart.
    """

    def __init__(self, settings: Settings, rasa: RasaClient | RasaRing, review: Database) -> None:
        self._rasa, self._actions, self._review = rasa, actions_url(settings), review
        self._facts, self._conversations = connect(settings.facts_url), connect(settings.conversations_url)
        # Threads of their own: a database that hangs must not hold those that answer messages.
        self._threads = ThreadPoolExecutor(3, "health")
        self._looking: dict[str, asyncio.Future[None]] = {}
        self._last: tuple[float, Health] | None = None

    async def look(self) -> Health:
        """The state of all parts now, or half a second ago."""
        if self._last is None or time.monotonic() - self._last[0] > KEPT:
            self._last = time.monotonic(), await self._look()
        return self._last[1]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _look(self) -> Health:
        checks: dict[str, Awaitable[State]] = {
            "conversations": self._database("conversations", lambda: _answers(self._conversations)),
            "facts": self._database("facts", lambda: _has_facts(self._facts)),
            "review": self._database("review", lambda: _answers(self._review.engine)),
        }
        if self._actions:
            checks = {"actions": self._action_server(), **checks}
        rasa, others = await asyncio.gather(self._rasa.states(), asyncio.gather(*checks.values()))
        return health_of(rasa, dict(zip(checks, others, strict=True)))

    async def _action_server(self) -> State:
        limit = aiohttp.ClientTimeout(total=PATIENCE)
        try:
            async with aiohttp.ClientSession(timeout=limit) as client, client.get(f"{self._actions}/health") as answer:
                return "ok" if answer.status == 200 else "failed"
        except (aiohttp.ClientError, OSError):
            return "failed"

    async def _database(self, name: str, look: Callable[[], None]) -> State:
        """A look that has not ended by the next time is not begun again: it holds its thread."""
        running = self._looking.get(name)
        if running is None or running.done():
            running = self._looking[name] = asyncio.get_running_loop().run_in_executor(self._threads, look)
            running.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            await asyncio.wait_for(asyncio.shield(running), PATIENCE)
        except Exception:  # whatever it is: the part cannot be used
            return "failed"
        return "ok"


def actions_url(settings: Settings) -> str:
    """Where the action server is; empty when the settings do not say it."""
    if settings.actions_url or settings.rasa_urls or not settings.actions_port:
        return settings.actions_url
    return f"http://127.0.0.1:{settings.actions_port}"


def health_of(rasa: list[RasaState], others: dict[str, State]) -> Health:
    """What the states of all parts come to."""
    names = ["rasa"] if len(rasa) == 1 else [f"rasa-{number}" for number in range(1, len(rasa) + 1)]
    parts: dict[str, State] = {
        name: "failed" if state == "away" else "ok" for name, state in zip(names, rasa, strict=True)
    }
    parts["model"] = "ok" if "ok" in rasa else "failed" if "no model" in rasa else "unknown"
    deciding = [parts["model"], *(state for name, state in others.items() if name != "review")]
    return Health(parts | others, all(state == "ok" for state in deciding))


def _answers(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def _has_facts(engine: Engine) -> None:
    with Session(engine) as session:
        if queries.version(session) is None:
            raise LookupError("no facts are loaded")
