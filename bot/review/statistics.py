"""The page of statistics, made of the figures of a period: headline, and sections with a picture and a table each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date, format_interval
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup

from bot.review.aggregates import LATENCY_STEPS
from bot.review.figures import QUESTIONS, Figures, Percentiles, Row, Share, percentiles
from bot.review.naming import Names
from bot.review.period import Period
from bot.review.pictures import Caption, Line, bars, columns, lines
from bot.web.dates import LOCALES

MOST = 10
"""Rows of a section of which there may be very many; the others are added up in one row."""


@dataclass(frozen=True)
class TableRow:
    """A row: its head, which may lead to the turns that it counts, and its cells."""

    head: str
    cells: tuple[str, ...]
    link: str | None = None


@dataclass(frozen=True)
class Section:
    """A part of the page; without rows there was nothing to count."""

    key: str
    title: str
    definition: str
    heads: tuple[str, ...] = ()
    rows: tuple[TableRow, ...] = ()
    picture: Markup | None = None
    remark: str = ""
    timed: bool = False
    """Whether it is told over time, so that there may be very many rows."""


@dataclass(frozen=True)
class Headline:
    """A figure at the top of the page, with what it is and, for a share, of how many."""

    key: str
    value: str
    of: str = ""


class Writer:
    """Writes numbers, shares, times and names in a language."""

    def __init__(self, words: Mapping[str, Any], language: str, names: Names) -> None:
        self.words = words
        self._locale, self._names = LOCALES[language], names

    def number(self, value: float) -> str:
        return str(format_decimal(value, locale=self._locale))

    def share(self, share: Share) -> str:
        return str(self.words["too_few"]) if share.rate is None else self.percent(share.rate)

    def percent(self, rate: float) -> str:
        return str(format_percent(rate, locale=self._locale))

    def exact(self, rate: float) -> str:
        """A rate to a tenth of a per cent."""
        return str(format_percent(rate, format="0.0%", locale=self._locale))

    def of(self, share: Share) -> str:
        return str(self.words["of"].format(count=self.number(share.count), total=self.number(share.total)))

    def duration(self, milliseconds: float | None) -> str:
        """A response time: in milliseconds below a second, in seconds from there on."""
        if milliseconds is None:
            return str(self.words["too_few"])
        if math.isinf(milliseconds):
            return str(self.words["slower"].format(value=self.number(LATENCY_STEPS[-1] / 1000)))
        if milliseconds < 1000:
            return str(self.words["milliseconds"].format(value=self.number(milliseconds)))
        return str(self.words["seconds"].format(value=self.number(milliseconds / 1000)))

    def name(self, measure: str, value: str) -> str:
        """A value of a measure in words; as it is when there are none."""
        if measure == "reason":
            outcome, _, reason = value.partition("/")
            return f"{self.name('outcome', outcome)}: {reason or '–'}"
        if measure == "confidence":
            return f"{self.percent(int(value) / 10)} – {self.percent((int(value) + 1) / 10)}"
        if measure == "intent":
            return self._names.intent(value)
        if measure == "subject":
            return self._names.subject(value)
        return str(self.words["values"][measure].get(value, value))

    def day(self, day: date) -> str:
        return str(format_date(day, "d MMMM y", locale=self._locale))

    def part(self, part: Period, step: str) -> str:
        """A step of the period: "3 nov 2026", "2–8 nov 2026", "nov 2026"."""
        if part.first == part.last:
            return str(format_date(part.first, "d MMM y", locale=self._locale))
        if step == "month" and part.first.day == 1 and (part.last + timedelta(days=1)).day == 1:
            return str(format_date(part.first, "MMM y", locale=self._locale))
        return str(format_interval(part.first, part.last, "yMMMd", locale=self._locale))


def headlines(figures: Figures, writer: Writer) -> list[Headline]:
    """The figures in short."""
    all_of = {
        "answered": figures.share("outcome", "answered", QUESTIONS),
        "satisfied": figures.share("feedback", "up"),
        "reviewed": Share(figures.count("reviewed"), figures.count("conversations")),
    }
    counts = [Headline(key, writer.number(figures.count(key))) for key in ("conversations", "turns")]
    shares = [Headline(key, writer.share(share), writer.of(share)) for key, share in all_of.items()]
    time = percentiles(figures.totals.get("latency", {}))
    return [*counts, *shares, Headline("half", writer.duration(time.half))]


def sections(figures: Figures, period: Period, writer: Writer) -> list[Section]:
    """The parts of the page, in their order."""
    ordered = {"confidence": [str(tenth) for tenth in range(10)], "feedback": ["up", "down"]}
    by_value = {
        measure: _by_value(measure, figures, period, writer, ordered.get(measure))
        for measure in ("language", "outcome", "reason", "subject", "intent", "confidence", "feedback", "verdict")
    }
    volume, latency = _volume(figures, period, writer), _latency(figures, period, writer)
    return [volume, *by_value.values(), latency]


def _volume(figures: Figures, period: Period, writer: Writer) -> Section:
    parts = period.parts()
    labels = [writer.part(part, period.step) for part in parts]
    turns = [sum(counts.values()) for counts in figures.over("turns", parts)]
    conversations = [sum(counts.values()) for counts in figures.over("conversations", parts)]
    words, columns_ = writer.words["sections"]["volume"], writer.words["columns"]
    most = max(range(len(parts)), key=turns.__getitem__)
    step = writer.words["steps"][period.step]
    title = f"{words['title']}, {step}"
    described = words["described"].format(step=step, most=writer.number(turns[most]), when=labels[most])
    series = [Line(words["first"], turns), Line(words["second"], conversations)]
    rows = [
        TableRow(label, (writer.number(one), writer.number(other)), _inbox(part))
        for label, one, other, part in zip(labels, conversations, turns, parts, strict=True)
    ]
    heads = (columns_["part"], words["second"], words["first"])
    picture = lines(Caption("volume", title, described), labels, series, writer.number)
    return Section("volume", title, words["definition"], heads, tuple(rows), picture, timed=True)


def _latency(figures: Figures, period: Period, writer: Writer) -> Section:
    parts = period.parts()
    labels = [writer.part(part, period.step) for part in parts]
    found = [percentiles(counts) for counts in figures.over("latency", parts)]
    words, columns_ = writer.words["sections"]["latency"], writer.words["columns"]
    step = writer.words["steps"][period.step]
    title = f"{words['title']}, {step}"
    total = percentiles(figures.totals.get("latency", {}))
    if not total.turns:
        return Section("latency", title, words["definition"])
    remark = words["remark"].format(half=writer.duration(total.half), most=writer.duration(total.most))
    series = [
        Line(words["first"], [_drawn(each.half) for each in found]),
        Line(words["second"], [_drawn(each.most) for each in found]),
    ]
    rows = [
        TableRow(label, _times(each, writer), _inbox(part))
        for label, each, part in zip(labels, found, parts, strict=True)
    ]
    heads = (columns_["part"], columns_["half"], columns_["most"], writer.words["sections"]["volume"]["first"])
    caption = Caption("latency", title, words["described"].format(step=step, remark=remark))
    picture = lines(caption, labels, series, writer.duration)
    return Section("latency", title, words["definition"], heads, tuple(rows), picture, remark, timed=True)


def _times(found: Percentiles, writer: Writer) -> tuple[str, ...]:
    return writer.duration(found.half), writer.duration(found.most), writer.number(found.turns)


def _drawn(milliseconds: float | None) -> float | None:
    """A time in a picture: what is beyond the last step stands at it."""
    return None if milliseconds is None else min(milliseconds, float(LATENCY_STEPS[-1]))


def _by_value(
    measure: str, figures: Figures, period: Period, writer: Writer, values: Sequence[str] | None = None
) -> Section:
    words = writer.words["sections"][measure]
    rows = figures.rows(measure, values)
    remark = _judged(figures, writer) if measure == "verdict" else ""
    if not figures.count(measure):
        return Section(measure, words["title"], words["definition"], remark=remark)
    shown, rest = rows[:MOST], rows[MOST:]
    first = max(shown, key=lambda row: row.share.count)
    described = words["described"].format(
        first=writer.name(measure, first.value), count=writer.number(first.share.count)
    )
    caption = Caption(measure, words["title"], described)
    heads = (words["value"], writer.words["columns"]["count"], writer.words["columns"]["share"])
    table = [
        TableRow(writer.name(measure, row.value), _cells(row.share, writer), _inbox(period, measure, row.value))
        for row in shown
    ]
    if rest:
        others = Share(sum(row.share.count for row in rest), rest[0].share.total)
        head = writer.words["more"].format(count=writer.number(len(rest)))
        table.append(TableRow(head, _cells(others, writer)))
    drawn = _picture(measure, caption, shown, writer)
    return Section(measure, words["title"], words["definition"], heads, tuple(table), drawn, remark)


def _picture(measure: str, caption: Caption, rows: Sequence[Row], writer: Writer) -> Markup:
    named = [(writer.name(measure, row.value), float(row.share.count)) for row in rows]
    if measure == "confidence":
        return columns(caption, named, writer.number)
    return bars(caption, [(name, count, writer.number(count)) for name, count in named], writer.number)


def _judged(figures: Figures, writer: Writer) -> str:
    judged = Share(figures.count("verdict"), figures.count("turns"))
    return str(
        writer.words["judged"].format(
            count=writer.number(judged.count), total=writer.number(judged.total), rate=writer.share(judged)
        )
    )


def _cells(share: Share, writer: Writer) -> tuple[str, ...]:
    return writer.number(share.count), writer.share(share)


QUERIES: dict[str, Callable[[str], dict[str, str]]] = {
    **{
        measure: lambda value, measure=measure: {measure: value}  # type: ignore[misc]
        for measure in ("language", "outcome", "subject", "intent", "feedback", "verdict")
    },
    "reason": lambda value: {"outcome": value.partition("/")[0], "reason": value.partition("/")[2]},
    "confidence": lambda value: {
        "confidence_from": str(int(value) * 10), "confidence_below": str(int(value) * 10 + 10),
    },
}  # fmt: skip
"""What the inbox is asked for to show the turns behind a row."""


def _inbox(period: Period, measure: str | None = None, value: str = "") -> str:
    query = {"from": str(period.first), "to": str(period.last)} | (QUERIES[measure](value) if measure else {})
    return "/review?" + urlencode({name: each for name, each in query.items() if each})
