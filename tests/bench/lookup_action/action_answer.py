"""Looks the answer up in the facts database, as an action of rasa-sdk mostly does."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from rasa_sdk import Action
from sqlalchemy import create_engine, text

TEXTS = text("SELECT text_nl, text_en FROM statements WHERE id = :id AND computed IS NULL")
SOURCES = text(
    "SELECT DISTINCT s.title_nl, s.as_of FROM sources s JOIN citations c ON c.source = s.id WHERE c.row = :id"
)


class ActionAnswer(Action):
    """Answers with the statement that the intent names (since__munster), and its sources; else with a fixed text."""

    def __init__(self) -> None:
        self._engine: Any = None
        self._fixed: dict[str, str] = {}

    def name(self) -> str:
        return "action_answer"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        if self._engine is None:
            self._engine = create_engine(f"sqlite:///{os.environ['FACTS']}")
            self._fixed = json.loads(Path(os.environ["ANSWERS"]).read_text(encoding="utf-8"))
        intent = (tracker.latest_message.get("intent") or {}).get("name") or "nlu_fallback"
        aspect, _, subject = intent.partition("__")
        statement = f"{subject}.{aspect}"
        with self._engine.connect() as connection:
            found = connection.execute(TEXTS, {"id": statement}).first()
            sources = connection.execute(SOURCES, {"id": statement}).fetchall() if found else []
        if found is None:
            dispatcher.utter_message(text=self._fixed.get(intent, self._fixed["nlu_fallback"]))
        else:
            cited = "; ".join(f"{title} ({as_of})" for title, as_of in sources)
            dispatcher.utter_message(text=f"{found[0]}\n\n{found[1]}\n\n{cited}")
        return []
