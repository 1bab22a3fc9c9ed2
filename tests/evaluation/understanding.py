"""The trained model in this process: what it makes of a message, with the confidence that the chat API does not tell."""

from __future__ import annotations

import asyncio
import logging
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.encoder import shared_encoder
from bot.ranking import Ranker


@dataclass(frozen=True)
class Understood:
    """What the model made of one message by itself."""

    label: str
    """The label that the ranker finds likeliest."""
    subjects: frozenset[str]
    confidence: float
    """The decision's confidence: how likely the facts hold what was asked."""
    statements: tuple[str, ...]
    """Statements it would tell; none when it declines, asks back or talks."""


def understand(archive: Path, texts: Sequence[str], folder: Path) -> list[Understood]:
    """Parses each text with the model's own graph, as the first message of a conversation.

    `folder` takes the unpacked ranker. The facts are those of the environment variable FACTS_URL.
    """
    labels = likeliest(load_ranker(archive, folder), texts)
    parsed = asyncio.run(_parse(archive, texts))
    return [_understood(label, message) for label, message in zip(labels, parsed, strict=True)]


def load_ranker(archive: Path, folder: Path) -> Ranker:
    """The ranker out of a model archive. Raises FileNotFoundError when there is none in it."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    found = sorted(folder.rglob("ranker.npz"))
    if not found:
        raise FileNotFoundError(f"{archive.name} holds no ranker.npz: train the model with `make train`")
    return Ranker.load(found[-1].parent)


def likeliest(ranker: Ranker, texts: Sequence[str]) -> list[str]:
    """The likeliest label of each text."""
    scores = ranker.rank(texts, shared_encoder().encode(texts))
    return [ranker.classes[number] for number in scores.argmax(axis=1)]


async def _parse(archive: Path, texts: Iterable[str]) -> list[dict[str, Any]]:
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    # Rasa's own commands set this; without it every text that is parsed is logged.
    configure_structlog(logging.WARNING)
    agent = Agent.load(str(archive))
    # A leading slash would be read as an intent's name; the web process keeps such messages from Rasa as well.
    return [await agent.parse_message(text.lstrip("/")) for text in texts]


def _understood(label: str, parsed: dict[str, Any]) -> Understood:
    decision = parsed["decision"]
    return Understood(
        label=label,
        subjects=frozenset(entity["value"] for entity in parsed["entities"] if entity["entity"] == "subject"),
        confidence=float(decision["confidence"]),
        statements=tuple(decision["statements"]),
    )
