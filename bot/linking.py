"""Finds the subjects of the facts database in what people type: aliases, missing accents, typing errors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import spacy
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from bot.near_names import NearNames
from bot.text import SURROGATE, fold

FUZZY_FROM = 5
"""Letters from which on a name is looked for with typing errors; shorter ones meet too many other words."""
COMMON = 3.3
"""Zipf frequency from which on a word is taken as itself, not as a misspelled name."""
WORDS_KEPT = 8192
"""Words of which what they are near to is kept in memory."""
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
        near = NearNames([form for form in self._targets if len(form) >= FUZZY_FROM])
        # Each message is looked through several times: to find its language, its subjects, and what it may mean.
        self._nearest = lru_cache(maxsize=WORDS_KEPT)(near.nearest)

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
        text, starts = doc.text, [token.idx for token in doc]
        ends = [token.idx + len(token) for token in doc]
        free = [taken.isdisjoint(range(start, end)) for start, end in zip(starts, ends, strict=True)]
        word = 0
        while word < len(starts):
            for length in (3, 2, 1):
                end = word + length
                if end > len(starts) or not all(free[word:end]):
                    continue
                if (mention := self._near(text[starts[word] : ends[end - 1]], starts[word], language)) is not None:
                    yield mention
                    word += length - 1
                    break
            word += 1

    def _near(self, form: str, start: int, language: str | None) -> Mention | None:
        if len(form) < FUZZY_FROM or not any(map(str.isalpha, form)) or (" " not in form and is_common(form)):
            return None
        allowed = 1 if len(form) < 8 else 2
        best = self._nearest(form, allowed)
        target = self._choose(best[0], language) if best else None
        if best is None or target is None:
            return None
        return Mention(target.subject, start, start + len(form), 1 - best[1] / len(form), self._spoken(best[0]))

    def _spoken(self, form: str) -> str:
        languages = {target.language for target in self._targets[form]}
        return languages.pop() if len(languages) == 1 else "both"


@lru_cache(maxsize=WORDS_KEPT)
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
