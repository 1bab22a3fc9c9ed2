"""Visitors who ask one thing after another, and send a message again as the page does until it is answered."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

OPENING = {
    "nl": ("Sinds wanneer is Münster een partnerstad?", "munster.since"),
    "en": ("Since when is Münster a partner city?", "munster.since"),
}
FOLLOW_UPS = {
    "nl": (("en Dalian?", "dalian.since"), ("en Palo Alto?", "palo_alto.since"), ("en Münster?", "munster.since")),
    "en": (("and Dalian?", "dalian.since"), ("and Palo Alto?", "palo_alto.since"), ("and Münster?", "munster.since")),
}
"""What these ask is only known to who remembers the question before."""
PAUSE = 0.15
"""Seconds between an answer and the next question."""
PATIENCE = 30.0
"""Seconds that a visitor waits for an answer."""
UNREACHED = 1.0
"""Seconds after which a message is sent again for which there was no connection."""
ENOUGH = 180.0
"""Seconds after which a visitor gives up on a message."""


@dataclass
class Sent:
    """A message. Times in seconds of the monotonic clock; `answered_at` is None as long as nobody answered."""

    session: str
    id: str
    expected: str
    language: str
    first_at: float
    attempts: int = 0
    errors: list[float] = field(default_factory=list)
    """When it was answered with an error: 503 as problem+json, or the connection broke."""
    broken: int = 0
    """Attempts that got neither an answer nor a whole error."""
    malformed: list[str] = field(default_factory=list)
    answered_at: float | None = None
    outcome: str = ""
    facts: list[str] = field(default_factory=list)
    said_in: str = ""

    @property
    def acknowledged(self) -> bool:
        """Whether it was answered with something else than "our fault"."""
        return self.answered_at is not None and self.outcome != "failed"


class Visitors:
    """So many conversations at once, half of them in each language, over the web processes in turn.

    A visitor keeps to one web process, as the proxy sees to (docs/scaling.md). Used as a context manager.
    """

    def __init__(self, bases: Sequence[str], conversations: int) -> None:
        self._bases = list(bases)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.sent: list[Sent] = []
        self._threads = [threading.Thread(target=self._visit, args=(number,)) for number in range(conversations)]

    def __enter__(self) -> Visitors:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @property
    def acknowledged(self) -> int:
        return sum(message.acknowledged for message in list(self.sent))

    def _visit(self, number: int) -> None:
        language = ("nl", "en")[number % 2]
        base = self._bases[number // 2 % len(self._bases)]
        session = uuid.uuid4().hex
        with httpx.Client(base_url=base, timeout=PATIENCE, trust_env=False) as client:
            # What was never answered leaves nothing to remember.
            while not self._say(client, session, language, *OPENING[language]).acknowledged:
                time.sleep(PAUSE)
                if self._stop.is_set():
                    return
            turn = 0
            # One more after the end: it asks for what it told before and through the fault.
            while not self._stop.wait(PAUSE):
                self._say(client, session, language, *FOLLOW_UPS[language][turn % 3])
                turn += 1
            self._say(client, session, language, *FOLLOW_UPS[language][turn % 3])

    def _say(self, client: httpx.Client, session: str, language: str, text: str, expected: str) -> Sent:
        message = Sent(session, uuid.uuid4().hex, expected, language, time.monotonic())
        with self._lock:
            self.sent.append(message)
        # Without the page's language: which one it speaks, the assistant has to remember.
        body = {"session_id": session, "text": text, "client_message_id": message.id}
        while time.monotonic() - message.first_at < ENOUGH:
            message.attempts += 1
            wait = self._attempt(client, body, message)
            if wait is None:
                break
            time.sleep(wait)
        return message

    @staticmethod
    def _attempt(client: httpx.Client, body: dict[str, str], message: Sent) -> float | None:
        """Sends it once. Seconds until it is sent again; None when it was answered."""
        try:
            answer = client.post("/v1/messages", json=body)
        except httpx.HTTPError:
            message.broken += 1
            message.errors.append(time.monotonic())
            return UNREACHED
        now = time.monotonic()
        if answer.status_code == 200:
            reply = answer.json()
            message.outcome, message.facts, message.said_in = reply["outcome"], reply["facts"], reply["language"]
            message.answered_at = now
            return None
        message.errors.append(now)
        wait = answer.headers.get("Retry-After", "")
        if answer.status_code != 503 or not wait.isdigit() or "problem+json" not in answer.headers["content-type"]:
            message.malformed.append(f"{answer.status_code} {answer.headers.get('content-type')} {wait}")
        return float(wait) if wait.isdigit() else UNREACHED
