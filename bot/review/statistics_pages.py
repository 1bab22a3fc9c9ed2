"""/review/statistics: the figures of a period."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from bot.review.access import Member, Role, needs
from bot.review.aggregates import closed_until
from bot.review.figures import MINIMUM, figures
from bot.review.knowledge import open_facts
from bot.review.layout import render
from bot.review.naming import Names
from bot.review.period import DEFAULT, PRESETS, YEAR, PeriodError, named, period
from bot.review.statistics import Writer, headlines, sections
from bot.review.tables import Cursor
from bot.review.times import moment
from bot.review.wording import texts

Reader = Annotated[Member, Depends(needs(Role.READER))]


def routes() -> APIRouter:
    router = APIRouter()
    router.add_api_route("/statistics", statistics, methods=["GET"], response_class=HTMLResponse)
    return router


def statistics(request: Request, member: Reader) -> HTMLResponse:
    asked = request.query_params
    today, error = datetime.now(UTC).date(), None
    try:
        chosen = period(asked.get("period", ""), asked.get("from", ""), asked.get("to", ""), today)
    except PeriodError as wrong:
        chosen, error = named(DEFAULT, today), wrong.key
    words = texts(member.language)["statistics"]
    with open_facts(request.app.state.settings.facts_url) as facts:
        writer = Writer(words, member.language, Names.read(facts, member.language))
    with request.app.state.review.session() as session:
        counted, closed, cursor = figures(session, chosen), closed_until(session), session.get(Cursor, 1)
    return render(
        request,
        "statistics.html",
        "statistics",
        status=400 if error else 200,
        period=chosen,
        presets=[*PRESETS, YEAR],
        error=words["period"]["errors"][error] if error else None,
        asked={name: asked.get(name, "") for name in ("from", "to")},
        range=words["range"].format(first=writer.day(chosen.first), last=writer.day(chosen.last)),
        counted=words["counted"].format(at=moment(cursor.at, member.language)) if cursor else None,
        closed=words["closed"].format(day=writer.day(closed)) if closed and closed >= chosen.first else None,
        minimum=MINIMUM,
        empty=not counted.count("turns"),
        headlines=headlines(counted, writer),
        sections=sections(counted, chosen, writer),
    )
