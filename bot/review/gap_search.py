"""Searches for gaps: what visitors asked and did not get an answer to, grouped by meaning, both languages together.

It reads the turns in batches, so that memory does not grow with their number, and writes in short transactions, so
that nobody waits. What is shown meanwhile is the search before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import delete, insert, select, tuple_, update

from bot.review.clustering import NONE, Vectors, Weights, find_groups, nearest
from bot.review.database import Database
from bot.review.digests import digest
from bot.review.gaps import OUTCOMES, running, unanswered
from bot.review.tables import Gap, GapRun, GapTurn, Turn
from bot.review.vectors import Encode, forget_unused, vectors

THRESHOLD = 0.65
"""The least cosine of a turn with the middle of its gap: measured, see docs/review.md."""
MOST_GAPS = 1000
"""Gaps that are kept: those with the most turns."""
BATCH = 1000
"""Turns that are read, or written, at once."""
GAPS_AT_ONCE = 50
"""Gaps of an earlier search that are deleted at once."""


class SearchRunning(RuntimeError):
    """Another search is under way."""


@dataclass(frozen=True)
class Question:
    """The question that a statement answers, in one of the languages."""

    statement: str
    text: str


@dataclass
class Found:
    """What a search did: turns and different texts looked at, and gaps kept."""

    turns: int = 0
    texts: int = 0
    gaps: int = 0


def search(database: Database, questions: Sequence[Question], encode: Encode, threshold: float = THRESHOLD) -> Found:
    """Searches all turns that are kept. Raises SearchRunning, or SQLAlchemyError when the store is away."""
    with _run(database) as run:
        found, used = Found(), set[str]()
        groups = find_groups(_batches(database, encode, found, used), threshold)[:MOST_GAPS]
        gaps = _keep_gaps(database, run, groups, _asked(database, questions, encode, used))
        _keep_turns(database, encode, groups, gaps, threshold)
        found.gaps, found.texts = len(gaps), len(used)
        with database.session() as session, session.begin():
            forget_unused(session, used)
            session.execute(update(GapRun).where(GapRun.id == run).values(turns=found.turns))
    return found


@contextmanager
def _run(database: Database) -> Iterator[int]:
    """Notes that a search began and how it ended; what an earlier one left is deleted when this one is shown."""
    now = datetime.now(UTC)
    with database.session() as session, session.begin():
        if running(session, now):
            raise SearchRunning("another search for gaps is under way")
        row = GapRun(started_at=now, turns=0)
        session.add(row)
        session.flush()
        run = row.id
    try:
        yield run
    except BaseException as error:
        _finish(database, run, type(error).__name__)
        raise
    _finish(database, run, None)
    _delete_others(database, run)


def _finish(database: Database, run: int, failed: str | None) -> None:
    with database.session() as session, session.begin():
        ended = update(GapRun).where(GapRun.id == run)
        session.execute(ended.values(finished_at=datetime.now(UTC), failed=failed))


def _delete_others(database: Database, run: int) -> None:
    """Deletes what earlier searches found, some gaps at a time: they may hold very many turns."""
    with database.session() as session:
        others = session.scalars(select(Gap.id).where(Gap.run != run)).all()
    for start in range(0, len(others), GAPS_AT_ONCE):
        old = others[start : start + GAPS_AT_ONCE]
        with database.session() as session, session.begin():
            session.execute(delete(GapTurn).where(GapTurn.gap.in_(old)))
            session.execute(delete(Gap).where(Gap.id.in_(old)))
    with database.session() as session, session.begin():
        session.execute(delete(GapRun).where(GapRun.id < run))


@dataclass(frozen=True)
class Asked:
    """A turn without an answer: its text, and the digest by which its vector is kept."""

    turn: str
    text: str
    digest: str


def _turns(database: Database) -> Iterator[list[Asked]]:
    """The turns without an answer, in batches."""
    for outcome in OUTCOMES:
        place: tuple[datetime, str] | None = None
        while True:
            rows = unanswered(Turn.at, Turn.id, Turn.text).where(Turn.outcome == outcome)
            if place is not None:
                rows = rows.where(tuple_(Turn.at, Turn.id) > place)
            with database.session() as session:
                batch = session.execute(rows.order_by(Turn.at, Turn.id).limit(BATCH)).all()
            if not batch:
                break
            place = (batch[-1].at, batch[-1].id)
            yield [Asked(row.id, row.text, digest(row.text)) for row in batch]


def _batches(database: Database, encode: Encode, found: Found, used: set[str]) -> Iterator[tuple[Vectors, Weights]]:
    """The vectors of the turns with their weights, a batch at a time; counts and notes what it met."""
    for batch in _turns(database):
        counts = Counter(asked.digest for asked in batch)
        found.turns += len(batch)
        used.update(counts)
        yield _encoded(database, batch, encode)[0], np.array(list(counts.values()), dtype=np.float32)


def _encoded(database: Database, batch: Sequence[Asked], encode: Encode) -> tuple[Vectors, dict[str, int]]:
    """The vectors of a batch's different texts, in the order of their first turns, and each one's place by digest."""
    texts: dict[str, str] = {}
    for asked in batch:
        texts.setdefault(asked.digest, asked.text)
    with database.session() as session, session.begin():
        return vectors(session, texts, encode), {each: place for place, each in enumerate(texts)}


def _asked(
    database: Database, questions: Sequence[Question], encode: Encode, used: set[str]
) -> tuple[Sequence[Question], Vectors]:
    texts = {digest(question.text): question.text for question in questions}
    used.update(texts)
    with database.session() as session, session.begin():
        found = vectors(session, texts, encode)
    places = {each: place for place, each in enumerate(texts)}
    return questions, found[[places[digest(question.text)] for question in questions]] if len(questions) else found


def _keep_gaps(
    database: Database, run: int, groups: Vectors, asked: tuple[Sequence[Question], Vectors]
) -> dict[int, int]:
    """Writes the gaps with the statement whose question comes nearest; returns their ids by the group's number."""
    questions, known = asked
    gaps = []
    for group in groups:
        gap = Gap(run=run)
        if len(known):
            similar = known @ group
            best = int(similar.argmax())
            gap.statement, gap.similarity = questions[best].statement, round(float(similar[best]), 3)
        gaps.append(gap)
    with database.session() as session, session.begin():
        session.add_all(gaps)
        session.flush()
        return {number: gap.id for number, gap in enumerate(gaps)}


def _keep_turns(database: Database, encode: Encode, groups: Vectors, gaps: dict[int, int], threshold: float) -> None:
    """Writes which turns are in which gap."""
    for batch in _turns(database):
        found, places = _encoded(database, batch, encode)
        numbers = nearest(found, groups, threshold)
        rows = []
        for asked in batch:
            place = places[asked.digest]
            number = int(numbers[place])
            if number != NONE:
                similarity = round(float(found[place] @ groups[number]), 4)
                rows.append({"gap": gaps[number], "turn": asked.turn, "similarity": similarity})
        if rows:
            with database.session() as session, session.begin():
                session.execute(insert(GapTurn), rows)
