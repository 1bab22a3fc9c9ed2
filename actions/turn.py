"""One turn of a conversation as the actions see it, and the reply they make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from actions.facts.compose import Answer
from actions.facts.verification import Claims

DEFAULT_LANGUAGE = "nl"


@dataclass(frozen=True)
class Turn:
    """What the understanding found out about the visitor's message, and what the conversation holds."""

    text: str
    language: str
    decision: Mapping[str, Any]
    context: Mapping[str, Any]
    misses: int

    @classmethod
    def read(cls, tracker: Any) -> Turn:
        message = tracker.latest_message or {}
        return cls(
            text=message.get("text") or "",
            language=message.get("language") or tracker.get_slot("language") or DEFAULT_LANGUAGE,
            decision=message.get("decision") or {},
            context=tracker.get_slot("context") or {},
            misses=int(tracker.get_slot("misses") or 0),
        )

    @property
    def statements(self) -> list[str]:
        return list(self.decision.get("statements") or [])

    @property
    def subjects(self) -> list[str]:
        return list(self.decision.get("subjects") or [])

    @property
    def detail(self) -> str | None:
        return self.decision.get("detail")

    @property
    def asks_earlier(self) -> bool:
        """Whether it is asked what was the case before."""
        return bool(self.decision.get("earlier"))

    @property
    def claims(self) -> Claims | None:
        """What a yes/no question takes for true; None for any other question."""
        if "yesno" not in (self.decision.get("asks") or []):
            return None
        values = self.decision.get("claims") or {}
        lists = {name: tuple(values.get(name) or ()) for name in ("years", "months", "numbers", "countries", "cities")}
        return Claims(**lists, negated=bool(values.get("negated")), sure=bool(self.decision.get("sure")))


@dataclass(frozen=True)
class Reply:
    """What is said: `outcome` is one of the chat API's outcomes; buttons are plain questions."""

    text: str
    outcome: str
    language: str
    buttons: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    sources: tuple[dict[str, str | None], ...] = ()
    context: dict[str, Any] | None = field(default=None, compare=False)
    """The new context; None keeps the old one."""

    @classmethod
    def answered(cls, answer: Answer, language: str, context: dict[str, Any]) -> Reply:
        return cls(answer.text, "answered", language, (), answer.facts, answer.sources, context)

    def payload(self) -> dict[str, Any]:
        """The reply as the chat API gives it, without its message id."""
        buttons = [{"title": question, "payload": question} for question in self.buttons[:3]]
        return {
            "language": self.language,
            "outcome": self.outcome,
            "messages": [{"text": self.text, "buttons": buttons}],
            "facts": list(self.facts),
            "sources": [dict(source) for source in self.sources],
        }
