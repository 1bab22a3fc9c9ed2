"""What all actions share: reading the turn, the facts database, time-outs, and the shape of the reply."""

from __future__ import annotations

import asyncio
import logging
import os
from abc import ABC, abstractmethod
from dataclasses import replace
from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from actions import answers
from actions.facts import compose, queries
from actions.facts.compose import Answer
from actions.facts.database import connect, reading
from actions.facts.earlier import earlier
from actions.responses import say
from actions.turn import Reply, Turn

TIMEOUT = 8.0
"""Seconds an action may take before it apologises."""
MISSES = frozenset({"clarify", "not_in_sources", "out_of_scope"})

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The one engine of this process. Its database is FACTS_URL."""
    return connect(os.environ.get("FACTS_URL", "sqlite:///var/facts.db"))


class AssistantAction(Action, ABC):
    """An action whose `reply` is a plain function of the turn and the facts.

    An action that fails would be silent: Rasa drops its events and goes on. So every failure ends here, as an apology.
    """

    @abstractmethod
    def name(self) -> str:
        """The action's name in domain.yml."""

    @abstractmethod
    def reply(self, session: Session, turn: Turn) -> Reply:
        """What to say. Runs in a thread; may raise NoSuchFact."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = Turn.read(tracker)
        limit = float(os.environ.get("ACTION_TIMEOUT", TIMEOUT))
        try:
            reply = await asyncio.wait_for(asyncio.to_thread(self._reply, turn), limit)
        except Exception as error:
            logger.error("%s failed: %s", self.name(), type(error).__name__)
            reply = Reply(say("failed", turn.language), "failed", turn.language)
        dispatcher.utter_message(text=reply.text, json_message=reply.payload())
        misses = turn.misses + 1 if reply.outcome in MISSES else 0
        events = [SlotSet("language", reply.language), SlotSet("misses", misses)]
        return events if reply.context is None else [*events, SlotSet("context", remember(turn, reply.context))]

    def _reply(self, turn: Turn) -> Reply:
        with reading(engine()) as session:
            try:
                return self.reply(session, turn)
            except compose.NoSuchFact:
                return not_in_sources(session, turn)


class FactsAction(AssistantAction):
    """Tells the statements that the understanding chose."""

    def reply(self, session: Session, turn: Turn) -> Reply:
        return tell_earlier(session, turn) if turn.asks_earlier else tell(session, turn, turn.statements, turn.language)


def remember(turn: Turn, context: dict[str, Any]) -> dict[str, Any]:
    """What a reply leaves behind, with the question as it reads by itself: "and of Dalian?" is asked of that one."""
    return {**context, "question": turn.decision.get("question") or turn.text}


def tell(session: Session, turn: Turn, statements: list[str], language: str, verify: bool = True) -> Reply:
    """The answer made of statements, and the context that it leaves behind."""
    answer = answers.answer(session, statements, language, turn.claims if verify else None)
    return _answered(turn, answer, language)


def tell_earlier(session: Session, turn: Turn) -> Reply:
    """What the statements were before; where that is not known, what they are, and that nothing else is known."""
    try:
        return _answered(turn, earlier(session, turn.statements, turn.language), turn.language)
    except compose.NoSuchFact:
        reply = tell(session, turn, turn.statements, turn.language)
    if turn.decision.get("reason") != "earlier":
        return reply  # "what was it before?" may ask for a fact on the past
    return replace(reply, text=say("no_earlier", turn.language, text=reply.text))


def _answered(turn: Turn, answer: Answer, language: str) -> Reply:
    told = [statement.id for statement in answer.statements]
    first = answer.statements[0]
    subjects = list(dict.fromkeys(each.partition(".")[0] for each in told))
    if subjects == ["contact"]:
        # Whom to ask is no new subject: "and since when?" is asked of what came before.
        subjects = list(turn.context.get("subjects") or subjects)
    context = {
        "subjects": subjects,
        "statements": told,
        "aspect": first.aspect,
        # "The third one" may still be asked when the first two have been told about.
        "listed": list(answer.listed) or list(turn.context.get("listed") or []),
        "told": [*list(turn.context.get("told") or []), *told][-20:],
    }
    return Reply.answered(answer, language, context)


def not_in_sources(session: Session, turn: Turn) -> Reply:
    """Says that the facts do not hold what was asked, and of what aspect and subject; offers what they do hold."""
    subjects = turn.subjects or list(turn.context.get("subjects") or [])
    row = queries.subject(session, subjects[0]) if turn.subjects else None
    about = ""
    if row is not None and row.kind not in ("theme", "group", "contact"):
        about = say("about", turn.language, subject=row.name_nl if turn.language == "nl" else row.name_en)
    labels = _labels(turn.language)
    if turn.detail in labels:
        text = say("not_in_sources_asked", turn.language, what=labels[turn.detail], about=about)
    else:
        text = say("not_in_sources", turn.language, about=about)
    offers = _questions(session, subjects[:1], turn.language) if row is not None else ()
    context = {**turn.context, "subjects": subjects[:2], "statements": [], "unknown": turn.detail, "aspect": None}
    return Reply(missed(text, turn), "not_in_sources", turn.language, offers, context=context)


def missed(text: str, turn: Turn) -> str:
    """The text of a miss; from the second in a row on, a person is offered."""
    return f"{text} {say('twice_missed', turn.language)}" if turn.misses >= 1 else text


def question(statement: Any, language: str) -> str:
    return str(statement.question_nl if language == "nl" else statement.question_en)


def _questions(session: Session, subjects: list[str], language: str) -> tuple[str, ...]:
    return tuple(question(s, language) for slug in subjects for s in queries.statements(session, slug)[:2])


def _labels(language: str) -> dict[str | None, str]:
    from actions.responses import texts

    return dict(texts(language)["unknown"])
