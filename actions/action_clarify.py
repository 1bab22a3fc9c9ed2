"""Asks back."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.base import AssistantAction, missed, question
from actions.facts import queries
from actions.responses import say
from actions.turn import Reply, Turn


class ActionClarify(AssistantAction):
    """Offers at most three questions that may have been meant, or asks to say it in another way."""

    def name(self) -> str:
        return "action_clarify"

    def reply(self, session: Session, turn: Turn) -> Reply:
        found = [queries.statement(session, each) for each in list(turn.decision.get("candidates") or [])[:3]]
        known = [statement for statement in found if statement is not None]
        if turn.decision.get("reason") == "no such item":
            return Reply(say("no_such_item", turn.language), "clarify", turn.language)
        if not known:
            return Reply(missed(say("rephrase", turn.language), turn), "clarify", turn.language)
        context = {**turn.context, "offered": [statement.id for statement in known]}
        buttons = tuple(question(statement, turn.language) for statement in known)
        text = "\n".join([say("clarify", turn.language), *(f"{n}. {title}" for n, title in enumerate(buttons, 1))])
        return Reply(missed(text, turn), "clarify", turn.language, buttons, context=context)
