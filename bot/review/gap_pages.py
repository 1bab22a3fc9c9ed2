"""/review/gaps: what visitors asked and got no answer to."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.redaction import redact
from bot.review.access import Member, Role, checked_csrf, needs
from bot.review.asking import asked
from bot.review.gaps import Shown, gap, last_failure, last_run, listing, running
from bot.review.knowledge import open_facts
from bot.review.layout import render
from bot.review.log import record
from bot.review.naming import Names
from bot.review.period import Period
from bot.review.statistics import Writer
from bot.review.tables import Proposal, Verdict
from bot.review.times import local, moment
from bot.review.wording import texts
from bot.text import clean

HERE = "/review/gaps"
NEAR = 0.5
"""The least cosine at which a statement comes near: of statements that differ, nine pairs of ten lie below it."""
LONGEST_NOTE = 500
"""Characters of what a reviewer adds when asking for content."""
Reader = Annotated[Member, Depends(needs(Role.READER))]
Reviewer = Annotated[Member, Depends(needs(Role.REVIEWER))]
Page = Annotated[int, Query(ge=1, le=1000)]
NOTICES = ("done", "started", "gone", "not_started")


def routes() -> APIRouter:
    router = APIRouter()
    checked = [Depends(checked_csrf)]
    router.add_api_route("/gaps", gaps, methods=["GET"], response_class=HTMLResponse)
    router.add_api_route("/gaps/search", search, methods=["POST"], dependencies=checked)
    router.add_api_route("/gaps/{id}/content", ask_for_content, methods=["POST"], dependencies=checked)
    return router


def gaps(request: Request, member: Reader, page: Page = 1, said: str = "") -> HTMLResponse:
    question = asked(request, member.language)
    words, now = texts(member.language)["gaps"], datetime.now(UTC)
    with open_facts(request.app.state.settings.facts_url) as facts:
        names = Names.read(facts, member.language)
    with request.app.state.review.session() as session:
        run = last_run(session)
        found = listing(session, run, question.period, page) if run else None
        busy, failure = running(session, now), last_failure(session)
    writer = Writer(texts(member.language)["statistics"], member.language, names)
    return render(
        request,
        "gaps.html",
        "gaps",
        status=question.status,
        range=words["range"].format(first=writer.day(question.period.first), last=writer.day(question.period.last)),
        searched=_searched(words, run, writer, member.language) if run else words["never"],
        busy=busy,
        failure=words["failed"].format(error=failure) if failure else None,
        counts=_counts(words, found, writer) if found else None,
        gaps=[_told(each, words, writer, names, question.period) for each in found.gaps] if found else [],
        found=found,
        page=page,
        query=question.period.query,
        notice=words[said] if said in NOTICES else None,
        notice_ok=said in ("done", "started"),
        longest=LONGEST_NOTE,
        **question.values,
    )


def search(request: Request, member: Reviewer) -> Response:
    """Asks for a search in the background."""
    begun = request.app.state.gap_searching.ask()
    return RedirectResponse(f"{HERE}?said={'started' if begun else 'not_started'}", 303)


def ask_for_content(
    request: Request,
    member: Reviewer,
    id: int,
    note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
    first: Annotated[str, Form(alias="from")] = "",
    last: Annotated[str, Form(alias="to")] = "",
) -> Response:
    """Makes a proposal for content of a gap, by the turn that stands for it."""
    period = _sent(first, last)
    with request.app.state.review.session() as session, session.begin():
        found = gap(session, id, period)
        if found is None or not found.examples:
            return RedirectResponse(f"{HERE}?{period.query}&said=gone", 303)
        if not found.asked:
            _propose(session, found, redact(clean(note)).text, member)
    return RedirectResponse(f"{HERE}?{period.query}&said=done#gap-{id}", 303)


def _propose(session: Session, found: Shown, note: str, member: Member) -> None:
    words, example = texts(member.language)["gaps"], found.examples[0]
    times = {name: moment(at, member.language) for name, at in (("first", found.first), ("last", found.last))}
    counted = words["asked_note"].format(count=found.count, **times)
    payload = {
        "text": example.text, "language": example.language, "note": f"{note} {counted}".strip(),
        "verdict": Verdict.NEEDS_CONTENT.value, "value": None,
    }  # fmt: skip
    proposal = Proposal(
        turn=example.turn, kind="content", payload=payload, status="proposed", by=member.name, at=datetime.now(UTC)
    )
    session.add(proposal)
    session.flush()
    record(session, by=member.name, action="propose", object=f"proposal {proposal.id}")


def _sent(first: str, last: str) -> Period:
    try:
        return Period(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        raise HTTPException(400) from None


def _searched(words: dict[str, Any], run: Any, writer: Writer, language: str) -> str:
    return str(words["searched"].format(at=moment(run.finished_at, language), turns=writer.number(run.turns)))


def _counts(words: dict[str, Any], found: Any, writer: Writer) -> str:
    return str(words["counts"].format(turns=writer.number(found.turns), grouped=writer.number(found.grouped)))


def _told(found: Shown, words: dict[str, Any], writer: Writer, names: Names, period: Period) -> dict[str, Any]:
    """A gap in words."""
    first, last = (writer.day(local(at).date()) for at in (found.first, found.last))
    languages = {language: writer.number(count) for language, count in found.languages.items()}
    near = found.statement if (found.similarity or 0) >= NEAR else None
    statement = names.statements.get(near or "")
    return {
        "id": found.id,
        "count": words["once"] if found.count == 1 else words["count"].format(count=writer.number(found.count)),
        "languages": words["languages"].format(**languages),
        "seen": words["seen_once" if first == last else "seen"].format(first=first, last=last),
        "examples": found.examples,
        "intent": names.intent(found.intent) if found.intent else None,
        "statement": statement,
        "similarity": words["similarity"].format(rate=writer.percent(found.similarity or 0)) if statement else None,
        "asked": found.asked,
        "inbox": f"/review?gap={found.id}&from={period.first}&to={period.last}",
    }
