"""`python -m tests.demo_conversations`: plays real questions through a running assistant, so that there is something to
review: conversations of one or more questions with their follow-ups, buttons that are pressed, thumbs and comments.

Environment: BASE, the assistant's address (http://localhost:8080); N, the number of conversations (50); SEED, which
ones (1: the same each time). The questions are those of the sample and the tuning set, which nothing is reported from.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

from bot.settings import ROOT

SETS = ("sample", "tuning")
MOST_QUESTIONS = 3
"""Questions of the sets that one conversation puts together, each with its follow-ups."""
PRESSED, RATED, COMMENTED = 0.4, 0.35, 0.3
"""How often a button is pressed where one is offered, a reply gets a thumb, and a thumb comes with a comment."""
PLEASED = {"answered": 0.85, "smalltalk": 0.8, "handover": 0.6}
"""How often a thumb goes up, by outcome; for the others SELDOM."""
SELDOM = 0.15
COMMENTS = {
    "nl": {
        "up": ["Duidelijk, dank u.", "Precies wat ik zocht."],
        "down": ["Dit was niet mijn vraag.", "Ik mis het bedrag."],
    },
    "en": {
        "up": ["Clear, thank you.", "Just what I needed."],
        "down": ["That was not my question.", "I miss the date."],
    },
}
TRIES, PAUSE = 3, 2.0
"""How often a message is sent while the assistant is away, and the seconds between."""
Say = Callable[[str], None]


class AssistantAway(RuntimeError):
    """There is no assistant at the address, or it did not come back."""


def main(environ: Mapping[str, str]) -> int:
    base = environ.get("BASE", "http://localhost:8080").rstrip("/")
    count = environ.get("N", "50")
    if not (count.isdigit() and int(count)):
        print(f"N={count} must be a number of conversations", file=sys.stderr)
        return 1
    try:
        with httpx.Client(base_url=base, timeout=30, trust_env=False) as client:
            outcomes = play(client, int(count), random.Random(environ.get("SEED", "1")), _progress)
    except AssistantAway as error:
        print(f"\n{base}: {error}. Start the assistant with make run, or give its address as BASE.", file=sys.stderr)
        return 1
    print(
        f"\n{sum(outcomes.values())} turns: " + ", ".join(f"{number} {name}" for name, number in outcomes.most_common())
    )
    return 0


def play(client: httpx.Client, count: int, chance: random.Random, say: Say) -> Counter[str]:
    """Plays conversations; returns how many turns had which outcome. Raises AssistantAway."""
    questions, outcomes = read_questions(), Counter[str]()
    for number in range(1, count + 1):
        asked = [turn for each in chance.sample(questions, chance.randint(1, MOST_QUESTIONS)) for turn in each]
        outcomes.update(converse(client, asked, chance))
        say(f"{number} of {count} conversations, {sum(outcomes.values())} turns")
    return outcomes


def read_questions() -> list[list[str]]:
    """What is typed, question by question with its follow-ups."""
    rows = [
        json.loads(line)
        for name in SETS
        for line in (ROOT / "tests" / "questions" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    return [[turn["user"] for turn in row["turns"]] for row in rows]


def converse(client: httpx.Client, texts: Sequence[str], chance: random.Random) -> list[str]:
    """One conversation in a session of its own; returns the outcomes of its turns."""
    session, outcomes = uuid.uuid4().hex, []
    waiting = list(texts)
    while waiting:
        reply = send(client, "/v1/messages", {"session_id": session, "text": waiting.pop(0)})
        outcomes.append(str(reply["outcome"]))
        buttons = [button for said in reply["messages"] for button in said.get("buttons", [])]
        if buttons and chance.random() < PRESSED:
            waiting.insert(0, chance.choice(buttons)["payload"])
        if chance.random() < RATED:
            rate(client, reply, chance)
    return outcomes


def rate(client: httpx.Client, reply: Mapping[str, Any], chance: random.Random) -> None:
    rating = "up" if chance.random() < PLEASED.get(reply["outcome"], SELDOM) else "down"
    feedback = {"message_id": reply["message_id"], "rating": rating}
    if chance.random() < COMMENTED:
        feedback["comment"] = chance.choice(COMMENTS[reply["language"]][rating])
    send(client, "/v1/feedback", feedback)


def send(client: httpx.Client, path: str, body: Mapping[str, str]) -> Any:
    """What the assistant answers; sent again while it is away. Raises AssistantAway."""
    problem = "no answer"
    for number in range(TRIES):
        if number:
            time.sleep(PAUSE)
        try:
            answer = client.post(path, json=body)
        except httpx.HTTPError as error:
            problem = type(error).__name__
            continue
        if answer.is_success:
            return answer.json() if answer.content else None
        problem = f"status {answer.status_code}"
    raise AssistantAway(problem)


def _progress(line: str) -> None:
    """One line that is written over on a screen, and lines elsewhere."""
    print(f"\r{line}" if sys.stdout.isatty() else line, end="" if sys.stdout.isatty() else "\n", flush=True)


if __name__ == "__main__":
    sys.exit(main(os.environ))
