"""/review/proposals: what verdicts ask to be changed, for an editor to edit, confirm or refuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.review.access import Member, Role, checked_csrf, needs
from bot.review.deciding import LONGEST_REASON, Blocked, Decided, confirm, counts, edited, others, refuse, reopen, save
from bot.review.knowledge import open_facts
from bot.review.layout import render
from bot.review.naming import Names, resolve
from bot.review.proposal_checks import LONGEST, LONGEST_NAME, Facts, Finding, findings
from bot.review.proposals import BEFORE, Kind, Payload, Status
from bot.review.sessions import PATH
from bot.review.tables import Proposal, Turn
from bot.review.times import moment
from bot.review.training_data import TrainingData, training_data
from bot.review.wording import texts

HERE = f"{PATH}/proposals"
ON_A_PAGE = 10
"""Proposals on a page: each is a form."""
Reader = Annotated[Member, Depends(needs(Role.READER))]
Editor = Annotated[Member, Depends(needs(Role.EDITOR))]
KindAsked = Annotated[str, Query(pattern="^(example|question|alias|content)?$")]
StatusAsked = Annotated[str, Query(pattern="^(proposed|confirmed|exported|refused)$")]
Number = Annotated[int, Query(ge=1, le=100_000)]
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Field = Annotated[str | None, Form(max_length=4000)]


@dataclass(frozen=True)
class Item:
    """A proposal as the page shows it, with what was just filled in. `findings` say what there is to know of it, and
    whether that is in the way; `problems` what was in the way of what was just tried."""

    row: Proposal
    payload: Payload
    text: str
    turn: Turn | None
    at: str
    findings: Sequence[tuple[bool, str]] = ()
    problems: Sequence[str] = ()
    why: str = ""


@dataclass(frozen=True)
class Tried:
    """What an editor tried with a proposal, and what was in the way."""

    id: int
    payload: Payload
    found: Sequence[Finding]
    why: str = ""


def routes() -> APIRouter:
    router = APIRouter()
    router.add_api_route("/proposals", page, methods=["GET", "HEAD"], response_class=HTMLResponse)
    router.add_api_route(
        "/proposals/{id}", decide, methods=["POST"], response_class=HTMLResponse, dependencies=[Depends(checked_csrf)]
    )
    return router


def page(
    request: Request, member: Reader, kind: KindAsked = "", status: StatusAsked = "proposed", number: Number = 1
) -> HTMLResponse:
    """The proposals of a kind (or all) with a status, the oldest first."""
    with request.app.state.review.session() as session:
        return _show(request, member, session, kind, status, number)


def decide(
    request: Request,
    member: Editor,
    id: Id,
    act: Annotated[str, Form(pattern="^(save|confirm|refuse|reopen)$")],
    kind: KindAsked = "",
    status: StatusAsked = "proposed",
    number: Number = 1,
    text: Field = None,
    label: Field = None,
    subject: Field = None,
    language: Annotated[str | None, Form(pattern="^(both|nl|en)$")] = None,
    why: Annotated[str, Form(max_length=4000)] = "",
    vouched: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Does what the editor chose, and goes back to the list; or shows it with what was in the way (400, 409)."""
    given = {"text": text, "label": label, "subject": subject, "language": language}
    with request.app.state.review.session() as session, open_facts(request.app.state.settings.facts_url) as facts:
        proposal = session.get(Proposal, id, with_for_update=True)
        if proposal is None:
            raise HTTPException(404)
        names = Names.read(facts, member.language)
        form = {name: value for name, value in given.items() if value is not None}
        payload = proposal.payload if act == "reopen" else edited(proposal.kind, proposal.payload, _meant(form, names))
        try:
            if act == "save":
                save(session, proposal, payload, member.name)
            elif act == "confirm":
                known = Facts.of_database(facts) if facts else None
                confirm(session, proposal, payload, training_data(), known, member.name, bool(vouched))
            elif act == "refuse":
                refuse(session, proposal, why, member.name)
            else:
                reopen(session, proposal, member.name)
        except Blocked as blocked:
            session.rollback()
            return _show(request, member, session, kind, status, number, 400, Tried(id, payload, blocked.findings, why))
        except Decided:
            session.rollback()
            found = [Finding("decided")]
            return _show(request, member, session, kind, status, number, 409, Tried(id, payload, found))
        session.commit()
    return RedirectResponse(_address(kind, status, number, done=f"{act}-{id}"), 303)


def _meant(form: Mapping[str, str], names: Names) -> dict[str, str]:
    """A label or a subject may be given by its name as well."""
    meant = dict(form)
    if "subject" in meant:
        meant["subject"] = resolve(meant["subject"], names.subjects) or meant["subject"]
    if "label" in meant and meant["label"] not in training_data().labels:
        by_name = {name: label for label, name in _labels(training_data(), names)}
        meant["label"] = by_name.get(meant["label"].strip(), meant["label"])
    return meant


def _show(
    request: Request,
    member: Member,
    session: Session,
    kind: str,
    status: str,
    number: int,
    code: int = 200,
    tried: Tried | None = None,
) -> HTMLResponse:
    data = training_data()
    rows = session.scalars(_wanted(kind, status, number)).all()
    more, rows = len(rows) > ON_A_PAGE, rows[:ON_A_PAGE]
    if tried is not None and tried.id not in [row.id for row in rows]:
        rows = [session.get_one(Proposal, tried.id), *rows]
    turns = {turn.id: turn for turn in session.scalars(select(Turn).where(Turn.id.in_([row.turn for row in rows])))}
    with open_facts(request.app.state.settings.facts_url) as facts:
        names = Names.read(facts, member.language)
        known = Facts.of_database(facts) if facts else None
    show = Shower(session, data, known, texts(member.language)["proposals"], member.language, tried)
    return render(
        request,
        "proposals.html",
        "proposals",
        code,
        items=[show(row, turns.get(row.turn)) for row in rows],
        asked={"kind": kind, "status": status, "number": number},
        kinds=list(Kind),
        statuses=list(Status),
        counts=_counted(counts(session)),
        done=_done(request),
        label_names=dict(_labels(data, names)),
        subjects=sorted(names.subjects.items(), key=lambda pair: pair[1].casefold()),
        names=names,
        here=_address(kind, status, number),
        longest={"text": LONGEST, "turns": LONGEST * (BEFORE + 1), "name": LONGEST_NAME, "reason": LONGEST_REASON},
        earlier=_address(kind, status, number - 1) if number > 1 else None,
        later=_address(kind, status, number + 1) if more else None,
    )


@dataclass(frozen=True)
class Shower:
    """Makes items of proposals, in words of one language."""

    session: Session
    data: TrainingData
    facts: Facts | None
    words: Mapping[str, Any]
    language: str
    tried: Tried | None

    def __call__(self, row: Proposal, turn: Turn | None) -> Item:
        tried = self.tried if self.tried and self.tried.id == row.id else None
        payload = tried.payload if tried else row.payload
        found: list[Finding] = []
        if row.status == Status.PROPOSED:
            found = findings(row.kind, payload, self.data, self.facts, others(self.session, row))
        told = [finding for finding in found if tried is None or finding not in tried.found]
        return Item(
            row=row,
            payload=payload,
            text=text_of(row.kind, payload),
            turn=turn,
            at=moment(row.at, self.language),
            findings=[(finding.blocking, self._said(finding)) for finding in told],
            problems=[self._said(finding) for finding in tried.found] if tried else [],
            why=tried.why if tried else "",
        )

    def _said(self, finding: Finding) -> str:
        return str(self.words["findings"][finding.key]).format(**finding.values)


def text_of(kind: str, payload: Payload) -> str:
    """What is edited: the text, or the turns of a question, one a line."""
    if kind == Kind.QUESTION:
        return "\n".join(turn["user"] for turn in payload["turns"])
    return str(payload["text"])


def _wanted(kind: str, status: str, number: int) -> Select[Proposal]:
    wanted = select(Proposal).where(Proposal.status == status).order_by(Proposal.id)
    if kind:
        wanted = wanted.where(Proposal.kind == kind)
    return wanted.offset((number - 1) * ON_A_PAGE).limit(ON_A_PAGE + 1)


def _counted(found: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """By status, and by kind and status together ("example proposed")."""
    counted = {status.value: 0 for status in Status} | {f"{k} {s}": 0 for k in Kind for s in Status}
    for (kind, status), count in found.items():
        counted[status] += count
        counted[f"{kind} {status}"] += count
    return counted


def _labels(data: TrainingData, names: Names) -> list[tuple[str, str]]:
    """Every label with its name: the question that it answers, or what it is called."""

    def name(label: str) -> str:
        aspect, _, subject = label.partition("/")
        return names.statements.get(f"{subject}.{aspect}") or names.intent(label)

    return sorted(((label, name(label)) for label in data.labels), key=lambda pair: pair[0])


def _done(request: Request) -> dict[str, str] | None:
    """What was done just now, by the address: which act, with which proposal."""
    act, _, id = request.query_params.get("done", "").partition("-")
    return {"act": act, "id": id} if act in ("save", "confirm", "refuse", "reopen") and id.isdecimal() else None


def _address(kind: str, status: str, number: int, **more: str) -> str:
    asked = {"kind": kind, "status": status, "number": str(number) if number > 1 else "", **more}
    return f"{HERE}?{urlencode({name: value for name, value in asked.items() if value})}"
