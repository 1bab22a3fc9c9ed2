"""Figures computed by hand on a small fixture."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session

from bot.review.aggregates import CLOSED
from bot.review.database import Database
from bot.review.figures import MINIMUM, QUESTIONS, Figures, Row, Share, figures, percentiles, wilson
from bot.review.period import Period
from bot.review.tables import DailyFigure
from tests.review.stores import Stores

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
COUNTS = [
    (MONDAY, "turns", "", 30), (TUESDAY, "turns", "", 10), (date(2026, 11, 22), "turns", "", 99),
    (MONDAY, "conversations", "", 12), (TUESDAY, "conversations", "", 8), (TUESDAY, "reviewed", "", 5),
    (MONDAY, "outcome", "answered", 18), (MONDAY, "outcome", "smalltalk", 6), (MONDAY, "outcome", "clarify", 6),
    (TUESDAY, "outcome", "answered", 6), (TUESDAY, "outcome", "failed", 1), (TUESDAY, "outcome", "handover", 3),
    (MONDAY, "feedback", "up", 9), (TUESDAY, "feedback", "down", 3),
    (MONDAY, "latency", "50", 10), (MONDAY, "latency", "100", 9), (MONDAY, "latency", "20000", 1),
    (TUESDAY, "latency", "slower", 1), (MONDAY, CLOSED, "", 0),
]  # fmt: skip


@pytest.fixture
def counted(stores: Stores) -> Iterator[Figures]:
    database = Database(stores.settings.review_url)
    with database.session() as session:
        yield _read(session)
    database.engine.dispose()


def _read(session: Session) -> Figures:
    names = ("day", "measure", "value", "count")
    session.add_all(DailyFigure(**dict(zip(names, row, strict=True))) for row in COUNTS)
    session.flush()
    return figures(session, Period(MONDAY, TUESDAY))


def test_counts_are_those_of_the_days_of_the_period(counted: Figures) -> None:
    assert counted.count("turns") == 40
    assert counted.count("conversations") == 20
    assert counted.count("verdict") == 0
    assert CLOSED not in counted.totals


def test_rows_are_ordered_by_count_and_shares_are_of_all(counted: Figures) -> None:
    assert counted.rows("outcome", most=2) == [Row("answered", Share(24, 40)), Row("clarify", Share(6, 40))]
    assert [row.value for row in counted.rows("outcome")] == ["answered", "clarify", "smalltalk", "handover", "failed"]
    assert counted.rows("feedback", ["up", "down"]) == [Row("up", Share(9, 12)), Row("down", Share(3, 12))]


def test_the_share_that_was_answered_is_of_the_questions(counted: Figures) -> None:
    share = counted.share("outcome", "answered", QUESTIONS)  # 18 + 6 of 40 - 6 small talk - 3 for a human
    assert share == Share(24, 31)
    assert share.rate == pytest.approx(0.7742, abs=1e-4)


def test_the_share_of_thumbs_up_is_of_all_thumbs_and_too_small_to_say(counted: Figures) -> None:
    assert counted.share("feedback", "up") == Share(9, 12)
    assert counted.share("feedback", "up").rate is None


@pytest.mark.parametrize(("total", "rate"), [(MINIMUM - 1, None), (MINIMUM, 0.25)])
def test_a_share_is_given_from_a_minimum_on(total: int, rate: float | None) -> None:
    assert Share(total // 4, total).rate == rate


def test_the_parts_of_a_period_have_their_own_counts(counted: Figures) -> None:
    days = [Period(MONDAY, MONDAY), Period(TUESDAY, TUESDAY)]
    assert [dict(part) for part in counted.over("turns", days)] == [{"": 30}, {"": 10}]
    assert dict(counted.over("latency", [Period(MONDAY, TUESDAY)])[0]) == {"50": 10, "100": 9, "20000": 1, "slower": 1}


def test_percentiles_are_read_from_the_histogram(counted: Figures) -> None:
    found = percentiles(counted.over("latency", [Period(MONDAY, MONDAY)])[0])
    # Of 20: the 10th within 50, the 19th within 100.
    assert (found.turns, found.half, found.most) == (20, 50.0, 100.0)
    found = percentiles(counted.totals["latency"])
    # Of 21: the 11th within 100, the 20th within 20000.
    assert (found.turns, found.half, found.most) == (21, 100.0, 20000.0)


@pytest.mark.parametrize(
    ("histogram", "half", "most"),
    [({"100": 19}, None, None), ({"100": 20}, 100.0, 100.0), ({"100": 18, "slower": 2}, 100.0, math.inf)],
)
def test_percentiles_need_a_minimum_and_may_lie_beyond_the_steps(
    histogram: dict[str, int], half: float | None, most: float | None
) -> None:
    found = percentiles(histogram)
    assert (found.half, found.most) == (half, most)


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    # Newcombe (1998), table I, method 3: without continuity correction.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_the_interval_of_a_rate_is_wilsons(count: int, total: int, low: float, high: float) -> None:
    assert wilson(count, total) == pytest.approx((low, high), abs=1e-4)


def test_nothing_counted_says_nothing_of_a_rate() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
