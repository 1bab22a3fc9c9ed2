"""/review/sample: a random sample of turns to be judged, and what that says of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from bot.review import times
from bot.review.access import Member, Role, needs
from bot.review.aggregates import closed_until
from bot.review.layout import render
from bot.review.naming import Names
from bot.review.period import Period, PeriodError, period
from bot.review.pictures import Caption, bars
from bot.review.sampling import LARGEST, SMALLEST, Rate, Sample, Wanted, draw
from bot.review.statistics import Writer
from bot.review.tables import Verdict
from bot.review.times import moment
from bot.review.wording import texts

SIZE, DAYS = 100, 28
"""Turns, and days up to and including yesterday, that the form offers."""
Reader = Annotated[Member, Depends(needs(Role.READER))]


def routes() -> APIRouter:
    router = APIRouter()
    router.add_api_route("/sample", sample, methods=["GET"], response_class=HTMLResponse)
    return router


@dataclass(frozen=True)
class Form:
    """What was filled in, to be shown again, and what is wrong with it: the text's key by field."""

    values: dict[str, str]
    errors: dict[str, str]


def sample(request: Request, member: Reader) -> HTMLResponse:
    """The form; and the sample when one was asked for."""
    today, everything = times.today(), texts(member.language)
    writer = Writer(everything["statistics"], member.language, Names.read(None, member.language))
    form, wanted = _read(request, today)
    values: dict[str, Any] = {
        "form": form,
        "smallest": SMALLEST,
        "largest": LARGEST,
        "errors": _errors(form, everything),
    }
    if wanted is not None:
        with request.app.state.review.session() as session:
            drawn, closed = draw(session, wanted), closed_until(session)
        values |= _report(drawn, wanted, writer, everything, member.language)
        values["warnings"] = list(_warnings(wanted.period, today, closed, writer, everything["sample"]))
    return render(request, "sample.html", "sample", 400 if form.errors else 200, wanted=wanted, **values)


def _read(request: Request, today: date) -> tuple[Form, Wanted | None]:
    """The form as it was filled in, with what the page offers for the rest; the sample, when it can be drawn."""
    query, until = request.query_params, today - timedelta(days=1)
    offered = {
        "from": str(until - timedelta(days=DAYS - 1)), "to": str(until), "n": str(SIZE),
        "seed": f"{today:%Y%m%d}", "of": "answered",
    }  # fmt: skip
    values = {name: query.get(name, "").strip() or default for name, default in offered.items()}
    errors: dict[str, str] = {}
    chosen = None
    try:
        chosen = period("", values["from"], values["to"], today)
    except PeriodError as wrong:
        errors["period"] = wrong.key
    size, seed = _number(values["n"]), _number(values["seed"])
    if not SMALLEST <= size <= LARGEST:
        errors["n"] = "size"
    if seed < 0:
        errors["seed"] = "seed"
    if "seed" not in query or errors or chosen is None:
        return Form(values, errors), None
    return Form(values, errors), Wanted(chosen, size, seed, answered=values["of"] != "all")


def _number(raw: str) -> int:
    """A whole number of nine digits at most; -1 for anything else."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 9 else -1


def _errors(form: Form, everything: dict[str, Any]) -> dict[str, str]:
    own, of_period = everything["sample"]["errors"], everything["statistics"]["period"]["errors"]
    bounds = {"smallest": SMALLEST, "largest": LARGEST}
    return {
        field: of_period[key] if field == "period" else own[key].format(**bounds) for field, key in form.errors.items()
    }


def _report(drawn: Sample, wanted: Wanted, writer: Writer, everything: dict[str, Any], language: str) -> dict[str, Any]:
    words, size = everything["sample"], len(drawn.turns)
    verdicts = everything["statistics"]["values"]["verdict"]
    counts = {"size": writer.number(size), "population": writer.number(drawn.population)}
    rates = drawn.rates()
    open_turns = [turn for turn in drawn.turns if turn.verdict is None]
    return {
        "sample": drawn,
        "facts": {
            "period": words["period"].format(
                first=writer.day(wanted.period.first), last=writer.day(wanted.period.last)
            ),
            "of": words["from_answered" if wanted.answered else "from_all"],
            "drawn": words["drawn" if drawn.population > size else "drawn_less"].format(**counts),
            "seed": str(wanted.seed),
            "judged": words["judged"].format(judged=writer.number(drawn.judged), size=counts["size"]),
            "printed": moment(datetime.now(UTC), language),
        },
        "progress": words["left"].format(left=writer.number(len(open_turns))) if open_turns else words["complete"],
        "next": open_turns[0] if open_turns else None,
        "rates": [_told(rate, verdicts, writer) for rate in rates],
        "picture": _picture(rates, words, verdicts, writer) if rates else None,
        "verdicts": verdicts,
        "outcomes": everything["statistics"]["values"]["outcome"],
        "moment": partial(moment, language=language),
    }


def _told(rate: Rate, verdicts: dict[str, str], writer: Writer) -> dict[str, str]:
    interval = f"{writer.exact(rate.low)} – {writer.exact(rate.high)}"
    count = writer.number(rate.count)
    return {"verdict": verdicts[rate.verdict], "count": count, "rate": writer.exact(rate.rate), "interval": interval}


def _picture(rates: list[Rate], words: dict[str, Any], verdicts: dict[str, str], writer: Writer) -> Any:
    right = next(rate for rate in rates if rate.verdict == Verdict.RIGHT)
    described = words["rates"]["described"].format(rate=writer.exact(right.rate))
    rows = [(verdicts[rate.verdict], rate.rate * 100, writer.exact(rate.rate)) for rate in rates]
    return bars(Caption("rates", words["rates"]["title"], described), rows, lambda value: writer.percent(value / 100))


def _warnings(period: Period, today: date, closed: date | None, writer: Writer, words: dict[str, Any]) -> Any:
    if period.last >= today:
        yield words["open_period"]
    if closed is not None and closed >= period.first:
        yield words["deleted"].format(day=writer.day(closed))
