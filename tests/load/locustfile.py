"""Visitors for locust: each asks question after question, without a pause, and begins a new conversation now and then.

Runs in locust's own environment (see __main__.py), so it imports nothing of this project. The questions are the held-out
ones of tests/questions.
"""

from __future__ import annotations

import json
import random
import uuid
from pathlib import Path

from locust import FastHttpUser, task

SETS = sorted((Path(__file__).resolve().parent.parent / "questions").glob("*.jsonl"))
TURNS = 8
"""Questions of a conversation."""


def questions() -> list[tuple[str, str]]:
    """Language and text of every turn of the question sets."""
    found = []
    for path in SETS:
        for line in path.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            for turn in entry.get("turns", []):
                text = turn if isinstance(turn, str) else turn.get("user") or turn.get("text")
                if isinstance(text, str) and 0 < len(text) <= 1000:
                    found.append((entry.get("lang", "nl"), text))
    return found


QUESTIONS = questions()


class Visitor(FastHttpUser):
    def on_start(self) -> None:
        self.random = random.Random(1)
        self.begin()

    def begin(self) -> None:
        self.session, self.asked = uuid.uuid4().hex, 0

    @task
    def ask(self) -> None:
        if self.asked == TURNS:
            self.begin()
        self.asked += 1
        language, text = self.random.choice(QUESTIONS)
        body = {
            "session_id": self.session, "text": text, "language": language if language in ("nl", "en") else "nl",
            "client_message_id": uuid.uuid4().hex,
        }  # fmt: skip
        with self.client.post("/v1/messages", json=body, catch_response=True) as answer:
            if answer.status_code != 200 or answer.json().get("outcome") == "failed":
                answer.failure("no answer")
