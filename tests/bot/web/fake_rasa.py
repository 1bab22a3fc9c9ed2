"""A stand-in for Rasa."""

from __future__ import annotations

from typing import Any

from bot.web.rasa_client import RasaAway, RasaClient, RasaState

REPLY: dict[str, Any] = {
    "language": "nl",
    "outcome": "answered",
    "messages": [{"text": "Münster is sinds 2021 een partnerstad.", "buttons": []}],
    "facts": ["munster.since"],
    "sources": [{"id": "page", "title": "Pagina", "url": None, "as_of": "2026-11", "dated": "checked", "note": None}],
}


class FakeRasa(RasaClient):
    """Answers always the same, or is away; remembers what it was asked and what it should forget."""

    def __init__(self) -> None:
        self.away = False
        self.asked: list[str] = []
        self.forgotten: list[str] = []

    async def ask(self, sender: str, text: str, language: str | None, message_id: str) -> dict[str, Any]:
        if self.away:
            raise RasaAway("away")
        self.asked.append(text)
        return REPLY

    async def forget(self, sender: str) -> None:
        if self.away:
            raise RasaAway("away")
        self.forgotten.append(sender)

    async def state(self) -> RasaState:
        return "away" if self.away else "ok"

    async def close(self) -> None:
        pass
