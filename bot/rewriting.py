"""Makes a message that leans on the conversation stand by itself, so that it can be ranked like any other.

"And of Dalian?" after "Who is the mayor of Münster?" is read as "Who is the mayor of Dalian?"; "why do they want that?"
after an answer about the railway line as "the railway line why do they want that?".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.linking import Mention, blank
from bot.text import fold

SHORT = 6
"""Words up to which a message without a name is taken to be about what was said before."""
LEANING = 14
"""Words up to which a message that points back ("it", "they", "daar") is."""
MOST = 2
"""Subjects of the last answer that a message is read about."""

FILLERS = frozenset(
    "en and dan then of or ook also too nou nu now ja nee no nope neen yes ok oke okay sorry oeps oops ik i je "
    "jij u you we bedoel bedoelde bedoelden mean meant i'm im hoe how wat what zit het it is er about met with "
    "voor for bij van de den der the a an een in die dat this that niet not maar but zelfde same vraag "
    "question geldt goes eigenlijk actually rather instead liever over wacht wait hm hmm eh uh uhm graag "
    "please pls aub svp dus so stad city jullie toch en? hetzelfde nog still need wrong tab verkeerde verkeerd "
    "was were waren bedoeling to aan en? as als argh ah oh".split()
)
ANAPHORS = frozenset(
    "daar daarvan daarover daarmee daarna daarvoor daarin daarbij daarheen daarnaast ervan erover ermee erna ervoor "
    "erin erbij er die dat deze dit ze zij hij hun hen zijn haar hem het it its they them their there that this those "
    "these she he his her him one ones both beide allebei ook also else anders nog more dan then wat what".split()
)
OPENERS = frozenset("en and dus so maar but ok oke okay nee no ja yes oh ah hm".split())

ORDINALS = {
    0: "eerste first 1e 1ste 1st", 1: "tweede second 2e 2de 2nd", 2: "derde third 3e 3de 3rd",
    3: "vierde fourth 4e 4de 4th", 4: "vijfde fifth 5e 5de 5th", -1: "laatste last",
}  # fmt: skip
ORDINAL = re.compile(
    r"\b(?:de|het|the|that|die|nummer|number|nr)\s+(?P<word>\w+)\b|^\W*(?P<alone>\w+)(?: one| stad| city)?\W*$"
)
POINTED = re.compile(r"^\s*(?:ones?|stad|city|project|netwerk|network)\b", re.IGNORECASE)
"""What follows an ordinal and says no more than that something is pointed at."""
BACK = (
    (re.compile(r"\b(?:the former|eerstgenoemde|first of (?:the|those|these) two|eerste van de twee)\b"), -2),
    (re.compile(r"\b(?:the latter|laatstgenoemde|second of (?:the|those|these) two|tweede van de twee)\b"), -1),
    (
        re.compile(r"\b(?:(?:the|that|die|de|dat|het) (?:previous|vorige)(?: one)?|the one before(?: that| it)?)\b"),
        -2,
    ),
)
"""What means a subject of the conversation, and its place in the order in which they came up."""
OTHER = re.compile(
    r"\b(?:the|that|die|de|dat|het) (?:other|andere)(?: one| stad| city)?(?=\W*$|\W*[,?!.]|"
    r"\s+(?:dan|then|is|was|ligt|does|doet|sinds|since|when|wanneer|where|waar|who|wie|how|hoe|what|wat|why|waarom)\b)"
)
"""What means the other one of two that were spoken of."""
POINTING = 12
"""Words up to which an ordinal points at an item of the last list."""


@dataclass(frozen=True)
class Reading:
    """A message as it reads by itself, and the subject that was filled in."""

    text: str
    subject: str
    whole: bool = False
    """Whether it stands for the message, rather than beside it."""


def words(text: str) -> list[str]:
    return re.findall(r"[\w'’]+", fold(text))


def rest(text: str, mentions: Sequence[Mention]) -> list[str]:
    """The words that are neither names nor fillers."""
    return [word for word in beside(text, mentions) if word not in FILLERS]


def beside(text: str, mentions: Sequence[Mention]) -> list[str]:
    """The words that are no names."""
    return re.findall(r"[\w'-]+", fold(blank(text, mentions)))


def ordinal(text: str) -> int | None:
    """The place that a message names ("the second one", "de laatste"), from 0; -1 is the last; None for none."""
    found = _placed(text)
    return found[0] if found else None


def item(text: str, listed: Sequence[str], history: Sequence[str] = ()) -> str | None:
    """The item of the last list that an ordinal points at; without a list, the subject spoken of.

    `history`: subjects in the order in which they came up. "The former" and "the previous one" always mean those.
    """
    plain = fold(text)
    if len(plain.split()) <= POINTING and len(history) > 1:
        for pattern, place in BACK:
            if pattern.search(plain):
                return history[place]
    pointed = ordinal(text)
    of = listed or (history if len(history) > 1 else ())
    return of[pointed] if of and pointed is not None and pointed < len(of) else None


def other(text: str, history: Sequence[str], last: Sequence[str]) -> str | None:
    """What "the other one" means: of the subjects that came up, the latest that the last answer was not about."""
    plain = fold(text)
    if len(plain.split()) > POINTING or not OTHER.search(plain):
        return None
    return next((slug for slug in reversed(history) if slug not in last), None)


def without_ordinal(text: str) -> str:
    """The message without the words that point: "since when the second" asks "since when"."""
    if (placed := _placed(text)) is not None:
        start, end = placed[1]
        left = f"{text[:start]} {POINTED.sub('', text[end:])}"
    else:
        left = text
        for pattern in (OTHER, *(pattern for pattern, _ in BACK)):
            left = pattern.sub(" ", left)
    return " ".join(left.split()) if words(left) else text


def _placed(text: str) -> tuple[int, tuple[int, int]] | None:
    plain = fold(text)
    if len(plain.split()) > POINTING:
        return None
    for match in ORDINAL.finditer(plain):
        word = match["word"] or match["alone"]
        named = next((number for number, names in ORDINALS.items() if word in names.split()), None)
        if named is not None:
            # Folding may change how long a text is; then nothing is cut out of it.
            return named, match.span() if len(plain) == len(text) else (0, 0)
    return None


def leans(text: str) -> bool:
    """Whether a message that names nothing is likely about what was said before: it is short or points back."""
    found = words(text)
    return bool(found) and (
        len(found) <= SHORT or (len(found) <= LEANING and (found[0] in OPENERS or not ANAPHORS.isdisjoint(found)))
    )


def about(text: str, subjects: Sequence[str], names: Mapping[str, str]) -> list[Reading]:
    """The message read about each of these subjects: the name is put before it."""
    return [Reading(f"{names[subject]} {text}", subject) for subject in subjects[:MOST] if subject in names]


def pointed_at(text: str, subject: str, names: Mapping[str, str]) -> list[Reading]:
    """The message read about the subject that it points at, without the words that do."""
    return [Reading(f"{names[subject]} {without_ordinal(text)}", subject, whole=True)] if subject in names else []


def asked_of(question: str, span: tuple[int, int] | None, name: str, subject: str) -> Reading:
    """The last question, asked of another subject: its name replaces what stands at `span`, or is put before it."""
    if span is None:
        return Reading(f"{name} {question}", subject, whole=True)
    return Reading(f"{question[: span[0]]}{name}{question[span[1] :]}", subject, whole=True)
