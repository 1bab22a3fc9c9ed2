"""Whether both languages of a text say the same, as far as numbers, dates, addresses and names show it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from babel import Locale
from rapidfuzz import fuzz

from actions.facts.content import Subject, Text
from bot.content_check.bilingual import Bilingual, bilinguals
from bot.content_check.finding import Finding, error
from bot.content_check.project import Project
from bot.languages import LANGUAGES
from bot.text import fold

DIGITS = re.compile(r"\d+")
ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+\w|\b(?:https?://|www\.)[^\s,;)]*[\w/]")
CAPITAL = re.compile(r"(?:(?<=[^.!?:\"“(•\n] )|(?<=[a-z]\())[^\W\d_a-zß-ÿ][\w’'-]+")
"""A word with a capital that does not begin a sentence."""
NUMBERS = {
    "nl": "twee drie vier vijf zes zeven acht negen tien elf twaalf twintig dertig honderd duizend",
    "en": "two three four five six seven eight nine ten eleven twelve twenty thirty hundred thousand",
}
BOTH = {"nl": ("beide", "beiden", "allebei"), "en": ("both",)}
SHORT = 4
"""Letters of a name of which no other words are made."""
SPELLED_ALIKE = 80
"""Likeness (0 to 100) from which on two names are one name that is spelled in two ways."""


def found(project: Project) -> Iterator[Finding]:
    known = _known_pairs(project)
    for text in bilinguals(project):
        yield from _numbers(text)
        yield from _addresses(text)
        yield from _months(text)
        yield from _names(text, known)


def _numbers(text: Bilingual) -> Iterator[Finding]:
    digits = {language: sorted(DIGITS.findall(text.text[language])) for language in LANGUAGES}
    if digits["nl"] != digits["en"]:
        # The facts library has said so already of what is told.
        if not text.told:
            yield _differ("numbers_differ", text, digits)
        return
    words = {language: _number_words(text.text[language], language) for language in LANGUAGES}
    paired = {language: sorted(words[language] + _pairs_named(text.text[language], language)) for language in LANGUAGES}
    if words["nl"] != words["en"] and paired["nl"] != paired["en"]:
        yield _differ("number_words_differ", text, words)


def _addresses(text: Bilingual) -> Iterator[Finding]:
    found_ = {language: sorted(ADDRESS.findall(text.text[language])) for language in LANGUAGES}
    # The library compares e-mail addresses of what is told; web addresses nobody does.
    mailed = {language: sorted(a for a in found_[language] if "@" in a) for language in LANGUAGES}
    if found_["nl"] != found_["en"] and not (text.told and mailed["nl"] != mailed["en"]):
        yield _differ("addresses_differ", text, found_)


def _months(text: Bilingual) -> Iterator[Finding]:
    found_ = {language: _dates(text.text[language], language) for language in LANGUAGES}
    if found_["nl"] != found_["en"]:
        yield error(
            text.places["en"], "dates_differ", where=text.where,
            nl=_named(found_["nl"], "nl"), en=_named(found_["en"], "en"),
        )  # fmt: skip


def _names(text: Bilingual, known: frozenset[tuple[str, str]]) -> Iterator[Finding]:
    """Two names that are nearly the same are one name with a mistake, unless they are its name in each language."""
    capitals = {language: _capitals(text.text[language]) for language in LANGUAGES}
    for dutch in sorted(capitals["nl"] - capitals["en"]):
        for english in sorted(capitals["en"] - capitals["nl"]):
            alike = fuzz.ratio(dutch.lower(), english.lower()) >= SPELLED_ALIKE
            if alike and not _is_translation(fold(dutch), fold(english), known):
                yield error(text.places["en"], "names_differ", where=text.where, nl=dutch, en=english)


def _is_translation(dutch: str, english: str, known: frozenset[tuple[str, str]]) -> bool:
    """Whether they are a name in both languages, or made of one: Europese and European of Europa and Europe."""
    return (dutch, english) in known or any(
        len(one) > SHORT and len(other) > SHORT and dutch.startswith(one[:-1]) and english.startswith(other[:-1])
        for one, other in known
    )


def _differ(key: str, text: Bilingual, values: dict[str, list[str]]) -> Finding:
    told = {language: ", ".join(found_) or "–" for language, found_ in values.items()}
    return error(text.places["en"], key, where=text.where, **told)


def _number_words(text: str, language: str) -> list[str]:
    """The numbers that are written as words, as numbers; "one" is left out, as Dutch has one word for it and "a"."""
    numbers = {word: number for number, word in enumerate(NUMBERS[language].split(), 2)}
    return sorted(str(numbers[word]) for word in re.findall(r"\w+", text.lower()) if word in numbers)


def _pairs_named(text: str, language: str) -> list[str]:
    """A two for each word that says "both", which the other language may count out."""
    return ["2" for word in re.findall(r"\w+", text.lower()) if word in BOTH[language]]


def _capitals(text: str) -> set[str]:
    return {re.sub(r"['’]s?$", "", name) for name in CAPITAL.findall(text)}


@lru_cache(maxsize=2)
def _calendar(language: str) -> dict[str, str]:
    """Names of months and days by name: what they are, the same in both languages."""
    locale = Locale(language)
    months = {str(name).lower(): f"month {number}" for number, name in locale.months["format"]["wide"].items()}
    days = {str(name).lower(): f"day {number}" for number, name in locale.days["format"]["wide"].items()}
    # "may" and "march" are English words too, "maart" and "mei" are not Dutch ones.
    return months | days


def _dates(text: str, language: str) -> list[str]:
    calendar = _calendar(language)
    words = re.findall(r"\w+", text)
    taken = [word for word in words if language == "nl" or word[0].isupper() or word not in ("may", "march")]
    return sorted(calendar[word.lower()] for word in taken if word.lower() in calendar)


def _named(dates: list[str], language: str) -> str:
    names = {what: name for name, what in _calendar(language).items()}
    return ", ".join(names[date] for date in dates) or "–"


def _known_pairs(project: Project) -> frozenset[tuple[str, str]]:
    """Words of names that differ by language: those of subjects, of countries and of continents."""
    names = [
        {language: " ".join([subject.name[language], *_others(subject, language)]) for language in LANGUAGES}
        for subject in project.content.subjects.values()
    ]
    return frozenset(pair for name in names for pair in _pairs(name)) | _territories()


def _others(subject: Subject, language: str) -> Iterator[str]:
    return (name for tag, name in subject.aliases if tag in (language, "both"))


def _pairs(name: Text) -> Iterator[tuple[str, str]]:
    for dutch in name["nl"].split():
        for english in name["en"].split():
            yield fold(dutch), fold(english)


@lru_cache(maxsize=1)
def _territories() -> frozenset[tuple[str, str]]:
    dutch, english = (Locale(language).territories for language in LANGUAGES)
    return frozenset(
        pair for code in dutch if code in english for pair in _pairs({"nl": dutch[code], "en": english[code]})
    )
