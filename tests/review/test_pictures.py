"""Pictures as SVG: what is drawn where, and what is said of it."""

from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

import pytest

from bot.review.pictures import NARROW, Caption, Line, bars, ceiling, columns, lines, ticks

CAPTION = Caption("chart", "Turns <by> day", "Most: 3 & more")


def number(value: float) -> str:
    return f"{value:g}"


def texts(svg: Element, kind: str = "") -> list[str]:
    return [each.text or "" for each in svg.iter("text") if kind in each.get("class", "")]


def all_pictures() -> list[Element]:
    return [
        fromstring(bars(CAPTION, [("a", 1, "1")], number)),
        fromstring(columns(CAPTION, [("a", 1)], number)),
        fromstring(lines(CAPTION, ["a"], [Line("x", [1])], number)),
    ]


@pytest.mark.parametrize("svg", all_pictures(), ids=["bars", "columns", "lines"])
def test_a_picture_has_a_title_and_a_description(svg: Element) -> None:
    assert (svg.get("role"), svg.get("aria-labelledby")) == ("img", "chart-title chart-desc")
    assert [(svg[0].tag, svg[0].get("id"), svg[0].text)] == [("title", "chart-title", "Turns <by> day")]
    assert [(svg[1].tag, svg[1].get("id"), svg[1].text)] == [("desc", "chart-desc", "Most: 3 & more")]


@pytest.mark.parametrize("svg", all_pictures(), ids=["bars", "columns", "lines"])
def test_a_picture_has_no_style_and_no_colour_of_its_own(svg: Element) -> None:
    assert not [name for each in svg.iter() for name in each.attrib if name in ("style", "fill", "stroke")]


def test_bars_are_as_long_as_their_values() -> None:
    svg = fromstring(bars(CAPTION, [("nl", 30, "30"), ("en", 10, "10"), ("none", 0, "0")], number))
    assert [each.get("width") for each in svg.iter("rect")] == ["75.00%", "25.00%", "0.00%"]
    assert texts(svg, "label") == ["nl", "30", "en", "10", "none", "0"]
    assert texts(svg, "tick") == ["0", "20", "40"]


def test_columns_are_as_high_as_their_values() -> None:
    svg = fromstring(columns(CAPTION, [("0", 5), ("1", 10)], number))
    heights = [float(each.get("height", "").removesuffix("em")) for each in svg.iter("rect")]
    assert heights == [5.5, 11.0]


def test_lines_are_told_apart_without_colour() -> None:
    svg = fromstring(lines(CAPTION, ["a", "b", "c"], [Line("x", [1, 2, 3]), Line("y", [3, 2, 1])], number))
    first, second = svg.findall("g")
    assert (first.get("class"), second.get("class")) == ("series series--1", "series series--2")
    assert len(list(first.iter("circle"))) == len(list(second.iter("rect"))) == 4  # three values, one in the legend
    assert texts(svg, "label") == ["x", "y"]


def test_a_line_is_broken_where_there_is_no_value() -> None:
    svg = fromstring(lines(CAPTION, list("abcd"), [Line("x", [1, 2, None, 3])], number))
    group = svg.find("g")
    assert group is not None
    drawn = [each for each in group.findall("line") if each.get("class") == "stroke"]
    assert [(each.get("x1"), each.get("x2")) for each in drawn] == [("3.00%", "34.33%")]
    assert len(group.findall("circle")) == 3


def test_the_axis_of_lines_names_its_ends_and_middle() -> None:
    svg = fromstring(lines(CAPTION, list("abcde"), [Line("x", [0, 0, 0, 0, 7])], number))
    assert texts(svg, "tick") == ["0", "4", "8", "a", "c", "e"]


def test_a_long_label_has_a_short_form_for_narrow_screens() -> None:
    svg = fromstring(bars(CAPTION, [("x" * 40, 1, "1")], number))
    assert texts(svg, "label--narrow") == ["x" * (NARROW - 1) + "…"]
    assert texts(svg, "label--wide") == ["x" * 40]


def test_markup_in_a_label_is_text() -> None:
    made = bars(CAPTION, [("<script>alert(1)</script>", 1, "&")], number)
    assert "<script>" not in made
    assert texts(fromstring(made), "label") == ["<script>alert(1)</script>", "&"]


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 1), (1, 1), (1.5, 2), (3, 4), (7, 8), (8.1, 10), (10, 10), (11, 20), (431, 500), (99999, 100000)],
)
def test_an_axis_ends_at_a_round_number(most: float, top: float) -> None:
    assert ceiling(most) == top


def test_half_of_an_axis_is_named_when_it_is_whole() -> None:
    assert (ticks(10), ticks(5), ticks(1)) == ([0, 5, 10], [0, 5], [0, 1])


@pytest.mark.parametrize("values", [[], [0, 0], [None, None]])
def test_nothing_can_be_drawn(values: list[float | None]) -> None:
    assert fromstring(lines(CAPTION, ["a"] * len(values), [Line("x", values)], number)) is not None
    assert fromstring(bars(CAPTION, [], number)) is not None
    assert fromstring(columns(CAPTION, [], number)) is not None
