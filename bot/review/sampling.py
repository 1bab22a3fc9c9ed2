"""A random sample of turns for sign-off: drawn again from the same seed it is the same, and its rates say how sure
they are."""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.review.figures import wilson
from bot.review.period import Period
from bot.review.tables import Judgement, Turn, Verdict
from bot.review.times import utc

SMALLEST, LARGEST = 10, 1000
"""Turns in a sample."""
READ_AT_ONCE = 10_000
LOOKED_UP_AT_ONCE = 500


@dataclass(frozen=True)
class Wanted:
    """What a sample is drawn from and how: `size` turns of a period, all of them or those that were answered only."""

    period: Period
    size: int
    seed: int
    answered: bool

    @property
    def query(self) -> str:
        """What stands behind the question mark of the address of this sample."""
        of = "answered" if self.answered else "all"
        return f"from={self.period.first}&to={self.period.last}&n={self.size}&seed={self.seed}&of={of}"


@dataclass(frozen=True)
class Drawn:
    """A turn in a sample, with its verdict if there is one."""

    id: str
    conversation: str
    at: datetime
    text: str
    language: str
    outcome: str
    verdict: str | None
    by: str | None


@dataclass(frozen=True)
class Rate:
    """How many of the judged turns got a verdict: the rate, and the bounds of its 95 % confidence interval."""

    verdict: str
    count: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True)
class Sample:
    """`population` is the number of turns that it was drawn from."""

    population: int
    turns: tuple[Drawn, ...]

    @property
    def judged(self) -> int:
        return sum(turn.verdict is not None for turn in self.turns)

    def rates(self) -> list[Rate]:
        """One for each verdict, of the turns that were judged; nothing when none was."""
        counts, judged = Counter(turn.verdict for turn in self.turns), self.judged
        return [
            Rate(verdict, counts[verdict], counts[verdict] / judged, *wilson(counts[verdict], judged))
            for verdict in (Verdict if judged else ())
        ]


def draw(session: Session, wanted: Wanted) -> Sample:
    """Draws a sample: the turns whose digest with the seed is smallest, in that order.

    So every turn has the same chance, the order in the database plays no part, and when a turn is deleted the others
    stay in the sample.
    """
    start, end = wanted.period.bounds
    within = (Turn.at >= start, Turn.at < end, *((Turn.outcome == "answered",) if wanted.answered else ()))
    population = session.scalars(select(func.count()).select_from(Turn).where(*within)).one()
    ids = session.scalars(select(Turn.id).where(*within).execution_options(yield_per=READ_AT_ONCE))
    chosen = heapq.nsmallest(wanted.size, ids, key=lambda id: lot(wanted.seed, id))
    return Sample(population, tuple(_look_up(session, chosen)))


def lot(seed: int, id: str) -> bytes:
    """The number that a turn draws."""
    return hashlib.sha256(f"{seed}:{id}".encode()).digest()


def _look_up(session: Session, ids: Sequence[str]) -> list[Drawn]:
    found: dict[str, Drawn] = {}
    columns = (Turn.id, Turn.conversation, Turn.at, Turn.text, Turn.language, Turn.outcome)
    both = select(*columns, Judgement.verdict, Judgement.by).outerjoin(Judgement, Judgement.turn == Turn.id)
    for start in range(0, len(ids), LOOKED_UP_AT_ONCE):
        for row in session.execute(both.where(Turn.id.in_(ids[start : start + LOOKED_UP_AT_ONCE]))):
            id, conversation, at, *others = row
            found[id] = Drawn(id, conversation, utc(at), *others)
    return [found[id] for id in ids if id in found]
