"""Trains a Rasa project and asks it questions, in an environment with TensorFlow of its own.

Run by `tests.evaluation.rasa_baseline` as a script, with the folder of a project: it must not import this project,
whose environment has another Python. Reads questions.jsonl; writes answers.jsonl and training.json. A project with a
training.json has been trained: it is only asked.
"""

from __future__ import annotations

import asyncio
import json
import logging
import platform
import sys
import time
from pathlib import Path
from typing import Any

MODEL = "baseline"
FALLBACK = "nlu_fallback"


def main(folder: Path) -> None:
    import rasa
    import tensorflow
    from rasa.model_training import train, train_nlu
    from rasa.utils.log_utils import configure_structlog

    # Rasa's own commands set this; without it every rule that is tried is logged.
    configure_structlog(logging.WARNING)
    archive = folder / "models" / f"{MODEL}.tar.gz"
    dialogue = (folder / "domain.yml").exists()
    if (folder / "training.json").exists():
        asyncio.run(answer(folder, archive, dialogue))
        return
    started = time.perf_counter()
    config, data, out = str(folder / "config.yml"), str(folder / "data"), str(folder / "models")
    if dialogue:
        train(str(folder / "domain.yml"), config, data, out, force_training=True, fixed_model_name=MODEL)
    else:
        train_nlu(config, data, out, fixed_model_name=MODEL)
    seconds = time.perf_counter() - started
    figures = {
        "versions": {
            "rasa": rasa.__version__,
            "tensorflow": tensorflow.__version__,
            "python": platform.python_version(),
        },
        "training_seconds": round(seconds, 1),
        "model_megabytes": round(archive.stat().st_size / 1e6, 1),
    }
    (folder / "training.json").write_text(json.dumps(figures), encoding="utf-8")
    asyncio.run(answer(folder, archive, dialogue))


async def answer(folder: Path, archive: Path, dialogue: bool) -> None:
    """Asks each question in a conversation of its own; without a dialogue it is only parsed."""
    from rasa.core.agent import Agent

    agent = Agent.load(str(archive))
    rows = [json.loads(line) for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    with (folder / "answers.jsonl").open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(await _ask(agent, row, dialogue), ensure_ascii=False) + "\n")


async def _ask(agent: Any, row: dict[str, str], dialogue: bool) -> dict[str, Any]:
    # Rasa takes a leading slash as an intent's name.
    text = row["text"].lstrip("/")
    started = time.perf_counter()
    parsed = await agent.parse_message(text)
    milliseconds = (time.perf_counter() - started) * 1e3
    replies = await agent.handle_text(text, sender_id=row["id"]) if dialogue else []
    return {
        "id": row["id"],
        "intent": parsed["intent"]["name"],
        "likeliest": next(each["name"] for each in parsed["intent_ranking"] if each["name"] != FALLBACK),
        "confidence": parsed["intent"]["confidence"],
        "milliseconds": milliseconds,
        "reply": "\n".join(reply.get("text", "") for reply in replies or []),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
