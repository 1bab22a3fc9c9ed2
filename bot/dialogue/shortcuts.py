"""Messages that need no ranking because the conversation says what they mean: each is a Decision or None."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.catalogue import Catalogue
from bot.dialogue.readings import pointed
from bot.dialogue.state import CONTACT, Context, Decision, Understanding, statement_id
from bot.dialogue.words import (
    BARE_NAME,
    COUNT_WORDS,
    IN_WORDS,
    PAID_WORDS,
    PASSED_OVER,
    TELLING,
    WHEN_WORDS,
    WHERE_WORDS,
    WHICH,
    WHO_WORDS,
    WHY_WORDS,
)
from bot.languages import wishes
from bot.rewriting import FILLERS, ORDINALS, beside, leans, ordinal, rest, without_ordinal
from bot.text import fold

ASKED = 0.5
"""Probability from which on "and who do I ask that?" asks for the contact, whatever was spoken of."""
APPLY = "unknown/apply"
"""The label of asking how to sign up for something."""
SURE = 0.55
"""Probability from which on each of two questions in a message is told."""

QUESTION_WORDS: dict[str, tuple[str, ...]] = {
    "since": ("since", "when", "mission", "status", "about"),
    "where": ("location", "members"),
    "why": ("purpose", "reason", "benefit", "support", "appeal", "about"),
    "who": ("people", "partners", "members"),
    "count": ("count", "members", "topics"),
    "in": ("members", "partners", "people"),
    "paid": ("funding",),
}
MISSING = {"since": "dates", "where": "geography", "why": "reason", "who": "names", "count": "numbers"}
"""What the facts do not hold when no statement of a subject answers a bare question word."""
MOST_OF_A_COUNTRY = 3
CITIES_OF = {"germany": "german_cities", "netherlands": "dutch_cities"}
"""By country: the aspect under which a subject tells its cities that lie there."""


def subjects_of(message: Understanding, context: Context, catalogue: Catalogue) -> tuple[str, ...]:
    """The subjects a message names, or the listed item that "the second one, where is that?" points at."""
    if linked := tuple(dict.fromkeys(mention.subject for mention in message.mentions)):
        return linked
    subject = pointed(message.text, context, catalogue)
    return (subject,) if subject else ()


def other_language(message: Understanding) -> Decision | None:
    """ "Can you say that in English?": nothing but another language is asked for."""
    return Decision("switch_language", 0.95, reason="language alone") if wishes(message.text) else None


def picked(message: Understanding, context: Context, catalogue: Catalogue) -> Decision | None:
    """ "The second one": an item of the last list, with nothing else asked of it."""
    place = ordinal(message.text)
    if not context.listed or message.mentions or place is None:
        return None
    if place >= len(context.listed):
        return Decision("nlu_fallback", 0.9, reason="no such item", subjects=context.subjects)
    left = rest(message.text, message.mentions)
    if all(word in TELLING or any(word in words.split() for words in ORDINALS.values()) for word in left):
        # After "where is the second one?", "and the third?" asks where that is.
        asked_on = not set(context.subjects).isdisjoint(context.listed)
        return about(context.listed[place], context.aspect if asked_on else None, catalogue, "ordinal")
    return None


def offered(message: Understanding, context: Context, catalogue: Catalogue) -> Decision | None:
    """A reply to asking back, typed rather than pressed: one of the offered questions, or a word of it."""
    if not context.offered:
        return None
    place = ordinal(message.text)
    if place is not None and place < len(context.offered):
        return tell((context.offered[place],), catalogue, 0.95, "picked an offer")
    linked = {mention.subject for mention in message.mentions}
    if len(linked) == 1 and not rest(message.text, message.mentions):
        fitting = [each for each in context.offered if each.startswith(f"{min(linked)}.")]
        if len(fitting) == 1:
            return tell((fitting[0],), catalogue, 0.95, "picked an offer")
    return None


def named_alone(message: Understanding, subjects: Sequence[str], catalogue: Catalogue) -> Decision | None:
    """ "Eurocities?", "wat is de Stadsbeek": a name alone asks what is known of it in general."""
    if len(subjects) != 1 or message.readings or not message.mentions:
        return None
    known = {each.aspect for each in catalogue.by_subject.get(subjects[0], ())}
    if "about" in known and BARE_NAME.issuperset(beside(message.text, message.mentions)):
        return about(subjects[0], "about", catalogue, "named alone")
    return None


def of_country(message: Understanding, context: Context, catalogue: Catalogue) -> Decision | None:
    """ "Which of them are German?": those of the last list that lie in a country."""
    countries = {each.subject for each in message.mentions if catalogue.kinds.get(each.subject) == "country"}
    if len(countries) != 1 or len(countries) != len({each.subject for each in message.mentions}):
        return None
    words = beside(message.text, message.mentions)
    if not (WHICH | FILLERS).issuperset(words):
        return None
    own = [f"{slug}.{CITIES_OF.get(min(countries))}" for slug in context.subjects]
    if cities := tuple(each for each in own if each in catalogue.statements):
        return tell(cities[:1], catalogue, 0.85, "of a country")
    if not WHICH.issuperset(words):
        return None
    fitting = [slug for slug in context.listed if catalogue.countries.get(slug) in countries]
    told = [about(slug, "location", catalogue, "of a country") for slug in fitting[:MOST_OF_A_COUNTRY]]
    ids = tuple(statement for each in told for statement in each.statements)
    return tell(ids, catalogue, 0.85, "of a country") if ids else None


def same_question(
    message: Understanding, subjects: Sequence[str], context: Context, catalogue: Catalogue
) -> Decision | None:
    """ "And Palo Alto?", "no, I mean Dalian": the last question, asked of another subject.

    Told at once where the facts hold the same aspect of it; otherwise the question is ranked anew (see `readings`).
    """
    own = message.text if message.mentions else without_ordinal(message.text)
    if not subjects or rest(own, message.mentions) or not (context.statements or context.unknown):
        return None
    new = next((slug for slug in subjects if slug not in context.subjects), subjects[0])
    if new not in catalogue.by_subject:
        told = [each for each in context.statements if new in catalogue.statements[each].mentions]
        if told:
            return tell(tuple(told), catalogue, 0.8, "part of the last answer")
        new = catalogue.tie(new)
    alike = catalogue.kinds.get(new) in {catalogue.kinds.get(slug) for slug in context.subjects}
    if (
        (alike or not message.readings)
        and context.statements
        and context.aspect in {known.aspect for known in catalogue.by_subject.get(new, ())}
    ):
        return about(new, context.aspect, catalogue, "same question")
    if message.readings:
        return None
    if context.unknown:
        return Decision("unknown", 0.9, subjects=(new,), detail=context.unknown, reason="same question")
    return about(new, context.aspect, catalogue, "same question")


def question_word(
    message: Understanding, subjects: Sequence[str], context: Context, catalogue: Catalogue
) -> Decision | None:
    """ "Since when?", "why?": a bare question word about the subject of the last answer."""
    if subjects or not context.subjects:
        return None
    kind = _bare([word for word in re.findall(r"[\w']+", fold(message.text)) if word not in PASSED_OVER])
    if kind is None:
        return None
    for subject in context.subjects:
        by_aspect = {known.aspect: known for known in catalogue.by_subject.get(subject, ())}
        for aspect in QUESTION_WORDS[kind]:
            known = by_aspect.get(aspect)
            fits = known is not None and (kind != "since" or known.dated) and (kind != "count" or known.countable)
            told_before = known is not None and aspect == "about" and kind == "why" and known.id in context.statements
            if known is not None and fits and not told_before:
                return tell((known.id,), catalogue, 0.9, f"bare {kind}")
    if kind not in MISSING:
        return None
    detail = MISSING[kind]
    return Decision("unknown", 0.9, subjects=context.subjects[:1], detail=detail, reason=f"bare {kind}")


def _bare(words: Sequence[str]) -> str | None:
    if not words or len(words) > 6:
        return None
    for kind, known, key in (
        ("why", WHY_WORDS, {"waarom", "why", "hoezo", "come", "reden"}),
        ("since", WHEN_WORDS, {"wanneer", "wnr", "when", "lang", "long", "jaar", "year", "hoelang"}),
        ("where", WHERE_WORDS, {"waar", "where"}),
        ("count", COUNT_WORDS, {"hoeveel", "many"}),
        ("in", IN_WORDS, {"zit", "zitten", "in", "erin", "daarin", "mee", "part", "sits", "sit"}),
        ("paid", PAID_WORDS, {"betaalt", "betaalde", "betaald", "financiert", "pays", "paid", "funds", "funded"}),
        ("who", WHO_WORDS, {"wie", "who"}),
    ):
        if key.intersection(words) and all(word in known for word in words):
            return kind
    return None


def to_take_part(message: Understanding, context: Context, catalogue: Catalogue) -> Decision | None:
    """ "And how do I sign up?" after an answer that says whom to write to: that answer is the way."""
    known = [catalogue.statements[each] for each in context.statements if each in catalogue.statements]
    told = [each.id for each in known if each.reachable]
    if not told or message.mentions or not leans(message.text):
        return None
    asked = max(scores.get(APPLY, 0.0) for scores in (message.scores, *(scores for _, scores in message.readings)))
    return tell((told[0],), catalogue, asked, "to take part") if asked > ASKED else None


def whom_to_ask(message: Understanding, context: Context, catalogue: Catalogue) -> Decision | None:
    """ "And who could I ask that?": the contact, which is no question about the subject spoken of."""
    subject, _, aspect = CONTACT.partition(".")
    probability = message.scores.get(f"{aspect}/{subject}", 0.0)
    if not context.subjects or message.mentions or probability <= ASKED or CONTACT not in catalogue.statements:
        return None
    # "Who takes part?" may look like it, but is a question about the subject once its name is put before it.
    best = [max(scores.items(), key=lambda item: item[1], default=("", 0.0)) for _, scores in message.readings]
    if any(score > ASKED and label.partition("/")[0] in QUESTION_WORDS["who"] for label, score in best):
        return None
    return tell((CONTACT,), catalogue, probability, "whom to ask")


def both(message: Understanding, catalogue: Catalogue) -> Decision | None:
    """Two questions in one message: both are told when each is surely one of the statements."""
    best = [max(scores.items(), key=lambda item: item[1]) for scores in message.parts]
    ids = [statement_id(label) for label, _ in best]
    least = min((probability for _, probability in best), default=0.0)
    if len(set(ids)) < 2 or least < SURE or not all(each in catalogue.statements for each in ids):
        return None
    return tell(tuple(ids), catalogue, least, "two questions")


def about(subject: str, aspect: str | None, catalogue: Catalogue, reason: str) -> Decision:
    """The statement of a subject under an aspect, or the most general one it has."""
    known = {each.aspect: each for each in catalogue.by_subject.get(subject, ())}
    for wanted in (aspect, "about", "members", "topics", "activities"):
        if wanted in known:
            return tell((known[wanted].id,), catalogue, 0.9, reason)
    if known:
        return tell((next(iter(known.values())).id,), catalogue, 0.7, reason)
    return Decision("unknown", 0.8, subjects=(subject,), detail="details", reason=reason)


def tell(ids: tuple[str, ...], catalogue: Catalogue, confidence: float, reason: str) -> Decision:
    """The decision to tell these statements."""
    known = catalogue.statements[ids[0]]
    subjects = tuple(dict.fromkeys(catalogue.statements[each].subject for each in ids))
    return Decision(known.aspect, confidence, statements=ids, subjects=subjects, reason=reason)
