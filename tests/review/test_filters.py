"""The filter of the inbox: from an address and back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.review.filters import NAMES, PERIODS, SEVERAL_IN_ORDER, TENTHS, VERDICTS, Filter, Sort, parse

WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40).map(str.strip)
DAYS = st.dates(date(2000, 1, 1), date(2999, 12, 31))


def some(field: str) -> st.SearchStrategy[tuple[str, ...]]:
    known = SEVERAL_IN_ORDER[field]
    return st.sets(st.sampled_from(known)).map(lambda chosen: tuple(each for each in known if each in chosen))


@st.composite
def filters(draw: Any) -> Filter:
    ends = sorted(draw(st.lists(DAYS, min_size=2, max_size=2)))
    low, high = sorted(draw(st.lists(st.sampled_from(list(TENTHS)), min_size=2, max_size=2, unique=True)))
    return Filter(
        period=draw(st.sampled_from(["", *PERIODS])),
        since=draw(st.sampled_from([None, ends[0]])),
        until=draw(st.sampled_from([None, ends[1]])),
        confidence_from=draw(st.sampled_from([None, low])),
        confidence_below=draw(st.sampled_from([None, high])),
        verdict=draw(st.sampled_from(["", *VERDICTS])),
        sort=draw(st.sampled_from(list(Sort))),
        **{field: draw(some(field)) for field in SEVERAL_IN_ORDER},
        **{field: draw(WORDS) for field in ("words", "intent", "subject", "reason", "tag", "reviewer", "model")},
        gap=draw(st.sampled_from(["", "0", "12"])),
    )


def query(address: str) -> tuple[Filter, tuple[str, ...]]:
    return parse(parse_qsl(address, keep_blank_values=True))


@given(filters())
def test_a_filter_comes_back_from_its_query(filter: Filter) -> None:
    assert query(filter.query()) == (filter, ())


@given(filters())
def test_a_filter_less_each_of_its_pairs_is_empty(filter: Filter) -> None:
    for name, value in filter.pairs():
        filter = filter.without(name, value)
    assert filter == Filter()


def test_a_query_has_the_names_of_an_address_and_no_more_than_was_asked() -> None:
    asked = Filter(since=date(2026, 11, 1), words="Münster & co", outcome=("failed", "refused"))
    assert asked.query(turn="a1") == "from=2026-11-01&q=M%C3%BCnster+%26+co&outcome=failed&outcome=refused&turn=a1"
    assert Filter().query() == ""


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("outcome=nonsense&language=nl", ("outcome",)),
        ("language=fr", ("language",)),
        ("from=yesterday", ("from",)),
        ("from=2026-02-30", ("from",)),
        ("to=0001-01-01", ("to",)),
        ("from=2026-11-02&to=2026-11-01", ("from", "to")),
        ("confidence_from=45", ("confidence_from",)),
        ("confidence_from=-10", ("confidence_from",)),
        ("confidence_below=1e1", ("confidence_below",)),
        ("confidence_below=²0", ("confidence_below",)),
        ("confidence_from=50&confidence_below=50", ("confidence_from", "confidence_below")),
        ("verdict=perfect", ("verdict",)),
        ("period=century", ("period",)),
        ("sort=random", ("sort",)),
        ("intent=a%00b", ("intent",)),
        ("tag=" + "x" * 41, ("tag",)),
        ("q=" + "x" * 201, ("q",)),
        ("state=new&state=lost&state=found", ("state",)),
    ],
)
def test_what_cannot_be_read_is_named_and_left_out(address: str, wrong: tuple[str, ...]) -> None:
    filter, named = query(address)
    assert named == wrong
    assert not {name for name, _ in filter.pairs()} & (set(wrong) - {"state"})


def test_what_is_right_counts_beside_what_is_wrong() -> None:
    filter, wrong = query("outcome=failed&outcome=x&language=nl&from=x")
    assert filter == Filter(outcome=("failed",), language=("nl",))
    assert wrong == ("outcome", "from")


def test_empty_fields_of_a_form_and_other_parameters_do_not_matter() -> None:
    assert query("q=&period=&outcome=&after=x&turn=y&said=z&q=%20") == (Filter(), ())


def test_values_that_are_repeated_count_once_and_in_a_fixed_order() -> None:
    assert query("outcome=failed&outcome=answered&outcome=failed")[0] == Filter(outcome=("answered", "failed"))


@pytest.mark.parametrize(
    ("filter", "start", "end"),
    [
        (Filter(), None, None),
        (Filter(period="today"), datetime(2026, 11, 25, 23, tzinfo=UTC), None),
        (Filter(period="week"), datetime(2026, 11, 19, 23, tzinfo=UTC), None),
        (Filter(period="week", since=date(2026, 11, 24)), datetime(2026, 11, 23, 23, tzinfo=UTC), None),
        (Filter(until=date(2026, 7, 1)), None, datetime(2026, 7, 1, 22, tzinfo=UTC)),
        # The day on which the clock goes back has 25 hours.
        (
            Filter(since=date(2026, 10, 25), until=date(2026, 10, 25)),
            datetime(2026, 10, 24, 22, tzinfo=UTC),
            datetime(2026, 10, 25, 23, tzinfo=UTC),
        ),
    ],
)
def test_days_are_those_of_enschede(filter: Filter, start: datetime | None, end: datetime | None) -> None:
    assert filter.bounds(date(2026, 11, 26)) == (start, end)


def test_each_field_has_a_name_of_its_own() -> None:
    assert len(set(NAMES.values())) == len(NAMES)


def test_only_the_order_leaves_a_filter_empty() -> None:
    assert Filter(sort=Sort.OLDEST).empty
    assert not Filter(language=("nl",)).empty
