"""Gaps as staff read them: groups of questions without an answer, of a period, the most asked first.

`gap_search` finds them; what is counted here are the turns that are still there and still need an answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from bot.languages import LANGUAGES
from bot.review.digests import digest
from bot.review.period import Period
from bot.review.tables import Gap, GapRun, GapTurn, Judgement, Proposal, Turn, Verdict
from bot.review.times import utc

OUTCOMES = ("not_in_sources", "out_of_scope", "clarify")
"""A turn with one of these outcomes got no answer: declined, or not understood well enough, so that it was asked back.
Turns that failed say nothing about what is missing."""
SETTLED = (Verdict.OUT_OF_SCOPE, Verdict.IGNORE)
"""Turns with these verdicts need no content."""
EXAMPLES = 5
"""Texts that are shown of a gap."""
LOOKED_AT = 25
"""Turns nearest to the middle of a gap, in each language, among which its examples are sought."""
ON_A_PAGE = 20
"""Gaps on a page."""
ABANDONED = timedelta(hours=2)
"""After so long a search that has not finished is taken to have been cut off."""
ASKED_FOR = ("proposed", "confirmed", "exported")
"""A proposal with one of these states asks for content, or did."""


@dataclass(frozen=True)
class Example:
    """A text of a visitor, with the turn to read it in."""

    turn: str
    conversation: str
    language: str
    text: str


@dataclass(frozen=True)
class Shown:
    """A gap with what was asked of it in a period."""

    id: int
    count: int
    languages: dict[str, int]
    first: datetime
    last: datetime
    examples: tuple[Example, ...]
    intent: str | None
    """The intent that most of its turns were routed by."""
    statement: str | None
    similarity: float | None
    asked: bool
    """Whether content has been asked for."""


@dataclass(frozen=True)
class Listing:
    """A page of gaps. `turns` are all without an answer in the period, of which `grouped` are in a gap."""

    gaps: tuple[Shown, ...]
    more: bool
    turns: int
    grouped: int


def unanswered(*columns: Any) -> Select[Any]:
    """The turns without an answer that may ask for content."""
    settled = exists().where(Judgement.turn == Turn.id, Judgement.verdict.in_(SETTLED)).correlate(Turn)
    return select(*columns).select_from(Turn).where(Turn.outcome.in_(OUTCOMES), Turn.text != "", ~settled)


def last_run(session: Session) -> GapRun | None:
    """The last search that finished well."""
    finished = select(GapRun).where(GapRun.finished_at.is_not(None), GapRun.failed.is_(None))
    return session.scalars(finished.order_by(GapRun.id.desc()).limit(1)).first()


def last_failure(session: Session) -> str | None:
    """What ended the last search, when that was not its end."""
    return session.scalars(
        select(GapRun.failed).where(GapRun.finished_at.is_not(None)).order_by(GapRun.id.desc()).limit(1)
    ).first()


def running(session: Session, now: datetime) -> bool:
    """Whether a search is under way."""
    open_runs = select(func.count()).select_from(GapRun).where(GapRun.finished_at.is_(None))
    return bool(session.scalars(open_runs.where(GapRun.started_at > now - ABANDONED)).one())


def listing(session: Session, run: GapRun, period: Period, page: int = 1) -> Listing:
    """A page of the gaps that a search found."""
    counted = func.count().label("count")
    rows = (
        _within(period, GapTurn.gap, counted, func.min(Turn.at), func.max(Turn.at))
        .where(Gap.run == run.id)
        .group_by(GapTurn.gap)
        .order_by(counted.desc(), GapTurn.gap)
        .offset((page - 1) * ON_A_PAGE)
        .limit(ON_A_PAGE + 1)
    )
    found = session.execute(rows).all()
    start, end = period.bounds
    turns = session.scalars(unanswered(func.count()).where(Turn.at >= start, Turn.at < end)).one()
    grouped = session.scalars(_within(period, func.count()).where(Gap.run == run.id)).one()
    shown = _shown(session, period, found[:ON_A_PAGE])
    return Listing(tuple(shown), len(found) > ON_A_PAGE, turns, grouped)


def gap(session: Session, id: int, period: Period) -> Shown | None:
    """One gap; None when there is no such gap, or nothing of it in the period."""
    rows = _within(period, GapTurn.gap, func.count(), func.min(Turn.at), func.max(Turn.at))
    found = session.execute(rows.where(GapTurn.gap == id).group_by(GapTurn.gap)).all()
    return next(iter(_shown(session, period, found)), None)


def _within(period: Period, *columns: Any) -> Select[Any]:
    """The turns of gaps in a period."""
    start, end = period.bounds
    turns = unanswered(*columns).where(Turn.at >= start, Turn.at < end)
    return turns.join(GapTurn, GapTurn.turn == Turn.id).join(Gap, Gap.id == GapTurn.gap)


def _shown(session: Session, period: Period, found: Sequence[Any]) -> list[Shown]:
    ids = [row[0] for row in found]
    kept = {each.id: each for each in session.scalars(select(Gap).where(Gap.id.in_(ids)))}
    languages = _by(session, period, ids, Turn.language)
    intents = _by(session, period, ids, Turn.intent)
    asked = _asked(session, ids)
    return [
        Shown(
            id=id,
            count=count,
            languages={language: languages[id].get(language, 0) for language in LANGUAGES},
            first=utc(first),
            last=utc(last),
            examples=_examples(session, period, id),
            intent=max(intents[id], key=lambda intent: (intents[id][intent], intent or ""), default=None),
            statement=kept[id].statement,
            similarity=kept[id].similarity,
            asked=id in asked,
        )
        for id, count, first, last in found
    ]


def _by(session: Session, period: Period, ids: Sequence[int], column: Any) -> defaultdict[int, dict[str, int]]:
    """How many turns of each gap have each value of a column."""
    counts: defaultdict[int, dict[str, int]] = defaultdict(dict)
    rows = _within(period, GapTurn.gap, column, func.count()).where(GapTurn.gap.in_(ids))
    for id, value, count in session.execute(rows.group_by(GapTurn.gap, column)):
        if value is not None:
            counts[id][value] = count
    return counts


def _asked(session: Session, ids: Sequence[int]) -> set[int]:
    """The gaps of which a turn has a proposal for content."""
    wanted = select(GapTurn.gap).join(Proposal, Proposal.turn == GapTurn.turn)
    asks = (Proposal.kind == "content", Proposal.status.in_(ASKED_FOR))
    return set(session.scalars(wanted.where(GapTurn.gap.in_(ids), *asks).distinct()))


def _examples(session: Session, period: Period, id: int) -> tuple[Example, ...]:
    """Different texts nearest to the middle of a gap; of each language the nearest, then the others."""
    own: list[list[Example]] = []
    for language in LANGUAGES:
        rows = _within(period, Turn.id, Turn.conversation, Turn.language, Turn.text)
        nearest = rows.where(GapTurn.gap == id, Turn.language == language).order_by(GapTurn.similarity.desc(), Turn.id)
        own.append([Example(*row) for row in session.execute(nearest.limit(LOOKED_AT))])
    different: dict[str, Example] = {}
    for each in (each for pair in _zip(own) for each in pair):
        different.setdefault(digest(each.text), each)
    return tuple(different.values())[:EXAMPLES]


def _zip(lists: Sequence[Sequence[Example]]) -> list[list[Example]]:
    """The first of each, the second of each, and so on, as far as each goes."""
    longest = max((len(each) for each in lists), default=0)
    return [[each[place] for each in lists if place < len(each)] for place in range(longest)]
