"""Says where the last answer came from."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.base import AssistantAction
from actions.facts import compose, queries
from actions.responses import say
from actions.turn import Reply, Turn


class ActionSources(AssistantAction):
    """Names the sources of the last answer with their dates."""

    def name(self) -> str:
        return "action_sources"

    def reply(self, session: Session, turn: Turn) -> Reply:
        rows = list(turn.context.get("statements") or []) or [s.id for s in queries.statements(session)]
        cited = compose.cite(session, rows, turn.language)
        lines = [_line(source, turn.language) for source in cited]
        text = say("source", turn.language, sources="; ".join(lines))
        notes = [str(source["note"]) for source in cited if source["note"]]
        facts = tuple(turn.context.get("statements") or ())
        outcome = "answered" if facts else "smalltalk"
        return Reply(" ".join([text, *notes]), outcome, turn.language, facts=facts, sources=cited if facts else ())


def _line(source: dict[str, str | None], language: str) -> str:
    date = say(f"dated_{source['dated']}", language, as_of=str(source["as_of"]))
    return say("source_line", language, title=str(source["title"]), date=date)
