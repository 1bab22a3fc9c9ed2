"""Goes on in the other language."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from actions.base import AssistantAction, tell
from actions.responses import say
from actions.turn import Reply, Turn

LANGUAGE_NAMES = {
    "en": r"eng\w*|ingl\w*|inglish",
    "nl": r"ned\w*|neder\w*|dutch|duch|holl?and\w*|nl",
}
ASKED = {
    code: re.compile(rf"\b(?:in|naar|to|into)\s+(?:het\s+)?(?:{names})\b") for code, names in LANGUAGE_NAMES.items()
}
NAMED = {code: re.compile(rf"\b(?:{names})\b") for code, names in LANGUAGE_NAMES.items()}
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
    # "In het Nederlands? Mijn moeder leest geen Engels": what is asked for stands behind a preposition.
    for patterns in (ASKED, NAMED):
        if found := [code for code, pattern in patterns.items() if pattern.search(plain)]:
            return found[0]
    return None if OTHER.search(plain) else {"nl": "en", "en": "nl"}[current]
