"""Pictures of figures as SVG, made on the server: bars, columns and lines, each with its axis, title and description.

They have no view box: widths are parts of the room that there is, heights and letters are in em. So letters keep their
size on a narrow screen and grow with the reader's. Colours come from the style sheet (static/insight.css) by class; in
a line, dashes and the shape of its marks tell the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from xml.etree.ElementTree import Element, SubElement, tostring

from markupsafe import Markup

Format = Callable[[float], str]
"""Writes a number in the reader's language."""

NARROW, WIDE = 30, 64
"""Letters of a label that fit beside a number on a narrow screen, and on a wide one. The table gives all of them."""
BESIDE = 0.4
"""Room between a label and the axis; em."""
BAR, BAR_ROOM = 0.7, 2.5
"""Height of a bar, and of a bar with the label above it; em."""
PLOT, TOP, FOOT = 11.0, 2.6, 1.8
"""Height of a plot, of the room above it and of the labels below it; em."""
INSET = 3.0
"""Per cent of the width that a plot keeps free at both sides, so that marks are whole."""


@dataclass(frozen=True)
class Caption:
    """What a picture shows, in words. `name` is unique on its page."""

    name: str
    title: str
    description: str


@dataclass(frozen=True)
class Line:
    """A named line: a value for each step, None where there is none."""

    name: str
    values: Sequence[float | None]


def bars(caption: Caption, rows: Sequence[tuple[str, float, str]], number: Format) -> Markup:
    """Lying bars below one another. A row is its label, its value, and the value as it is to be read."""
    top = ceiling(max((value for _, value, _ in rows), default=0))
    height = len(rows) * BAR_ROOM
    svg = _picture(caption, height + FOOT)
    for tick in ticks(top):
        _line(svg, "grid", tick / top * 100, 0, tick / top * 100, height)
        _text(svg, number(tick), tick / top * 100, height + 1.2, _anchor(tick / top), "tick")
    for place, (label, value, said) in enumerate(rows):
        base = place * BAR_ROOM
        _label(svg, label, base + 1.1)
        _text(svg, said, 100, base + 1.1, "end", "label").set("dx", f"-{BESIDE}em")
        _rectangle(svg, 0, base + 1.5, value / top * 100, BAR)
    _line(svg, "axis", 0, 0, 0, height)
    return _markup(svg)


def columns(caption: Caption, rows: Sequence[tuple[str, float]], number: Format) -> Markup:
    """Standing bars beside one another, each a label and a value."""
    top = ceiling(max((value for _, value in rows), default=0))
    svg = _picture(caption, TOP + PLOT + FOOT)
    _grid(svg, top)
    room = (100 - 2 * INSET) / max(len(rows), 1)
    for place, (_, value) in enumerate(rows):
        height = value / top * PLOT
        _rectangle(svg, INSET + (place + 0.1) * room, TOP + PLOT - height, room * 0.8, height)
    _scale(svg, top, number)
    _labels(svg, [label for label, _ in rows], lambda place: INSET + (place + 0.5) * room)
    return _markup(svg)


def lines(caption: Caption, labels: Sequence[str], series: Sequence[Line], number: Format) -> Markup:
    """Lines over the same steps: at most two, told apart by dashes and marks as well as by colour."""
    top = ceiling(max((value or 0 for line in series for value in line.values), default=0))
    svg = _picture(caption, TOP + PLOT + FOOT + 1.5)
    _grid(svg, top)

    def across(place: int) -> float:
        return 50.0 if len(labels) < 2 else INSET + place / (len(labels) - 1) * (100 - 2 * INSET)

    def up(value: float) -> float:
        return TOP + PLOT * (1 - value / top)

    for kind, line in enumerate(series, 1):
        group = SubElement(svg, "g", {"class": f"series series--{kind}"})
        for place, (value, following) in enumerate(zip_longest(line.values, line.values[1:])):
            if value is None:
                continue
            if following is not None:
                _line(group, "stroke", across(place), up(value), across(place + 1), up(following))
            if len(labels) <= 40:
                _mark(group, kind, across(place), up(value))
        _legend(group, kind, line.name)
    _scale(svg, top, number)
    _labels(svg, labels, across)
    return _markup(svg)


def ceiling(most: float) -> float:
    """The end of an axis: the first of 1, 2, 4, 5, 6, 8, 10, 20, 40 ... that is not below the largest value."""
    if most <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(step * power for step in (1, 2, 4, 5, 6, 8, 10) if step * power >= most)


def ticks(top: float) -> list[float]:
    """What stands along an axis: nought, the half if it is a whole number, the end."""
    return [0, top / 2, top] if (top / 2).is_integer() else [0, top]


def short(label: str, longest: int) -> str:
    """A label that fits."""
    return label if len(label) <= longest else label[: longest - 1].rstrip() + "…"


def _label(svg: Element, label: str, height: float) -> None:
    """A label; one that is too long for a narrow screen in two lengths, of which the style sheet shows one."""
    if len(label) <= NARROW:
        _text(svg, label, 0, height, "start", "label").set("dx", f"{BESIDE}em")
        return
    for longest, kind in ((NARROW, "label label--narrow"), (WIDE, "label label--wide")):
        _text(svg, short(label, longest), 0, height, "start", kind).set("dx", f"{BESIDE}em")


def _picture(caption: Caption, height: float) -> Element:
    names = f"{caption.name}-title {caption.name}-desc"
    svg = Element("svg", {"class": "picture", "role": "img", "aria-labelledby": names, "width": "100%"})
    svg.set("height", _em(height))
    SubElement(svg, "title", {"id": f"{caption.name}-title"}).text = caption.title
    SubElement(svg, "desc", {"id": f"{caption.name}-desc"}).text = caption.description
    return svg


def _grid(svg: Element, top: float) -> None:
    """The lines across a plot."""
    for tick in ticks(top):
        height = TOP + PLOT * (1 - tick / top)
        _line(svg, "grid" if tick else "axis", 0, height, 100, height)


def _scale(svg: Element, top: float, number: Format) -> None:
    """The number above each line across a plot; drawn last, so that nothing hides it."""
    for tick in ticks(top):
        _text(svg, number(tick), 0, TOP + PLOT * (1 - tick / top) - 0.3, "start", "tick")


def _labels(svg: Element, labels: Sequence[str], across: Callable[[int], float]) -> None:
    """The first label, the last, and the one in the middle where there is room."""
    places = {0, len(labels) - 1} | ({len(labels) // 2} if len(labels) % 2 else set())
    for place in sorted(places & set(range(len(labels)))):
        anchor = "middle" if len(labels) == 1 else _anchor(place / (len(labels) - 1))
        _text(
            svg,
            labels[place],
            {"start": 0.0, "end": 100.0}.get(anchor, across(place)),
            TOP + PLOT + 1.4,
            anchor,
            "tick",
        )


def _legend(group: Element, kind: int, name: str) -> None:
    """What a line is, left and right above the plot, with a piece of it."""
    left = (kind - 1) * 50
    sample = SubElement(group, "svg", {"x": f"{left}%", "y": "0", "width": "3em", "height": "1.4em"})
    _line(sample, "stroke", 2, 0.7, 98, 0.7)
    _mark(sample, kind, 50, 0.7)
    text = _text(group, name, left, 1.1, "start", "label")
    text.set("dx", "3.5em")


def _mark(parent: Element, kind: int, x: float, y: float) -> None:
    if kind == 1:
        SubElement(parent, "circle", {"class": "mark", "cx": f"{x:.2f}%", "cy": _em(y), "r": "0.25em"})
        return
    box = SubElement(parent, "svg", {"x": f"{x:.2f}%", "y": _em(y), "overflow": "visible"})
    size = {"x": "-0.25em", "y": "-0.25em", "width": "0.5em", "height": "0.5em"}
    SubElement(box, "rect", {"class": "mark", **size})


def _rectangle(parent: Element, x: float, y: float, width: float, height: float) -> None:
    place = {"x": f"{x:.2f}%", "y": _em(y), "width": f"{width:.2f}%", "height": _em(height)}
    SubElement(parent, "rect", {"class": "bar", **place})


def _line(parent: Element, kind: str, x1: float, y1: float, x2: float, y2: float) -> None:
    ends = {"x1": f"{x1:.2f}%", "y1": _em(y1), "x2": f"{x2:.2f}%", "y2": _em(y2)}
    SubElement(parent, "line", {"class": kind, **ends})


def _text(parent: Element, said: str, x: float, y: float, anchor: str, kind: str) -> Element:
    place = {"x": f"{x:.2f}%", "y": _em(y), "text-anchor": anchor}
    text = SubElement(parent, "text", {"class": kind, **place})
    text.text = said
    return text


def _anchor(part: float) -> str:
    """How a label stands to its place along an axis, so that the outer ones do not stick out."""
    return "start" if part < 0.02 else "end" if part > 0.98 else "middle"


def _em(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") + "em"


def _markup(svg: Element) -> Markup:
    # The parts were escaped by the writer of XML.
    return Markup(tostring(svg, encoding="unicode"))
