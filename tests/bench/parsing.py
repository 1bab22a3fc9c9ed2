"""Understands questions with a model, in the project of the folder it runs in: parsing.py MODEL QUESTIONS.json.

Prints the milliseconds of each as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path


async def main(model: str, asked: str) -> None:
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    texts = json.loads(Path(asked).read_text(encoding="utf-8"))
    times = []
    for text in [texts[0], *texts]:
        began = time.perf_counter()
        await agent.parse_message(text.lstrip("/"))
        times.append((time.perf_counter() - began) * 1000)
    print(json.dumps(times[1:]))  # the first one loads what is loaded when it is needed


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
