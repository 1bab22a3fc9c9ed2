"""Decides what a message asks, given what was said before: answer, ask back or decline.

Pure functions over plain data. The ranker says how likely each label is for the message alone; here the subjects it
names, the form of the question and the conversation so far are weighed in.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.catalogue import Catalogue, KnownStatement
from bot.linking import Mention, blank
from bot.question_form import QuestionForm
from bot.text import fold

FLOOR = 1e-6
SURE = 0.7
"""Probability of a statement from which on a plain yes may be said."""
STRONG_KINDS = frozenset(
    {"body", "city", "country", "document", "event", "network", "notice", "organisation", "person", "project", "region"}
)
"""Kinds whose naming says whom a question is about; themes and groups are named in passing."""
CONVERSATION = frozenset({"chitchat", "handover", "complaint", "not_understood", "affirm", "deny", "repeat", "more",
                          "ask_source", "switch_language", "abuse", "prompt_injection"})  # fmt: skip

DECLINES = ("unknown/", "out_of_scope/")

FILLERS = frozenset(
    "en and dan then of or ook also too nou nu now ja nee no nope neen yes ok oke okay sorry oeps oops ik i je "
    "jij u you we bedoel bedoelde bedoelden mean meant i'm im hoe how wat what zit het it is er about met with "
    "voor for bij van de den der the a an een in die dat this that niet not maar but zelfde same vraag "
    "question geldt goes eigenlijk actually rather instead liever over wacht wait hm hmm eh uh uhm graag "
    "please pls aub svp dus so stad city jullie toch en? hetzelfde nog still".split()
)
ANAPHORS = frozenset(
    "daar daarvan daarover daarmee daarna daarvoor daarin daarbij ervan erover ermee erna ervoor er die dat "
    "deze dit ze zij hij hun hen zijn haar hem het it its they them their there that this those these she he "
    "her his him one both beide allebei ook also else anders nog meer more dan then".split()
)
QUESTION_WORDS: dict[str, tuple[str, ...]] = {
    "since": ("since", "when", "mission", "status", "about"),
    "where": ("location", "members"),
    "why": ("purpose", "reason", "benefit", "support", "appeal", "about"),
    "who": ("people", "partners", "members"),
    "count": ("count", "members", "topics"),
}
TELLING = frozenset("tell vertel me mij more meer one number nummer nr doe graag".split())
WHEN_WORDS = frozenset("sinds wanneer wnr since when hoelang lang hoe long how welk jaar which what year vanaf".split())
WHY_WORDS = frozenset("waarom why hoezo how come waarvoor reden reason the de".split())
WHERE_WORDS = frozenset("waar where ligt liggen is it dat that dan located lie die".split())
WHO_WORDS = frozenset("wie who precies exactly".split())
COUNT_WORDS = frozenset("hoeveel how many zijn dat er are there is it of them van".split())

ORDINALS = {
    0: "eerste first 1e 1ste 1st", 1: "tweede second 2e 2de 2nd", 2: "derde third 3e 3de 3rd",
    3: "vierde fourth 4e 4de 4th", 4: "vijfde fifth 5e 5de 5th", -1: "laatste last",
}  # fmt: skip
ORDINAL = re.compile(
    r"\b(?:de|het|the|that|die|nummer|number|nr)\s+(?P<word>\w+)\b|^\W*(?P<alone>\w+)(?: one| stad| city)?\W*$"
)
COMPARED = 0.4
"""Probability of the intent compare from which on two named subjects are set side by side."""
SHORT = 12
"""Words up to which a message may lean on what was said before."""


@dataclass(frozen=True)
class Context:
    """What a conversation leaves behind for the next message."""

    subjects: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    aspect: str | None = None
    unknown: str | None = None
    """The aspect of the last question when the facts do not hold it."""
    listed: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    """Statements that were offered as buttons."""
    told: tuple[str, ...] = ()

    @classmethod
    def from_slot(cls, slot: Mapping[str, object] | None) -> Context:
        """The context from a slot's value; what is missing or malformed counts as empty."""
        if not isinstance(slot, Mapping):
            return cls()
        lists = {
            name: tuple(str(item) for item in value)
            for name in ("subjects", "statements", "listed", "offered", "told")
            if isinstance(value := slot.get(name), list | tuple)
        }
        texts = {name: str(slot[name]) for name in ("aspect", "unknown") if slot.get(name)}
        return cls(**lists, **texts)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Weights:
    """How much each sign counts, in natural-logarithm odds, and the thresholds of the gate."""

    same_subject: float = 1.3
    mentioned: float = 0.6
    other_subject: float = -1.5
    context: float = 3.0
    context_related: float = 1.2
    no_number: float = -1.5
    answer: float = 0.0
    """How much likelier the statements together must be than the reasons to decline."""
    clarify: float = 0.25
    """Least share of the best statement, or of its subject, among all statements."""
    together: float = 1.6
    """Difference below which the second statement of the same subject is told too."""


@dataclass(frozen=True)
class Understanding:
    """What is known of one message by itself."""

    text: str
    language: str
    mentions: tuple[Mention, ...]
    form: QuestionForm
    scores: Mapping[str, float]
    """Probability by label (aspect/subject, unknown/…, out_of_scope/…, chitchat/…, or a plain intent)."""
    parts: tuple[Mapping[str, float], ...] = ()
    """The scores of each of two questions in the message; empty when it is one question."""


@dataclass(frozen=True)
class Decision:
    """What to do. `intent` is the name that the rules route by."""

    intent: str
    confidence: float
    statements: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    detail: str | None = None
    """The part of the label behind the slash, for the intents that are no statements."""
    candidates: tuple[str, ...] = ()
    reason: str = ""
    sure: bool = False
    """Whether the statement fits so well that a yes/no question may be answered with yes."""
    scores: tuple[tuple[str, float], ...] = field(default=(), compare=False)


def statement_id(label: str) -> str:
    """The statement a label stands for: since/munster is munster.since."""
    aspect, _, subject = label.partition("/")
    return f"{subject}.{aspect}"


def decide(message: Understanding, context: Context, catalogue: Catalogue, weights: Weights | None = None) -> Decision:
    """What a message asks and what to do about it."""
    weights = weights or Weights()
    subjects = _linked(message) or _referred(message, context)
    return (
        _picked(message, context, catalogue)
        or _offered(message, context, catalogue)
        or _same_question(message, subjects, context, catalogue)
        or _question_word(message, subjects, context, catalogue)
        or _both(message, catalogue)
        or _ranked(message, subjects, context, catalogue, weights)
    )


def _referred(message: Understanding, context: Context) -> tuple[str, ...]:
    """The listed item that "the second one, where is that?" points at."""
    place = _ordinal(message.text)
    return (context.listed[place],) if place is not None and place < len(context.listed) else ()


def _linked(message: Understanding) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mention.subject for mention in message.mentions))


def _ordinal(text: str) -> int | None:
    """The place that a message names ("the second one", "de laatste"), from 0; -1 is the last; None for none."""
    plain = fold(text)
    if len(plain.split()) > SHORT:
        return None
    for match in ORDINAL.finditer(plain):
        word = match["word"] or match["alone"]
        place = next((number for number, words in ORDINALS.items() if word in words.split()), None)
        if place is not None:
            return place
    return None


def _picked(message: Understanding, context: Context, catalogue: Catalogue) -> Decision | None:
    """ "The second one": an item of the last list, with nothing else asked of it."""
    place = _ordinal(message.text)
    if not context.listed or message.mentions or place is None:
        return None
    if place >= len(context.listed):
        return Decision("nlu_fallback", 0.9, reason="no such item", subjects=context.subjects)
    if all(word in TELLING or any(word in words.split() for words in ORDINALS.values()) for word in _rest(message)):
        return _about(context.listed[place], None, catalogue, "ordinal")
    return None


def _offered(message: Understanding, context: Context, catalogue: Catalogue) -> Decision | None:
    """A reply to asking back, typed rather than pressed: one of the offered questions, or a word of it."""
    if not context.offered:
        return None
    place = _ordinal(message.text)
    if place is not None and place < len(context.offered):
        return _tell((context.offered[place],), catalogue, 0.95, "picked an offer")
    linked = _linked(message)
    if len(linked) == 1 and not _rest(message):
        fitting = [each for each in context.offered if each.startswith(f"{linked[0]}.")]
        if len(fitting) == 1:
            return _tell((fitting[0],), catalogue, 0.95, "picked an offer")
    return None


def _same_question(
    message: Understanding, subjects: Sequence[str], context: Context, catalogue: Catalogue
) -> Decision | None:
    """ "And Palo Alto?", "no, I mean Dalian": the last question, asked of another subject."""
    if not subjects or _rest(message) or not (context.statements or context.unknown):
        return None
    new = next((slug for slug in subjects if slug not in context.subjects), subjects[0])
    if new not in catalogue.by_subject:
        told = [each for each in context.statements if new in catalogue.statements[each].mentions]
        if told:
            return _tell(tuple(told), catalogue, 0.8, "part of the last answer")
        new = next((slug for slug, country in catalogue.countries.items() if country == new), new)
    if context.unknown:
        return Decision("unknown", 0.9, subjects=(new,), detail=context.unknown, reason="same question")
    return _about(new, context.aspect, catalogue, "same question")


def _question_word(
    message: Understanding, subjects: Sequence[str], context: Context, catalogue: Catalogue
) -> Decision | None:
    """ "Since when?", "why?": a bare question word about the subject of the last answer."""
    if subjects or not context.subjects:
        return None
    words = [
        word
        for word in re.findall(r"[\w']+", fold(message.text))
        if word not in {"en", "and", "dan", "then", "maar", "but", "dat", "that", "precies", "exactly", "ook", "also"}
    ]
    kind = _bare(words)
    if kind is None:
        return None
    for subject in context.subjects:
        by_aspect = {known.aspect: known for known in catalogue.by_subject.get(subject, ())}
        for aspect in QUESTION_WORDS[kind]:
            known = by_aspect.get(aspect)
            fits = known is not None and (kind != "since" or known.dated) and (kind != "count" or known.countable)
            if (
                known is not None
                and fits
                and not (aspect == "about" and kind == "why" and known.id in context.statements)
            ):
                return _tell((known.id,), catalogue, 0.9, f"bare {kind}")
    detail = {"since": "dates", "where": "geography", "why": "reason", "who": "names", "count": "numbers"}[kind]
    return Decision("unknown", 0.9, subjects=context.subjects[:1], detail=detail, reason=f"bare {kind}")


def _bare(words: Sequence[str]) -> str | None:
    if not words or len(words) > 5:
        return None
    for kind, known, key in (
        ("why", WHY_WORDS, {"waarom", "why", "hoezo", "come", "reden"}),
        ("since", WHEN_WORDS, {"wanneer", "wnr", "when", "lang", "long", "jaar", "year", "hoelang"}),
        ("where", WHERE_WORDS, {"waar", "where"}),
        ("count", COUNT_WORDS, {"hoeveel", "many"}),
        ("who", WHO_WORDS, {"wie", "who"}),
    ):
        if key.intersection(words) and all(word in known for word in words):
            return kind
    return None


def _both(message: Understanding, catalogue: Catalogue) -> Decision | None:
    """Two questions in one message: both are told when each is surely one of the statements."""
    best = [max(scores.items(), key=lambda item: item[1]) for scores in message.parts]
    ids = [statement_id(label) for label, _ in best]
    least = min((probability for _, probability in best), default=0.0)
    if len(set(ids)) < 2 or least < SURE or not all(each in catalogue.statements for each in ids):
        return None
    return _tell(tuple(ids), catalogue, least, "two questions")


def _rest(message: Understanding) -> list[str]:
    """The words that are neither names nor fillers."""
    words = re.findall(r"[\w'-]+", fold(blank(message.text, message.mentions)))
    return [word for word in words if word not in FILLERS]


def _about(subject: str, aspect: str | None, catalogue: Catalogue, reason: str) -> Decision:
    """The statement of a subject under an aspect, or the most general one it has."""
    known = {each.aspect: each for each in catalogue.by_subject.get(subject, ())}
    for wanted in (aspect, "about", "members", "topics", "activities"):
        if wanted in known:
            return _tell((known[wanted].id,), catalogue, 0.9, reason)
    if known:
        return _tell((next(iter(known.values())).id,), catalogue, 0.7, reason)
    return Decision("unknown", 0.8, subjects=(subject,), detail="details", reason=reason)


def _tell(ids: tuple[str, ...], catalogue: Catalogue, confidence: float, reason: str) -> Decision:
    known = catalogue.statements[ids[0]]
    subjects = tuple(dict.fromkeys(catalogue.statements[each].subject for each in ids))
    return Decision(known.aspect, confidence, statements=ids, subjects=subjects, reason=reason)


def _ranked(
    message: Understanding, subjects: Sequence[str], context: Context, catalogue: Catalogue, weights: Weights
) -> Decision:
    """The general case: the ranker's scores, adjusted by subjects, form and context, through the gate.

    Each statement gets two scores. What speaks for one statement rather than another (it is about the subject named)
    orders the statements, but is no sign that the facts hold what was asked: questions that they do not hold name the
    same subjects. What speaks against (another subject, no number where a number is asked) counts in the gate too.
    """
    choice: dict[str, float] = {}
    held: dict[str, float] = {}
    others: dict[str, float] = {}
    elliptical = _elliptical(message, subjects)
    strong = [slug for slug in subjects if catalogue.kinds.get(slug) in STRONG_KINDS and slug != "enschede"]
    for label, probability in message.scores.items():
        score = math.log(max(probability, FLOOR))
        known = catalogue.statements.get(statement_id(label)) if "/" in label else None
        if known is not None:
            gain = _adjustment(known, message, subjects, strong, context, elliptical, weights, catalogue)
            choice[known.id] = score + gain
            held[known.id] = score + (gain if gain < 0 or (elliptical and context.subjects) else 0.0)
        elif "/" not in label or label.partition("/")[0] in ("unknown", "out_of_scope", "chitchat"):
            others[label] = score
    if elliptical and context.subjects:
        for label in others:
            if label.startswith("out_of_scope/"):
                others[label] -= weights.context_related
    return _gate(choice, held, others, message, subjects, strong, catalogue, weights)


def _elliptical(message: Understanding, subjects: Sequence[str]) -> bool:
    words = re.findall(r"[\w']+", fold(message.text))
    return not subjects and (len(words) <= 5 or (len(words) <= 12 and bool(ANAPHORS.intersection(words))))


def _adjustment(
    known: KnownStatement, message: Understanding, subjects: Sequence[str], strong: Sequence[str], context: Context,
    elliptical: bool, weights: Weights, catalogue: Catalogue,
) -> float:  # fmt: skip
    total = 0.0
    if known.subject in subjects:
        total += weights.same_subject
    elif known.mentions.intersection(strong):
        total += weights.mentioned
    elif strong:
        total += weights.other_subject
    if elliptical and context.subjects:
        if known.id in context.statements:
            total += weights.context_related
        elif known.subject in context.subjects:
            total += weights.context
        elif known.subject in context.listed or _related(known, context, catalogue):
            total += weights.context_related
    if "count" in message.form.asks and not known.countable:
        total += weights.no_number
    return total


def _related(known: KnownStatement, context: Context, catalogue: Catalogue) -> bool:
    last = [catalogue.statements[each] for each in context.statements if each in catalogue.statements]
    return any(known.subject in each.mentions or each.subject in known.mentions for each in last)


def _gate(
    choice: Mapping[str, float], held: Mapping[str, float], others: Mapping[str, float], message: Understanding,
    subjects: Sequence[str], strong: Sequence[str], catalogue: Catalogue, weights: Weights,
) -> Decision:  # fmt: skip
    ordered = sorted(choice.items(), key=lambda item: -item[1])
    facts = _sum(held.values())
    other_label, other = max(others.items(), key=lambda item: item[1], default=("out_of_scope/noise", -99.0))
    declining = _sum(score for label, score in others.items() if label.startswith(DECLINES))
    ranking = tuple([(each, round(score, 3)) for each, score in ordered[:5]] + [(other_label, round(other, 3))])
    compared = message.scores.get("compare", 0.0)
    # Only two subjects of their own can be set side by side: "what does Palo Alto do with Enschede" compares nothing.
    pair = tuple(slug for slug in strong if slug in catalogue.by_subject)[:2]
    if len(pair) == 2 and (compared > COMPARED or other_label == "compare"):
        return Decision("compare", compared, subjects=pair, reason="compare", scores=ranking)
    head, _, detail = other_label.partition("/")
    if head in CONVERSATION and other > max(facts, declining):
        return Decision(
            head,
            math.exp(other),
            detail=detail or None,
            subjects=tuple(subjects),
            reason="conversation",
            scores=ranking,
        )
    if not ordered or facts - declining < weights.answer:
        return _decline(others, strong or subjects, ranking, choice)
    confidence = 1 / (1 + math.exp(declining - facts))
    sure = held[ordered[0][0]] > math.log(SURE)
    return _choose(ordered, confidence, sure, subjects, strong, catalogue, weights, ranking)


def _decline(
    others: Mapping[str, float], subjects: Sequence[str], ranking: tuple[tuple[str, float], ...],
    facts: Mapping[str, float],
) -> Decision:  # fmt: skip
    reasons = {label: score for label, score in others.items() if label.startswith(DECLINES)}
    label = max(reasons, key=lambda each: reasons[each])
    head = "unknown" if _group(reasons, "unknown/") >= _group(reasons, "out_of_scope/") else "out_of_scope"
    best = max((each for each in reasons if each.startswith(head)), key=lambda each: reasons[each], default=label)
    return Decision(
        head, math.exp(reasons[best]), subjects=tuple(subjects), detail=best.partition("/")[2], reason="declined",
        scores=ranking, candidates=tuple(sorted(facts, key=lambda each: -facts[each])[:3]),
    )  # fmt: skip


def _choose(
    ordered: Sequence[tuple[str, float]], confidence: float, sure: bool, subjects: Sequence[str], strong: Sequence[str],
    catalogue: Catalogue, weights: Weights, ranking: tuple[tuple[str, float], ...],
) -> Decision:  # fmt: skip
    best_id, best = ordered[0]
    known = catalogue.statements[best_id]
    share = math.exp(best - _sum(score for _, score in ordered))
    same = [each for each, _ in ordered[:6] if catalogue.statements[each].subject == known.subject]
    own = _sum(score for each, score in ordered if each in set(same))
    if share < weights.clarify and math.exp(own - _sum(score for _, score in ordered)) < weights.clarify:
        return Decision(
            "nlu_fallback", share, subjects=tuple(subjects), candidates=tuple(each for each, _ in ordered[:3]),
            reason="several fit", scores=ranking,
        )  # fmt: skip
    told = [best_id]
    # "Since when are Münster and Palo Alto ...": the same aspect of the other subject named.
    for slug in strong:
        twin = f"{slug}.{known.aspect}"
        if slug != known.subject and known.subject in strong and twin in catalogue.statements:
            told.append(twin)
    if len(told) == 1 and len(ordered) > 1 and best - ordered[1][1] < weights.together:
        second = catalogue.statements[ordered[1][0]]
        if second.subject == known.subject or known.subject in second.mentions or second.subject in known.mentions:
            told.append(second.id)
    decision = _tell(tuple(told[:3]), catalogue, confidence, "ranked")
    return Decision(
        decision.intent, confidence, decision.statements, decision.subjects, reason="ranked", sure=sure, scores=ranking,
        candidates=tuple(each for each, _ in ordered[:3]),
    )  # fmt: skip


def _group(reasons: Mapping[str, float], head: str) -> float:
    return _sum(score for label, score in reasons.items() if label.startswith(head))


def _sum(logs: Iterable[float]) -> float:
    """The logarithm of a sum of probabilities given as logarithms."""
    values = list(logs)
    if not values:
        return -99.0
    largest = max(values)
    return largest + math.log(sum(math.exp(value - largest) for value in values))
