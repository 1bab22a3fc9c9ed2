"""The days that a page of figures is about."""

from __future__ import annotations

from datetime import date

import pytest

from bot.review.period import Period, PeriodError, period

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("preset", "first", "last", "expected"),
    [
        ("", "", "", (date(2026, 10, 30), TODAY)),
        ("7", "", "", (date(2026, 11, 20), TODAY)),
        ("90", "", "", (date(2026, 8, 29), TODAY)),
        ("year", "", "", (date(2026, 1, 1), TODAY)),
        ("7", "2026-11-01", "2026-11-02", (date(2026, 11, 1), date(2026, 11, 2))),
        ("", "2026-11-01", "", (date(2026, 11, 1), TODAY)),
        ("", "", "2026-11-01", (date(2026, 10, 5), date(2026, 11, 1))),
        ("", "2026-11-01", "2026-11-01", (date(2026, 11, 1), date(2026, 11, 1))),
    ],
)
def test_a_period_is_a_preset_or_goes_from_day_to_day(
    preset: str, first: str, last: str, expected: tuple[date, date]
) -> None:
    found = period(preset, first, last, TODAY)
    assert (found.first, found.last) == expected


@pytest.mark.parametrize(
    ("preset", "first", "last", "why"),
    [
        ("8", "", "", "date"),
        ("", "gisteren", "", "date"),
        ("", "0001-01-01", "", "date"),
        ("", "9999-12-31", "", "date"),
        ("", "2026-11-02", "2026-11-01", "order"),
        ("", "2027-01-01", "", "order"),
        ("", "2010-01-01", "2026-01-01", "long"),
    ],
)
def test_what_makes_no_period_is_told_apart(preset: str, first: str, last: str, why: str) -> None:
    with pytest.raises(PeriodError) as error:
        period(preset, first, last, TODAY)
    assert error.value.key == why


@pytest.mark.parametrize(
    ("days", "step", "parts"), [(1, "day", 1), (35, "day", 35), (36, "week", 6), (190, "week", 28), (191, "month", 7)]
)
def test_the_longer_the_period_the_larger_its_steps(days: int, step: str, parts: int) -> None:
    found = Period(date.fromordinal(TODAY.toordinal() - days + 1), TODAY)
    assert (found.days, found.step, len(found.parts())) == (days, step, parts)


def test_the_parts_of_a_period_are_whole_weeks_or_months_but_for_its_ends() -> None:
    weeks = Period(date(2026, 9, 2), date(2026, 11, 3)).parts()
    assert [(str(part.first), str(part.last)) for part in (weeks[0], weeks[1], weeks[-1])] == [
        ("2026-09-02", "2026-09-06"), ("2026-09-07", "2026-09-13"), ("2026-11-02", "2026-11-03"),
    ]  # fmt: skip
    months = Period(date(2025, 12, 15), date(2026, 11, 3)).parts()
    assert [(str(part.first), str(part.last)) for part in (months[0], months[2], months[-1])] == [
        ("2025-12-15", "2025-12-31"), ("2026-02-01", "2026-02-28"), ("2026-11-01", "2026-11-03"),
    ]  # fmt: skip


def test_the_parts_hold_each_day_once() -> None:
    for days in (1, 35, 36, 190, 191, 800):
        whole = Period(date.fromordinal(TODAY.toordinal() - days + 1), TODAY)
        assert sum(part.days for part in whole.parts()) == days


def test_an_address_leads_to_the_same_period() -> None:
    assert period("7", "", "", TODAY).query == "period=7"
    assert period("", "2026-11-01", "2026-11-02", TODAY).query == "from=2026-11-01&to=2026-11-02"


def test_the_days_of_turns_are_those_of_enschede() -> None:
    start, end = Period(date(2026, 10, 25), date(2026, 10, 26)).bounds  # the clock goes back on the first
    assert (start.isoformat(), end.isoformat()) == ("2026-10-24T22:00:00+00:00", "2026-10-26T23:00:00+00:00")
