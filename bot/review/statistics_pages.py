"""/review/statistics: the figures of a period."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from bot.review.access import Member, Role, needs
from bot.review.aggregates import closed_until
from bot.review.asking import asked
from bot.review.figures import MINIMUM, figures
from bot.review.knowledge import open_facts
from bot.review.layout import render
from bot.review.naming import Names
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
    question = asked(request, member.language)
    period, words = question.period, texts(member.language)["statistics"]
    with open_facts(request.app.state.settings.facts_url) as facts:
        writer = Writer(words, member.language, Names.read(facts, member.language))
    with request.app.state.review.session() as session:
        counted, closed, cursor = figures(session, period), closed_until(session), session.get(Cursor, 1)
    return render(
        request,
        "statistics.html",
        "statistics",
        status=question.status,
        range=words["range"].format(first=writer.day(period.first), last=writer.day(period.last)),
        counted=words["counted"].format(at=moment(cursor.at, member.language)) if cursor else None,
        closed=words["closed"].format(day=writer.day(closed)) if closed and closed >= period.first else None,
        minimum=MINIMUM,
        empty=not counted.count("turns"),
        headlines=headlines(counted, writer),
        sections=sections(counted, period, writer),
        **question.values,
    )
