"""Ids made of names, and the subjects that a text names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from actions.facts.documents import Document, Documents
from bot.languages import LANGUAGES

LONGEST_ID = 60
SHORTEST_NAME = 4
"""Letters of a name that is looked for in texts: shorter ones stand in other words."""
IN_PASSING = frozenset({"contact", "document", "group", "notice"})
"""Kinds of subjects that a statement does not mention by naming them."""
ARTICLES = re.compile(r"^(the|de|het) | \(.*\)$")


def id_of(name: str) -> str:
    """Small letters, digits and _: "São Paulo" is sao_paulo. Empty when nothing is left."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_0123456789")[:LONGEST_ID].rstrip("_")


def mentions(text: Mapping[str, str], about: str, before: Document | None, documents: Documents) -> list[str]:
    """The subjects that a statement mentions: those it mentioned before, and those newly named in both languages.

    One that it does not name any more is left out; what it was said to mention without naming it stays.
    """
    old: Document = before or {}
    named, named_before = _named(text, documents), _named(old, documents) if old else {}
    told = [
        slug
        for slug in old.get("mentions", ())
        if all(named[slug]) or not (any(named[slug]) or all(named_before[slug]))
    ]
    return told + [
        slug
        for slug, found in named.items()
        if all(found)
        and not (old and all(named_before[slug]))
        and slug not in (about, "enschede", *told)
        and documents["subjects"][slug]["kind"] not in IN_PASSING
    ]


def _named(text: Mapping[str, Any], documents: Documents) -> dict[str, list[bool]]:
    """By subject: whether a text names it in each language."""
    return {
        slug: [_stands_in(_names(subject, code), str(text.get(code, "")).lower()) for code in LANGUAGES]
        for slug, subject in documents["subjects"].items()
    }


def replaced(text: str, old: Document, new: Mapping[str, str], language: str) -> str:
    """A text with the name of another subject in the place of the one it is about."""
    return text.replace(old["name"][language], new.get(language, "…") or "…")


def _names(subject: Document, language: str) -> list[str]:
    aliases = subject.get("aliases", {})
    names = [subject["name"][language], *aliases.get("both", ()), *aliases.get(language, ())]
    return [name for name in (ARTICLES.sub("", each.lower()) for each in names) if len(name) >= SHORTEST_NAME]


def _stands_in(names: Iterable[str], text: str) -> bool:
    """Whether one of the names is a whole word of the text, or the beginning of one."""
    return any(re.search(rf"(?<!\w){re.escape(name)}", text) for name in names)
