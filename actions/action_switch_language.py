"""Goes on in the other language."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from actions.base import AssistantAction, tell
from actions.responses import say
from actions.turn import Reply, Turn

OTHER_ONE = {"nl": "en", "en": "nl"}
LANGUAGE_NAMES = {
    "en": r"eng\w*|ingl\w*|inglish",
    "nl": r"ned\w*|neder\w*|dutch|duch|holl?and\w*|nl",
}
ASKED = {
    code: re.compile(rf"\b(?:in|naar|to|into)\s+(?:het\s+)?(?:{names})\b") for code, names in LANGUAGE_NAMES.items()
}
NAMED = {code: re.compile(rf"\b(?:{names})\b") for code, names in LANGUAGE_NAMES.items()}
_ANY = "|".join(LANGUAGE_NAMES.values())
NOT_KNOWN = re.compile(
    rf"\b(?:no|geen|hardly|nauwelijks)\s+(?:{_ANY})\b|"
    r"(?:\bnot|n't|\bdont|\bcant|\bcannot)\s+(?:\w+\s+){0,2}?(?:speak|understand|read|know|follow|good)\b"
    rf"(?:\s+\w+){{0,2}}?\s+(?:{_ANY})\b|"
    rf"\b(?:{_ANY})\s+(?:is|isn't|isnt|was)\b[^.,;:?!]*\b(?:not|niet|bad|poor|slecht|zwak|weak|rusty|good|goed)\b"
)
"""What says that somebody does not speak a language: "my Dutch is not good"."""
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
    plain = text.lower().replace("’", "'")
    wished = NOT_KNOWN.sub(" ", plain)
    # "In het Nederlands? Mijn moeder leest geen Engels": what is asked for stands behind a preposition.
    for patterns in (ASKED, NAMED):
        if found := [code for code, pattern in patterns.items() if pattern.search(wished)]:
            return found[0]
    if found := [code for code, pattern in NAMED.items() if pattern.search(plain)]:
        return OTHER_ONE[found[0]]
    return None if OTHER.search(plain) else OTHER_ONE[current]
