"""From replies to figures: rates, percentiles, F1, confusions. Pure functions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.questions import ask

TOO_LONG = "characters long"
RIGHT_FORM = {"outcome": "answered", "facts": ["any"], "sources": [{"as_of": "any"}]}
"""What a reply needs besides its text, for judging the text alone."""


@dataclass(frozen=True)
class Found:
    """Precision and recall of what was found, from counts."""

    right: int
    found: int
    wanted: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0


def rate(outcomes: Iterable[bool]) -> list[int]:
    """How many are true, and of how many."""
    counted = list(outcomes)
    return [sum(counted), len(counted)]


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100).__int__() - 1)]


def right_text(turn: dict[str, Any], text: str) -> bool:
    """Whether a text alone answers a question on facts: outcome, language, sources and length are left out."""
    asked = {key: value for key, value in turn.items() if key != "reply_lang"}
    why, _ = ask.check(asked, "answer", {"messages": [{"text": text}], **RIGHT_FORM})
    return all(reason.endswith(TOO_LONG) for reason in why)


def macro_f1(wanted: Sequence[str], predicted: Sequence[str]) -> float:
    """The mean F1 over the labels that are wanted or predicted."""
    right, guessed, asked = Counter[str](), Counter(predicted), Counter(wanted)
    right.update(want for want, guess in zip(wanted, predicted, strict=True) if want == guess)
    labels = asked.keys() | guessed.keys()
    return sum(2 * right[label] / (asked[label] + guessed[label]) for label in labels) / max(len(labels), 1)


def settled(acceptable: Sequence[str], predicted: str) -> str:
    """The label to score a prediction against: the predicted one where it is acceptable, else the first."""
    return predicted if predicted in acceptable else acceptable[0]


def head(label: str) -> str:
    """What is asked, without of whom: since/munster is since, unknown/money is unknown."""
    return label.partition("/")[0]


def confusions(wanted: Sequence[str], predicted: Sequence[str]) -> list[tuple[str, str, int]]:
    """The pairs (wanted, predicted) that differ, the commonest first."""
    pairs = Counter((want, guess) for want, guess in zip(wanted, predicted, strict=True) if want != guess)
    return sorted(((w, p, n) for (w, p), n in pairs.items()), key=lambda row: (-row[2], row[0], row[1]))


def found(wanted: Iterable[Collection[str]], linked: Iterable[Collection[str]]) -> Found:
    """Precision and recall of the subjects linked in several texts, each counted once a text."""
    right = count = total = 0
    for want, have in zip(wanted, linked, strict=True):
        right += len(set(want) & set(have))
        count += len(set(have))
        total += len(set(want))
    return Found(right, count, total)


def grouped(rows: Iterable[tuple[str, bool]]) -> dict[str, list[int]]:
    """By group: how many are true, and of how many."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for name, good in rows:
        groups[name].append(good)
    return {name: rate(outcomes) for name, outcomes in groups.items()}
