"""/review/content/changes: what editors propose, what another one decides about it, and taking it back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session
from starlette.responses import Response

from actions.facts.documents import Documents
from actions.facts.layer import Clash, Put, left_over
from actions.facts.load import edits
from actions.facts.schema import FactsError
from bot.review.access import Member, Role, checked_csrf, needs
from bot.review.content_changes import (
    LONGEST_REASON,
    NotAllowed,
    Status,
    approve,
    changes,
    counts,
    puts_of,
    refuse,
    revert,
)
from bot.review.content_findings import Finding, findings
from bot.review.content_patch import try_in_place
from bot.review.content_preview import preview
from bot.review.content_view import AREA, documents_of, told
from bot.review.knowledge import engine, open_facts
from bot.review.layout import render
from bot.review.sessions import PATH
from bot.review.tables import ContentChange
from bot.review.times import moment
from bot.review.wording import texts

HERE = f"{PATH}/content/changes"
Editor = Annotated[Member, Depends(needs(Role.EDITOR))]
StatusAsked = Annotated[str, Query(pattern="^(proposed|approved|refused|withdrawn|reverted)$")]


def routes() -> APIRouter:
    router = APIRouter(prefix="/changes")
    router.add_api_route("", listed, methods=["GET"], response_class=HTMLResponse)
    router.add_api_route("/{id}", page, methods=["GET"], response_class=HTMLResponse)
    router.add_api_route(
        "/{id}", decide, methods=["POST"], response_class=HTMLResponse, dependencies=[Depends(checked_csrf)]
    )
    return router


def listed(request: Request, member: Editor, status: StatusAsked = "proposed") -> HTMLResponse:
    """The changes with a status."""
    with request.app.state.review.session() as session, open_facts(request.app.state.settings.facts_url) as facts:
        layer = {edit.id: edit.held_back for edit in edits(facts)} if facts else {}
        found = [_line(change, member.language, layer) for change in changes(session, Status(status))]
        return render(
            request,
            "content_changes.html",
            AREA,
            rows=found,
            wanted=status,
            counts=counts(session),
            statuses=list(Status),
        )


def page(request: Request, member: Editor, id: str) -> HTMLResponse:
    """One change: what it changes, what visitors would read, and what can be done with it."""
    with request.app.state.review.session() as session:
        return _show(request, member, _change(session, id))


def decide(
    request: Request,
    member: Editor,
    id: str,
    act: Annotated[str, Form(pattern="^(approve|refuse|revert)$")] = "",
    why: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Approves, refuses (one's own: withdraws) or reverts a change; or shows what is in the way (409, 422)."""
    settings = request.app.state.settings
    facts = engine(settings.facts_url)
    with request.app.state.review.session() as session:
        change = _change(session, id)
        try:
            if act == "approve":
                approve(session, facts, change, member.name)
            elif act == "refuse":
                refuse(session, change, why, member.name)
            elif act == "revert":
                revert(session, facts, change, why, member.name)
            else:
                raise HTTPException(400)
        except NotAllowed as error:
            session.rollback()
            return _show(request, member, change, 422, [Finding(error.problem)], why)
        except Clash as clash:
            session.rollback()
            return _show(request, member, change, 409, [Finding("clash", {"where": clash.where})], why)
        except FactsError as error:
            session.rollback()
            return _show(request, member, change, 409, [Finding("other", {"problem": error.problems[0]})], why)
        said = change.status
        session.commit()
    if act == "approve" and try_in_place(facts, settings):
        said = "written"
    return RedirectResponse(f"{HERE}/{id}?said={said}", 303)


def _change(session: Session, id: str) -> ContentChange:
    change = session.get(ContentChange, id)
    if change is None:
        raise HTTPException(404)
    return change


def _show(
    request: Request,
    member: Member,
    change: ContentChange,
    code: int = 200,
    problems: list[Finding] | None = None,
    why: str = "",
) -> HTMLResponse:
    said = request.query_params.get("said", "")
    puts = puts_of(change)
    with open_facts(request.app.state.settings.facts_url) as facts:
        documents = documents_of(facts)
        layer = {edit.id: edit.held_back for edit in edits(facts)} if facts else {}
        waits = change.status == Status.PROPOSED
        found = findings(documents, puts, member.language) if waits else []
        shown = preview(documents, puts if waits else [Put(put.place, put.after, put.after) for put in puts])
    return render(
        request, "content_change.html", AREA, code, row=_line(change, member.language, layer), change=change,
        found=told(found, member.language), problems=told(problems or [], member.language), previews=shown,
        differences=[(put.place, _differences(put)) for put in puts], own=change.by == member.name, why=why,
        said=said if said in texts(member.language)[AREA]["said"] else "", longest_reason=LONGEST_REASON,
        live=change.id in layer, still=_still(documents, puts),
    )  # fmt: skip


def _still(documents: Documents, puts: list[Put]) -> bool:
    """Whether the facts hold a change as it was approved."""
    return left_over(documents, [puts]) == [[]]


def _line(change: ContentChange, language: str, layer: dict[str, str | None]) -> dict[str, Any]:
    return {
        "id": change.id,
        "status": change.status,
        "places": [put["place"] for put in change.puts],
        "by": change.by,
        "at": moment(change.at, language),
        "decided_by": change.decided_by,
        "decided_at": moment(change.decided_at, language) if change.decided_at else "",
        "note": change.note,
        "why": change.why,
        "live": change.id in layer,
        "held_back": layer.get(change.id),
    }


def _differences(put: Put) -> list[tuple[str, str, str]]:
    """By key (question.nl): what it was and what it becomes, both as text."""
    before, after = _flat(put.before or {}), _flat(put.after or {})
    keys = dict.fromkeys([*before, *after])
    return [(key, before.get(key, ""), after.get(key, "")) for key in keys if before.get(key) != after.get(key)]


def _flat(value: Any, key: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        return {
            at: text
            for name, each in value.items()
            for at, text in _flat(each, f"{key}.{name}" if key else name).items()
        }
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return {at: text for number, each in enumerate(value, 1) for at, text in _flat(each, f"{key}.{number}").items()}
    return {key: ", ".join(map(str, value)) if isinstance(value, list) else str(value)}
