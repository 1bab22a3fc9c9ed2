"""The forms of the content pages: statement, subject, source. Each is checked and previewed before it is proposed.

Without scripts a button checks; with them the page does so while one types (see static/content.js).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from actions.facts import compose
from actions.facts.documents import Document, Documents, get
from bot.languages import LANGUAGES
from bot.review import content_drafts as drafts
from bot.review import content_view as view
from bot.review.access import Member, Role, checked_csrf, needs
from bot.review.content_changes import LONGEST_NOTE, propose
from bot.review.content_drafts import LONGEST_LINE, LONGEST_TEXT, Draft
from bot.review.content_findings import Finding, findings
from bot.review.content_preview import preview
from bot.review.knowledge import open_facts
from bot.review.layout import render
from bot.review.sessions import PATH

HERE = f"{PATH}/content"
CITY = "city"
TIES = ("sister_city", "partner_city", "friendly_city")
Editor = Annotated[Member, Depends(needs(Role.EDITOR))]
Values = Mapping[str, str]


async def sent(request: Request) -> dict[str, str]:
    """A dependency: the fields of the form that was sent, files left out."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


Sent = Annotated[dict[str, str], Depends(sent)]


@dataclass(frozen=True)
class Asked:
    """Which form it is. `id` is the thing that it changes; None for a new one. `subject`: whose new statement it is."""

    kind: str
    id: str | None = None
    subject: str = ""

    @property
    def path(self) -> str:
        if self.kind == "statement":
            return f"{HERE}/statements/{self.id}" if self.id else f"{HERE}/subjects/{self.subject}/statements/new"
        if self.kind == "subject":
            return f"{HERE}/subjects/{self.id}/edit" if self.id else f"{HERE}/new"
        return f"{HERE}/sources/{self.id}" if self.id else f"{HERE}/sources/new"

    def stands(self, documents: Documents) -> tuple[Document | None, ...]:
        """What the form is made of. 404 when it is not there."""
        if self.kind == "subject":
            found = (get(documents, f"subjects/{self.id}"), get(documents, f"partnerships/{self.id}"))
        else:
            found = (get(documents, f"{self.kind}s/{self.id}"), get(documents, f"subjects/{self.subject}"))
        if (self.id and found[0] is None) or (self.subject and found[1] is None):
            raise HTTPException(404)
        return found


def routes() -> APIRouter:
    router = APIRouter()
    for path, show, send in (
        ("/new", new_subject, send_new_subject),
        ("/subjects/{slug}/edit", edit_subject, send_subject),
        ("/subjects/{slug}/statements/new", new_statement, send_new_statement),
        ("/statements/{id}", edit_statement, send_statement),
        ("/sources/new", new_source, send_new_source),
        ("/sources/{id}", edit_source, send_source),
    ):
        router.add_api_route(path, show, methods=["GET"], response_class=HTMLResponse)
        csrf = [Depends(checked_csrf)]
        router.add_api_route(path, send, methods=["POST"], response_class=HTMLResponse, dependencies=csrf)
    return router


def new_subject(request: Request, member: Editor) -> HTMLResponse:
    return _empty(request, member, Asked("subject"))


def send_new_subject(request: Request, member: Editor, form: Sent) -> Response:
    return _take(request, member, Asked("subject"), form)


def edit_subject(request: Request, member: Editor, slug: str) -> HTMLResponse:
    return _empty(request, member, Asked("subject", slug))


def send_subject(request: Request, member: Editor, slug: str, form: Sent) -> Response:
    return _take(request, member, Asked("subject", slug), form)


def new_statement(request: Request, member: Editor, slug: str) -> HTMLResponse:
    return _empty(request, member, Asked("statement", subject=slug))


def send_new_statement(request: Request, member: Editor, slug: str, form: Sent) -> Response:
    return _take(request, member, Asked("statement", subject=slug), form)


def edit_statement(request: Request, member: Editor, id: str) -> HTMLResponse:
    return _empty(request, member, Asked("statement", id, id.partition(".")[0]))


def send_statement(request: Request, member: Editor, id: str, form: Sent) -> Response:
    return _take(request, member, Asked("statement", id, id.partition(".")[0]), form)


def new_source(request: Request, member: Editor) -> HTMLResponse:
    return _empty(request, member, Asked("source"))


def send_new_source(request: Request, member: Editor, form: Sent) -> Response:
    return _take(request, member, Asked("source"), form)


def edit_source(request: Request, member: Editor, id: str) -> HTMLResponse:
    return _empty(request, member, Asked("source", id))


def send_source(request: Request, member: Editor, id: str, form: Sent) -> Response:
    return _take(request, member, Asked("source", id), form)


def _empty(request: Request, member: Member, asked: Asked) -> HTMLResponse:
    """The form as it begins."""
    with open_facts(request.app.state.settings.facts_url) as facts:
        documents = view.documents_of(facts)
        stands = asked.stands(documents)
        return _show(request, member, asked, documents, _values(asked, stands, documents), Draft(()), [])


def _take(request: Request, member: Member, asked: Asked, form: dict[str, str]) -> Response:
    """Proposes what was filled in; or shows the form with what there is to say of it."""
    with open_facts(request.app.state.settings.facts_url) as facts:
        documents = view.documents_of(facts)
        stands = asked.stands(documents)
        told = {}
        if asked.kind == "statement" and asked.id and facts is not None:
            told = {code: compose.answer(facts, [asked.id], code).text for code in LANGUAGES}
        draft = _draft(asked, documents, form, told)
        found = list(draft.found) or findings(documents, draft.puts, member.language)
        if form.get("based_on", "") != view.based_on(*stands):
            found.insert(0, Finding("overtaken"))
        if not draft.puts and not found:
            found.append(Finding("nothing"))
        if form.get("act") != "propose" or any(finding.blocking for finding in found):
            code = 422 if form.get("act") == "propose" else 200
            return _show(request, member, asked, documents, form, draft, found, code)
    with request.app.state.review.session() as session:
        change = propose(session, draft.puts, form.get("note", ""), member.name)
        session.commit()
        return RedirectResponse(f"{HERE}/changes/{change.id}?said=proposed", 303)


def _draft(asked: Asked, documents: Documents, form: Values, told: Mapping[str, str]) -> Draft:
    if asked.kind == "statement":
        if asked.id and form.get("remove"):
            return drafts.removal(documents, asked.id)
        aspect = asked.id.partition(".")[2] if asked.id else None
        return drafts.statement(documents, asked.subject, aspect, form, told)
    if asked.kind == "subject":
        return drafts.subject(documents, asked.id, form)
    return drafts.source(documents, asked.id, form)


def _values(asked: Asked, stands: tuple[Document | None, ...], documents: Documents) -> dict[str, str]:
    """What the form begins with."""
    known, other = stands
    if asked.kind == "subject":
        return view.subject_values(known, other) if known else {"kind": CITY, "tie_kind": "partner_city"}
    if asked.kind == "statement":
        return view.statement_values(known) if known else {}
    if known:
        return view.source_values(known)
    owners = [source.get("owner", "") for source in documents["sources"].values()]
    return {"language": "nl", "dated": "published", "owner": next(iter(owners), "")}


def _show(
    request: Request,
    member: Member,
    asked: Asked,
    documents: Documents,
    values: Values,
    draft: Draft,
    found: list[Finding],
    code: int = 200,
) -> HTMLResponse:
    told = view.told(found, member.language)
    stands = asked.stands(documents)
    kind = values.get("kind", CITY) if asked.kind == "subject" else (stands[1] or {}).get("kind", CITY)
    more: dict[str, Any] = {}
    if asked.kind == "subject":
        more = {"kinds": view.kinds(member.language), "countries": view.countries(documents, member.language)}
        more |= {"ties": TIES, "tie": stands[1], "city": kind == CITY, "numbers": drafts.FACTS}
    return render(
        request, "content_form.html", view.AREA, code, asked=asked, values=values, stands=stands[0],
        about=stands[1] if asked.kind == "statement" else None,
        errors={each["field"]: each["text"] for each in told if each["field"] and each["blocking"]}, found=told,
        checked=bool(values.get("act")), previews=preview(documents, draft.puts), based_on=view.based_on(*stands),
        places=view.places(documents, member.language), aspects=view.aspects(documents, kind, member.language),
        evidence_fields=view.evidence_fields(values),
        longest={"text": LONGEST_TEXT, "line": LONGEST_LINE, "note": LONGEST_NOTE}, **more,
    )  # fmt: skip
