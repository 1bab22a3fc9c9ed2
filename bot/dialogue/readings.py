"""What a message may mean after what was said before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.catalogue import Catalogue
from bot.dialogue.state import Context, strong
from bot.linking import Mention
from bot.rewriting import Reading, about, asked_of, item, leans, other, pointed_at, rest, without_ordinal
from bot.text import fold


def readings(
    text: str, language: str, mentions: Sequence[Mention], context: Context, catalogue: Catalogue
) -> list[Reading]:
    """The readings of a message, none when it stands by itself. See `bot.rewriting`."""
    names = catalogue.names[language]
    named = strong(tuple(dict.fromkeys(mention.subject for mention in mentions)), catalogue.kinds)
    if named:
        if context.question is None or rest(text, mentions):
            # "Do the German children learn that too?" names a country, and still asks on.
            passing = all(catalogue.kinds.get(slug) == "country" for slug in named)
            return about(text, context.subjects, names) if passing and leans(text) else []
        new = next((slug for slug in named if slug not in context.subjects), named[0])
        return [_last_question(context.question, language, new, catalogue)]
    if (subject := pointed(text, context, catalogue)) is not None:
        if context.question is not None and not context.listed and not rest(without_ordinal(text), ()):
            # "And the other one?" asks the last question of it.
            return [_last_question(context.question, language, subject, catalogue)] if subject in names else []
        return pointed_at(text, subject, names)
    return about(text, context.subjects, names) if leans(text) else []


def pointed(text: str, context: Context, catalogue: Catalogue) -> str | None:
    """The subject that a message points at: "the second one", "the former", "the other one"; None for none."""
    alike = {catalogue.kinds.get(slug) for slug in context.subjects}
    history = [slug for slug in context.history if catalogue.kinds.get(slug) in alike]
    return other(text, history, context.subjects) or item(text, context.listed, context.history)


def _last_question(question: str, language: str, subject: str, catalogue: Catalogue) -> Reading:
    """The last question, asked of a subject."""
    span = _asked_about(question, language, subject, catalogue)
    return asked_of(question, span, catalogue.names[language][subject], subject)


def _asked_about(question: str, language: str, new: str, catalogue: Catalogue) -> tuple[int, int] | None:
    """Where the last question names what the new subject takes the place of: a city for a city, else the first name.

    "The mayor of Enschede" is a person's name as a whole; of Dalian it is asked with Enschede replaced.
    """
    places = {"city", "municipality"}
    if catalogue.kinds.get(new) in places:
        plain = fold(question)
        for slug in sorted(catalogue.names[language], key=lambda each: each == "enschede"):
            name = fold(catalogue.names[language][slug])
            if catalogue.kinds.get(slug) in places and (found := re.search(rf"\b{re.escape(name)}\b", plain)):
                return found.span()
    for mention in catalogue.linker.link(question, language):
        if strong((mention.subject,), catalogue.kinds):
            return mention.start, mention.end
    return None
