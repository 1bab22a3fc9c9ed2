"""Small words around facts in each language: lists, numbers, kinds of ties, countries."""

from __future__ import annotations

from collections.abc import Sequence

AND = {"nl": "en", "en": "and"}
SINCE = {"nl": "sinds", "en": "since"}
KINDS = {
    "sister_city": {"nl": "zusterstad", "en": "sister city"},
    "partner_city": {"nl": "partnerstad", "en": "partner city"},
    "friendly_city": {"nl": "bevriende stad", "en": "friendly city"},
}
REPORTED = {"nl": "volgens het jaarverslag over 2017", "en": "according to the annual report on 2017"}


def join(items: Sequence[str], language: str) -> str:
    """Items as a running list: "a, b en c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {AND[language]} {items[-1]}"


def bullets(items: Sequence[str]) -> str:
    return "\n" + "\n".join(f"• {item}" for item in items)


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
