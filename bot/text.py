"""Cleaning what people type, before anything reads it."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 1000
"""Code points of a message that are read; the chat API refuses longer ones."""

INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad\ufff9-\ufffb]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
_ACCENTS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
COMBINING = re.compile(f"([{_ACCENTS}]{{2}})[{_ACCENTS}]+")
# One character that NFKC makes eighteen of; twenty of them in a row have crashed text libraries.
LIGATURES = re.compile(r"[\ufdf0-\ufdfd]")


def clean(text: str, longest: int = LONGEST) -> str:
    """The text in NFKC, without control and invisible characters, lone surrogates or stacked accents."""
    text = SURROGATE.sub("", text[: longest * 2])
    text = LIGATURES.sub(" ", text)
    text = unicodedata.normalize("NFKC", text)
    text = INVISIBLE.sub("", text)
    text = CONTROL.sub(" ", text.replace("\r", "\n"))
    text = COMBINING.sub(r"\1", text)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "\n".join(line for line in lines if line)[:longest].strip()


def fold(text: str) -> str:
    """Lower case without accents, as long as the text itself: a span in one is the same span in the other."""
    return text.lower() if text.isascii() else "".join(_fold_character(character) for character in text)


def _fold_character(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character
