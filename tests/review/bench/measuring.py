"""Runs every filter of the inbox alone, as its page does, and the page of statistics; in milliseconds."""

from __future__ import annotations

import gc
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.review import aggregates
from bot.review.access import Role
from bot.review.counts import counts
from bot.review.filters import Filter, Sort
from bot.review.inbox import page
from bot.review.projection import Projection
from bot.review.tables import Turn
from bot.review.times import today
from bot.settings import Settings
from bot.web.app import create_app
from tests.bot.web.fake_rasa import FakeRasa
from tests.review.bench.synthetic import COMMON, DAYS, MODELS, RARE
from tests.review.conftest import log_in
from tests.review.filling import EVENTS, said

PAGES = 3
"""Pages that are looked at one after the other."""


def filters() -> dict[str, Filter]:
    """Each filter alone, where it matters by a value that many rows have and by one that few have."""
    day = today()
    return {
        "none": Filter(),
        "none, oldest first": Filter(sort=Sort.OLDEST),
        "period: today": Filter(period="today"),
        "period: month": Filter(period="month"),
        "dates: one day": Filter(since=day - timedelta(days=40), until=day - timedelta(days=40)),
        "dates: until two months ago": Filter(until=day - timedelta(days=60)),
        "words: common": Filter(words=COMMON),
        "words: common, two": Filter(words="de gemeente"),
        "words: rare": Filter(words=RARE),
        "words: begun": Filter(words="w7777"),
        "words: none has them": Filter(words="xylofoon"),
        "outcome: answered": Filter(outcome=("answered",)),
        "outcome: failed": Filter(outcome=("failed",)),
        "outcome: three": Filter(outcome=("clarify", "not_in_sources", "failed")),
        "language: nl": Filter(language=("nl",)),
        "language: en": Filter(language=("en",)),
        "feedback: down": Filter(feedback=("down",)),
        "feedback: up": Filter(feedback=("up",)),
        "state: new": Filter(state=("new",)),
        "state: done": Filter(state=("done",)),
        "state: won't fix": Filter(state=("wont_fix",)),
        "verdict: right": Filter(verdict="right"),
        "verdict: ignore": Filter(verdict="ignore"),
        "verdict: none": Filter(verdict="none"),
        "confidence: below 30 %": Filter(confidence_below=30),
        "confidence: from 90 %": Filter(confidence_from=90),
        "intent: common": Filter(intent="about"),
        "intent: rare": Filter(intent="chitchat/greeting"),
        "subject: common": Filter(subject="enschede"),
        "subject: rare": Filter(subject="corona"),
        "reason: common": Filter(reason="ranked"),
        "reason: rare": Filter(reason="bare why"),
        "tag: common": Filter(tag="klacht"),
        "tag: rare": Filter(tag="subsidie"),
        "reviewer": Filter(reviewer="anna"),
        "model: common": Filter(model=MODELS[0]),
        "model: rare": Filter(model=MODELS[2]),
    }


def count_days(engine: Engine) -> float:
    """Counts every day, as the projection does with those that change; milliseconds for one day."""
    with Session(engine) as session, session.begin():
        days = aggregates.open_days(session, datetime.now(UTC).date())[-DAYS:]
        return _timed(lambda: aggregates.refresh(session, days))[0] / max(1, len(days))


def measure(settings: Settings, engine: Engine, repeats: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Half and 95 of 100 requests take no longer than `p50` and `p95`. `cpu` is what half of them take of this process:
    on a busy machine far less than the time that passes."""
    # What was needed to make up the rows would else be gone through at every collection of garbage.
    gc.collect()
    gc.freeze()
    found: dict[str, Any] = {"filters": {}, "statistics": _statistics(settings, repeats)}
    for name, filter in filters().items():
        found["filters"][name] = _filter(engine, filter, repeats)
        say(f"  {name}: {found['filters'][name]}")
    found["landing"] = _landing(settings, repeats)
    return found


def percentile(times: list[float], part: float) -> float:
    """The time that this part of them does not exceed."""
    ordered = sorted(times)
    return ordered[max(0, -int(-part * len(ordered) // 1) - 1)]


def summary(times: list[float]) -> Mapping[str, float]:
    return {"p50": round(percentile(times, 0.5), 1), "p95": round(percentile(times, 0.95), 1)}


def _filter(engine: Engine, filter: Filter, repeats: int) -> dict[str, Any]:
    """The first pages, each with the counts that stand beside it."""
    lists, whole, busy, rows = [], [], [], 0
    for round_number in range(repeats + 1):
        after = None
        for _ in range(PAGES):
            began = time.process_time()
            with Session(engine) as session:
                listed, shown = _timed(lambda after=after, session=session: page(session, filter, after=after))
                counted, _found = _timed(lambda session=session: counts(session, filter, today()))
            # The first time, SQLAlchemy writes the queries; it keeps them as long as the process runs.
            if round_number:
                lists.append(listed)
                whole.append(listed + counted)
                busy.append((time.process_time() - began) * 1000)
            rows = max(rows, len(shown.rows))
            after = shown.after
            if after is None:
                break
    cpu = round(percentile(busy, 0.5), 1)
    return {"rows": rows, "list": summary(lists), "page": summary(whole), "cpu": cpu}


def _statistics(settings: Settings, repeats: int) -> dict[str, Any]:
    """The whole page, as a browser gets it."""
    client = log_in(create_app(settings, FakeRasa()), Role.READER, "bench")
    found = {}
    for period in ("28", "90", "year"):
        times = []
        for _ in range(repeats):
            took, answer = _timed(lambda period=period: client.get(f"/review/statistics?period={period}"))
            assert answer.status_code == 200, answer.status_code
            times.append(took)
        found[period] = summary(times)
    return found


def _landing(settings: Settings, repeats: int) -> Mapping[str, float]:
    """From a turn in Rasa's store to the same turn in review, the wait between two looks left out."""
    projection = Projection(settings)
    EVENTS.metadata.create_all(projection.events)
    # Of this run alone: the store may have been measured before.
    run = uuid.uuid4().hex[:12]
    times = []
    for number in range(repeats):
        said(projection.events, f"session-{run}", f"{run}-{number}")
        times.append(_timed(projection.poll)[0])
    with projection.database.session() as session:
        assert len(session.scalars(select(Turn.id).where(Turn.id.startswith(run))).all()) == repeats
    projection.close()
    return summary(times)


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = act()
    return (time.perf_counter() - began) * 1000, result
