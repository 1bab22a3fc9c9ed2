"""Goes on in the other language."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from actions.base import AssistantAction, tell
from actions.responses import say
from actions.turn import Reply, Turn

ENGLISH = re.compile(r"\b(eng\w*|ingl\w*|inglish)\b")
DUTCH = re.compile(r"\b(ned\w*|neder\w*|dutch|duch|holl?and\w*|nl)\b")
OTHER = re.compile(r"\b(duits|german|deutsch|fran\w*|french|spa\w*|turk\w*|pol\w*|chin\w*|arab\w*|ita\w*|o?e?kra\w*)\b")


class ActionSwitchLanguage(AssistantAction):
    """Repeats the last answer in the language that was asked for."""

    def name(self) -> str:
        return "action_switch_language"

    def reply(self, session: Session, turn: Turn) -> Reply:
        language = asked_language(turn.text, turn.language)
        if language is None:
            return Reply(say("only_two", turn.language), "smalltalk", turn.language)
        if statements := list(turn.context.get("statements") or []):
            return tell(session, turn, statements, language, verify=False)
        return Reply(say("switched", language), "smalltalk", language)


def asked_language(text: str, current: str) -> str | None:
    """The language a message asks for, or None for one that the assistant does not speak."""
    plain = text.lower()
    if ENGLISH.search(plain):
        return "en"
    if DUTCH.search(plain):
        return "nl"
    return None if OTHER.search(plain) else {"nl": "en", "en": "nl"}[current]
