"""Finds the subjects of the facts database in what people type: aliases, missing accents, typing errors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import spacy
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from bot.text import SURROGATE, fold

FUZZY_FROM = 5
"""Letters from which on a name is looked for with typing errors; shorter ones meet too many other words."""
COMMON = 3.3
"""Zipf frequency from which on a word is taken as itself, not as a misspelled name."""
ARTICLES = re.compile(r"^(?:the|de|het|een|an?) ")
BRACKETS = re.compile(r" \(([^)]*)\)$")


@dataclass(frozen=True)
class Mention:
    """A subject named in a text. `start` and `end` are code points in it; `score` is 1 for an exact match."""

    subject: str
    start: int
    end: int
    score: float
    language: str = "both"
    """The language that alone uses this name, or both: "burgemeester" says that a message is Dutch."""


@dataclass(frozen=True)
class _Target:
    subject: str
    language: str
    short: bool


class SubjectLinker:
    """Links names to subjects. Built from every name of every subject: (slug, language or "both", text)."""

    def __init__(self, names: Iterable[tuple[str, str, str]]) -> None:
        self._words = spacy.blank("xx")
        self._matcher = PhraseMatcher(self._words.vocab)
        self._targets: dict[str, list[_Target]] = {}
        for subject, language, text in names:
            for form in _forms(text):
                short = len(form) <= 3
                self._targets.setdefault(form, []).append(_Target(subject, language, short))
        self._matcher.add("name", [self._words.make_doc(form) for form in self._targets])
        self._fuzzy = [form for form in self._targets if len(form) >= FUZZY_FROM]

    def link(self, text: str, language: str | None = None) -> list[Mention]:
        """The mentions in a text from left to right, the longest first where they overlap.

        A name of two or three letters (VS, EU, UT) counts only in its own language: "vs" is another word in English.
        """
        # spaCy raises at half a character.
        doc = self._words.make_doc(fold(SURROGATE.sub(" ", text)))
        found = list(self._exact(doc, text, language))
        taken = {index for mention in found for index in range(mention.start, mention.end)}
        found += self._misspelled(doc, taken, language)
        return sorted(found, key=lambda mention: mention.start)

    def _exact(self, doc: Doc, text: str, language: str | None) -> Iterator[Mention]:
        spans = [doc[start:end] for _, start, end in self._matcher(doc)]
        for span in spacy.util.filter_spans(spans):
            if (target := self._choose(span.text, language)) is not None:
                yield Mention(target.subject, span.start_char, span.end_char, 1.0, self._spoken(span.text))

    def _choose(self, form: str, language: str | None) -> _Target | None:
        targets = self._targets[form]
        own = [t for t in targets if t.language in ("both", language)]
        if own:
            return own[0]
        return None if targets[0].short else targets[0]

    def _misspelled(self, doc: Doc, taken: set[int], language: str | None) -> Iterator[Mention]:
        """Runs of one to three words that are no known name, but nearly one."""
        start = 0
        while start < len(doc):
            for length in (3, 2, 1):
                span = doc[start : start + length]
                if len(span) < length or taken.intersection(range(span.start_char, span.end_char)):
                    continue
                if (mention := self._near(span.text, span.start_char, language)) is not None:
                    taken.update(range(span.start_char, span.end_char))
                    yield mention
                    break
            start += 1

    def _near(self, form: str, start: int, language: str | None) -> Mention | None:
        if len(form) < FUZZY_FROM or not any(map(str.isalpha, form)) or (" " not in form and is_common(form)):
            return None
        allowed = 1 if len(form) < 8 else 2
        best = process.extractOne(form, self._fuzzy, scorer=DamerauLevenshtein.distance, score_cutoff=allowed)
        # A first letter is seldom mistyped; names that differ there are mostly other names.
        if best is None or best[0][0] != form[0] or best[0].count(" ") != form.count(" "):
            return None
        target = self._choose(best[0], language)
        if target is None:
            return None
        return Mention(target.subject, start, start + len(form), 1 - best[1] / len(form), self._spoken(best[0]))

    def _spoken(self, form: str) -> str:
        languages = {target.language for target in self._targets[form]}
        return languages.pop() if len(languages) == 1 else "both"


def is_common(word: str) -> bool:
    """Whether a word is an ordinary one in Dutch or English."""
    from wordfreq import zipf_frequency

    return any(zipf_frequency(word, language, wordlist="small") >= COMMON for language in ("nl", "en"))


def _forms(text: str) -> set[str]:
    """The folded forms under which a name is looked for: with and without article, with and without brackets."""
    folded = fold(text)
    forms = {folded, ARTICLES.sub("", folded), ARTICLES.sub("", BRACKETS.sub("", folded))}
    if (bracket := BRACKETS.search(folded)) is not None:
        forms.add(bracket.group(1))
    return {form.strip() for form in forms if form.strip()}


def mask(text: str, mentions: Iterable[Mention]) -> str:
    """The text with the names that both languages use blanked out: those say nothing about its language."""
    return blank(text, (mention for mention in mentions if mention.language == "both"))


def blank(text: str, mentions: Iterable[Mention]) -> str:
    """The text with the mentions blanked out."""
    characters = list(text)
    for mention in mentions:
        characters[mention.start : mention.end] = " " * (mention.end - mention.start)
    return "".join(characters)
