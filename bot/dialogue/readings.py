"""What a message may mean after what was said before."""

from __future__ import annotations

from collections.abc import Sequence

from bot.catalogue import Catalogue
from bot.dialogue.state import Context, strong
from bot.linking import Mention
from bot.rewriting import Reading, about, asked_of, item, leans, rest


def readings(
    text: str, language: str, mentions: Sequence[Mention], context: Context, catalogue: Catalogue
) -> list[Reading]:
    """The readings of a message, none when it stands by itself. See `bot.rewriting`."""
    names = catalogue.names[language]
    named = strong(tuple(dict.fromkeys(mention.subject for mention in mentions)), catalogue.kinds)
    if named:
        if context.question is None or rest(text, mentions):
            return []
        new = next((slug for slug in named if slug not in context.subjects), named[0])
        before = [
            mention
            for mention in catalogue.linker.link(context.question, language)
            if strong((mention.subject,), catalogue.kinds)
        ]
        return [asked_of(context.question, before, names[new], new)]
    if (pointed := item(text, context.listed)) is not None:
        return about(text, [pointed], names)
    return about(text, context.subjects, names) if leans(text) else []
