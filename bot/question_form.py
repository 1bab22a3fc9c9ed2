"""The form of a question, read off its words: what it asks for and which values it takes for true."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale

from bot.linking import Mention
from bot.text import fold

COUNT = re.compile(r"\b(hoeveel|hoevl|aantal|how many|howmany|number of|nr of|amount of|count of)\b")
WHEN = re.compile(r"\b(wanneer|wnr|welk jaar|sinds|hoe lang|when|since|what year|which year|how long|what date)\b")
_LEAD = (
    r"(?:^|[.!?,:;()-]\s*|\b(?:en|maar|dus|of|ook|nou|dan|sinds|vanaf|tot|weten|vraag|"
    r"and|but|so|or|also|then|since|from|until|know|say|me)\s+)"
)
# "Where did we stay when the memorandum was signed?" asks for no date: the word must begin a question.
DATE = re.compile(
    rf"{_LEAD}(?:wanneer|wnr|when)\b|"
    r"\b(?:(?:welk|wlk) jaar|welke datum|(?:what|which) (?:year|date))\b"
)
WHERE = re.compile(r"\b(waar|waarheen|where|in welk land|which country|what country)\b")
WHO = re.compile(r"\b(wie|who|whom|whose)\b")
WHY = re.compile(r"\b(waarom|hoezo|why|how come|what for|waarvoor|met welk doel)\b")
QUESTION_WORDS = {"count": COUNT, "when": WHEN, "date": DATE, "where": WHERE, "who": WHO, "why": WHY}
OPEN = re.compile(
    r"\b(wat|wie|waar\w*|wanneer|welke?|hoe|hoeveel|hoelang|what|whats|who|whos|whom|where|when|which|how|why|"
    r"vertel|noem|geef|tell|name|list|give|explain|leg)\b"
)
YES_NO_FIRST = re.compile(
    r"^(?:(?:hoi|hallo|hi|hello|hey|dag|beste|dear|sorry|and|en|but|maar|so|dus|also|ook|ok)\b\W*)*"
    r"(is|zijn|was|waren|heeft|hebben|had|hadden|ligt|liggen|doet|doen|deed|kan|kunnen|kunt|mag|mogen|gaat|gaan|ging|"
    r"hoort|horen|zit|zitten|werkt|werken|helpt|helpen|krijgt|kregen|klopt|komt|komen|wil|willen|bestaat|levert|weet|"
    r"staat|vangt|vangen|ontving|tekende|heet|leren|biedt|doe|heb|geldt|neemt|deelt|verbindt|verbinden|wordt|werd|"
    r"are|were|has|have|does|do|did|can|could|will|would|should|isnt|arent|doesnt|didnt|am|may|might|is it|werd)\b"
)
YES_NO_ANY = re.compile(
    r"\b(toch|of niet|of wel|ja of nee|klopt het|klopt dat|klopt dit|nietwaar|niet waar|waar of niet|right|correct|"
    r"isn'?t it|aren'?t they|yes or no|true or false|is it true|is that true|is that so|isnt it|or not|true that)\b"
)
NEGATION = re.compile(r"\b(niet|geen|nooit|not|no longer|never|\w+n't|isnt|arent|dont|doesnt|didnt|wasnt)\b(?! waar)")

_PAST = r"(?:vroeger|eerder|voorheen|daarvoor|hiervoor|ooit|before|earlier|previously|formerly|in the past|ever)"
_OTHER = r"(?:anders|different|differently)"
EARLIER = re.compile(
    rf"\b{_OTHER}\b.*\b{_PAST}\b|\b{_PAST}\b.*\b{_OTHER}\b|\bused to be\b|"
    r"\b(?:hoe|wat|how|what)\b.*\b(?:was|waren|were|is|zijn)\b.*\b(?:vroeger|voorheen|previously|formerly|before)\W*$|"
    r"\b(?:veranderd|gewijzigd|changed)\b|\baltijd (?:al )?zo\b|\balways (?:been )?(?:like )?(?:that|this|so)\b"
)
"""Asks whether, or how, something was different before."""

LIMIT = re.compile(
    r"\b(meer dan|minder dan|minstens|ten minste|tenminste|hooguit|hoogstens|boven de|onder de|ruim|bijna|ongeveer|"
    r"more than|less than|fewer than|at least|at most|over|under|about|almost|nearly|roughly)\s*$"
)
"""What before a number makes it a limit rather than a claim."""
YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
NUMBER = re.compile(r"\b(\d{1,3})\b")
MONTHS = {
    month: number
    for number, months in enumerate(
        (
            "januari january jan", "februari february feb", "maart march", "april", "mei may", "juni june", "juli july",
            "augustus august", "september sept", "oktober october okt", "november nov", "december dec",
        ),
        start=1,
    )
    for month in months.split()
}  # fmt: skip
NUMBERS = {
    word: number
    for number, words in {
        1: "een one", 2: "twee two", 3: "drie three", 4: "vier four", 5: "vijf five", 6: "zes six", 7: "zeven seven",
        8: "acht eight", 9: "negen nine", 10: "tien ten", 12: "twaalf twelve dozen", 20: "twintig twenty",
        50: "vijftig fifty", 100: "honderd hundred",
    }.items()
    for word in words.split()
}  # fmt: skip
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class QuestionForm:
    """What a question asks for (any of yesno, count, when, date, where, who, why) and the values in it.

    `when` stands for any word of time in it, `date` for a question that can only be answered with a date.
    """

    asks: frozenset[str]
    years: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    numbers: tuple[int, ...] = ()
    countries: tuple[str, ...] = ()
    """Slugs of linked countries, else ISO 3166 codes in lower case."""
    negated: bool = False
    earlier: bool = False
    """Whether it asks what was the case before."""


def read_form(text: str, mentions: Sequence[Mention] = (), countries: Sequence[str] = ()) -> QuestionForm:
    """The form of a question. `countries` are the slugs among the mentions that are countries."""
    plain = fold(text)
    # A long message states its question at the end as often as at the beginning: each sentence is looked at.
    sentences = [part.strip() for part in re.split(r"[.!?\n]+", plain) if part.strip()] or [""]
    asks = {name for name, pattern in QUESTION_WORDS.items() if pattern.search(plain)}
    # "Since 1980?" claims a year, "since when" asks for one: only a question word makes a question open.
    open_question = bool(OPEN.search(plain))
    if YES_NO_ANY.search(plain) or (not open_question and any(YES_NO_FIRST.search(s) for s in sentences)):
        asks.add("yesno")
    words = WORD.findall(plain)
    covered = {index for mention in mentions for index in range(mention.start, mention.end)}
    return QuestionForm(
        asks=frozenset(asks),
        years=tuple(int(m.group()) for m in YEAR.finditer(plain) if m.start() not in covered),
        # "may" and "mei" alone say little; with a year or a preposition they are a month.
        months=tuple(MONTHS[word] for word in words if word in MONTHS and not (word == "may" and "may i" in plain)),
        numbers=tuple(_numbers(plain, covered)),
        countries=tuple(dict.fromkeys([*countries, *_other_countries(plain, covered)])),
        negated=bool(NEGATION.search(plain)),
        earlier=any(EARLIER.search(sentence) for sentence in sentences),
    )


def _numbers(plain: str, covered: set[int]) -> list[int]:
    """Numbers that are claimed, in digits and in words. "More than two" claims no number."""
    digits = [(m.start(), int(m.group())) for m in NUMBER.finditer(plain) if m.start() not in covered]
    spelled = [
        (m.start(), NUMBERS[m.group()])
        for m in WORD.finditer(plain)
        if m.group() in NUMBERS and m.group() not in ("een", "one")
    ]
    return [number for start, number in digits + spelled if not LIMIT.search(plain[:start])]


def _other_countries(plain: str, covered: set[int]) -> list[str]:
    """Countries named in the text that are no subject of the facts, by their ISO 3166 code."""
    pattern, codes = _country_names()
    return [codes[m.group()] for m in pattern.finditer(plain) if m.start() not in covered]


@lru_cache(maxsize=1)
def _country_names() -> tuple[re.Pattern[str], dict[str, str]]:
    codes = {
        fold(name): code.lower()
        for language in ("nl", "en")
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and len(name) > 3
    }
    alternatives = "|".join(re.escape(name) for name in sorted(codes, key=len, reverse=True))
    return re.compile(rf"\b({alternatives})\b"), codes
