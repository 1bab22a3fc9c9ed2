"""The general case: the ranker's scores, adjusted by subjects, form and context, through the gate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.catalogue import Catalogue, KnownStatement
from bot.dialogue.shortcuts import tell
from bot.dialogue.state import CONVERSATION, DECLINES, Context, Decision, Understanding, Weights, strong
from bot.rewriting import leans, rest
from bot.support import telling, unsupported

FLOOR = 1e-6
SURE = 0.7
"""Probability of a statement from which on a plain yes may be said."""
COMPARED = 0.4
"""Probability of the intent compare from which on two named subjects are set side by side."""
SPOKEN = 0.8
"""Probability from which on a message that leans on the conversation is taken as small talk after all."""
TELLING = 4
"""Telling words from which on a message without a name says enough."""
NO_FACTS = (*DECLINES, "chitchat/")
REFUSED = ("abuse", "prompt_injection")
REPLIES = frozenset({"affirm", "deny"})


@dataclass(frozen=True)
class _Scores:
    """Logarithms of probabilities: `choice` orders the statements, `held` says whether the facts hold the answer."""

    choice: dict[str, float]
    held: dict[str, float]
    others: dict[str, float]


def ranked(
    message: Understanding, subjects: tuple[str, ...], context: Context, catalogue: Catalogue, weights: Weights
) -> Decision:
    """Each statement gets two scores.

    What speaks for one statement rather than another (it is about the subject named, or the one spoken of) orders the
    statements, but is no sign that the facts hold what was asked: questions that they do not hold name the same
    subjects. What speaks against (another subject, no number where a number is asked) counts in the gate too.
    """
    if message.readings and message.readings[0][0].whole:
        subjects = (message.readings[0][0].subject,)
    named = strong(subjects, catalogue.kinds)
    leaning = bool(context.subjects) and not subjects and leans(message.text)
    spoken = context if leaning else Context()
    last = [catalogue.statements[each] for each in spoken.statements if each in catalogue.statements]
    scores = _Scores({}, {}, {})
    for label, probability in _blended(message, weights).items():
        score = math.log(max(probability, FLOOR))
        known = catalogue.meant_by(label)
        if known is not None:
            gain = _gain(known, message, subjects, named, spoken, last, weights)
            scores.choice[known.id] = score + gain
            scores.held[known.id] = score + min(gain, 0.0)
        elif _is_other(label):
            scores.others[label] = score
    if leaning:
        for label in scores.others:
            if label.startswith("out_of_scope/"):
                scores.others[label] -= weights.context_related
    return _gate(scores, message, subjects, named, catalogue, weights)


@cache
def _is_other(label: str) -> bool:
    """Whether a label stands for no fact at all, not even for one that has gone since."""
    return "/" not in label or label.startswith(NO_FACTS)


def _blended(message: Understanding, weights: Weights) -> Mapping[str, float]:
    """The message's own scores with those of what it may mean after what was said before."""
    own = message.scores
    best = max(own, key=lambda label: own[label], default="")
    if not message.readings:
        return own
    if message.readings[0][0].whole:
        # Cut out of its message, a question may look like an attack; what was typed decides that.
        meant = message.readings[0][1]
        return {**meant, **{label: min(own.get(label, 0.0), meant.get(label, 0.0)) for label in REFUSED}}
    if best.partition("/")[0] in CONVERSATION and own[best] > SPOKEN:
        return own
    share = weights.leaning / len(message.readings)
    return {
        label: (1 - weights.leaning) * probability
        + share * sum(scores.get(label, 0.0) for _, scores in message.readings)
        for label, probability in own.items()
    }


def _gain(
    known: KnownStatement, message: Understanding, subjects: Sequence[str], named: Sequence[str], context: Context,
    last: Sequence[KnownStatement], weights: Weights,
) -> float:  # fmt: skip
    total = 0.0
    if known.subject in subjects:
        total += weights.same_subject
    elif known.mentions.intersection(named):
        total += weights.mentioned
    elif named:
        total += weights.other_subject
    if known.id in context.statements:
        total += weights.context_related
    elif known.subject in context.subjects:
        total += weights.context
    elif known.subject in context.listed or _related(known, last):
        total += weights.context_related
    if "count" in message.form.asks and not known.countable:
        total += weights.no_number
    return total


def _related(known: KnownStatement, last: Sequence[KnownStatement]) -> bool:
    return any(known.subject in each.mentions or each.subject in known.mentions for each in last)


def _gate(
    scores: _Scores, message: Understanding, subjects: Sequence[str], named: Sequence[str], catalogue: Catalogue,
    weights: Weights,
) -> Decision:  # fmt: skip
    ordered = sorted(scores.choice.items(), key=lambda item: -item[1])
    others = _without_replies(scores.others, message)
    facts = _sum(scores.held.values())
    other_label, other = max(others.items(), key=lambda item: item[1], default=("out_of_scope/noise", -99.0))
    declining = _sum(score for label, score in others.items() if label.startswith(DECLINES))
    ranking = tuple([(each, round(score, 3)) for each, score in ordered[:5]] + [(other_label, round(other, 3))])
    compared = message.scores.get("compare", 0.0)
    # Only two subjects of their own can be set side by side: "what does Palo Alto do with Enschede" compares nothing.
    pair = _pair(named, catalogue)
    if len(pair) == 2 and (compared > COMPARED or (other_label == "compare" and other > facts)):
        return Decision("compare", compared, subjects=pair, reason="compare", scores=ranking)
    head, _, detail = other_label.partition("/")
    if head in CONVERSATION and other > max(facts, declining):
        return Decision(
            head, math.exp(other), detail=detail or None, subjects=tuple(subjects), reason="conversation",
            scores=ranking,
        )  # fmt: skip
    if not ordered or facts - declining < _least(message, named, catalogue.statements[ordered[0][0]], weights):
        return _decline(others, named or subjects, ranking, scores.choice)
    confidence = 1 / (1 + math.exp(declining - facts))
    sure = scores.held[ordered[0][0]] > math.log(SURE) and not unsupported(
        message.text, message.mentions, catalogue.statements[ordered[0][0]].stems
    )
    chosen = _choose(ordered, confidence, sure, subjects, named, catalogue, weights, ranking)
    if "date" in message.form.asks and chosen.statements and not _dated(chosen, catalogue):
        return _decline(others, named or subjects, ranking, scores.choice)
    return chosen


def _dated(chosen: Decision, catalogue: Catalogue) -> bool:
    """Whether anything chosen holds a year. That a line is wished for is no answer to when its first train runs."""
    return any(catalogue.statements[each].dated for each in chosen.statements)


def _pair(named: Sequence[str], catalogue: Catalogue) -> tuple[str, ...]:
    """The two subjects that are set side by side; "the Chinese tie" is that with the city there."""
    found = map(catalogue.tie, named)
    return tuple(dict.fromkeys(slug for slug in found if slug in catalogue.by_subject))[:2]


def _least(message: Understanding, named: Sequence[str], best: KnownStatement, weights: Weights) -> float:
    """How much likelier the facts must be than the reasons to decline."""
    careful = weights.careful if message.readings else 0.0
    counted = weights.counted if "count" in message.form.asks and best.countable else 0.0
    unnamed = 0.0 if message.mentions or message.readings else weights.unnamed
    return weights.answer + careful + unnamed + weights.brief * _missing(message, named) - counted


def _missing(message: Understanding, named: Sequence[str]) -> int:
    """How many words a message lacks to be told by its words alone: none when it has a name to go by."""
    if named or message.readings or any(mention.subject == "enschede" for mention in message.mentions):
        return 0
    return max(0, TELLING - len(set(telling(message.text))))


def _without_replies(others: Mapping[str, float], message: Understanding) -> dict[str, float]:
    """A message with words of its own is more than a yes or a no: "no no, I mean the mayor's trip"."""
    if len(rest(message.text, message.mentions)) + len(message.mentions) < 2:
        return dict(others)
    return {label: score for label, score in others.items() if label not in REPLIES}


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
    ordered: Sequence[tuple[str, float]], confidence: float, sure: bool, subjects: Sequence[str], named: Sequence[str],
    catalogue: Catalogue, weights: Weights, ranking: tuple[tuple[str, float], ...],
) -> Decision:  # fmt: skip
    best_id, best = ordered[0]
    known = catalogue.statements[best_id]
    all_of_them = _sum(score for _, score in ordered)
    share = math.exp(best - all_of_them)
    own = _sum(score for each, score in ordered[:6] if catalogue.statements[each].subject == known.subject)
    candidates = tuple(each for each, _ in ordered[:3])
    if share < weights.clarify and math.exp(own - all_of_them) < weights.clarify:
        return Decision(
            "nlu_fallback", share, subjects=tuple(subjects), candidates=candidates, reason="several fit", scores=ranking
        )
    told = [best_id]
    # "Since when are Münster and Palo Alto ...": the same aspect of the other subject named.
    for slug in named:
        twin = f"{slug}.{known.aspect}"
        if slug != known.subject and known.subject in named and twin in catalogue.statements:
            told.append(twin)
    if len(told) == 1 and len(ordered) > 1:
        second = catalogue.statements[ordered[1][0]]
        alike = second.subject == known.subject or known.subject in second.mentions or second.subject in known.mentions
        # Since when Münster, when Palo Alto was named, is of no use to anybody.
        beside = known.subject in named and second.subject not in named and second.aspect == known.aspect
        if not beside and best - ordered[1][1] < (weights.together if alike else weights.apart):
            told.append(second.id)
    decision = tell(tuple(told[:3]), catalogue, confidence, "ranked")
    return replace(decision, sure=sure, scores=ranking, candidates=candidates)


def _group(reasons: Mapping[str, float], head: str) -> float:
    return _sum(score for label, score in reasons.items() if label.startswith(head))


def _sum(logs: Iterable[float]) -> float:
    """The logarithm of a sum of probabilities given as logarithms."""
    values = list(logs)
    if not values:
        return -99.0
    largest = max(values)
    return largest + math.log(sum(math.exp(value - largest) for value in values))
