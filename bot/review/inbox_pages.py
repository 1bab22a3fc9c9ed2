"""/review: the inbox. The filter is in the address, so that a page can be kept, sent and gone back to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.review.access import Member, Role, checked_csrf, needs
from bot.review.choices import choices
from bot.review.counts import Counts, counts
from bot.review.database import Database
from bot.review.filters import SEVERAL_IN_ORDER, Filter, parse
from bot.review.inbox import BadKey, Page, page
from bot.review.inbox_export import as_csv, as_jsonl, records
from bot.review.inbox_view import INBOX, InboxView, day
from bot.review.knowledge import open_facts
from bot.review.layout import render
from bot.review.log import record
from bot.review.naming import Names
from bot.review.times import today
from bot.review.views import BUILT_IN, LONGEST_NAME, ViewError, filter_of, keep, own, remove
from bot.review.wording import texts

Reader = Annotated[Member, Depends(needs(Role.READER))]
Reviewer = Annotated[Member, Depends(needs(Role.REVIEWER))]
KEYS = ("after", "before")
"""Parameters that name the place in the list."""
EXPORTS = {"csv": ("text/csv; charset=utf-8", as_csv), "jsonl": ("application/jsonl; charset=utf-8", as_jsonl)}


def routes() -> APIRouter:
    """The routes below /review; /review itself is `inbox`."""
    router = APIRouter()
    for kind in EXPORTS:
        router.add_api_route(f"/export.{kind}", _export(kind), methods=["GET"])
    csrf = [Depends(checked_csrf)]
    router.add_api_route("/views", save_view, methods=["POST"], dependencies=csrf)
    router.add_api_route("/views/{view}/remove", remove_view, methods=["POST"], dependencies=csrf)
    return router


def inbox(request: Request, member: Reader) -> Response:
    """The list. An address with empty parameters, as forms send them, leads to the one without."""
    filter, wrong = parse(request.query_params.multi_items())
    if not wrong and any(not value for _, value in request.query_params.multi_items()):
        kept = {key: request.query_params.get(key) or None for key in KEYS}
        return RedirectResponse(f"{INBOX}{'?' if (query := filter.query(**kept)) else ''}{query}", 303)
    return _show(request, member, filter, wrong=wrong, said=request.query_params.get("said"))


def save_view(
    request: Request, member: Reader, name: Annotated[str, Form()] = "", query: Annotated[str, Form()] = ""
) -> Response:
    """Keeps the filter of the page under a name."""
    filter = _filter_of_query(query)
    with _database(request).session() as session, session.begin():
        try:
            view = keep(session, member.name, name, filter)
        except ViewError as error:
            return _show(request, member, filter, status=400, save_error=error.key, typed=name[: LONGEST_NAME * 2])
        record(session, by=member.name, action="view", object=f"view {view.id}", after={"filter": _fields(filter)})
    return RedirectResponse(f"{INBOX}?{filter.query(said='saved')}", 303)


def remove_view(request: Request, member: Reader, view: int) -> Response:
    """Removes one of the member's own views."""
    with _database(request).session() as session, session.begin():
        removed = remove(session, member.name, view)
        if removed is None:
            raise HTTPException(404)
        before = {"filter": _fields(filter_of(removed))}
        record(session, by=member.name, action="view", object=f"view {view}", before=before)
    return RedirectResponse(f"{INBOX}?said=removed", 303)


def _export(kind: str) -> Any:
    media_type, written = EXPORTS[kind]

    def export(request: Request, member: Reviewer) -> StreamingResponse:
        """All turns that fit the filter, as a file. That somebody took it is in the log, also when it breaks off."""
        filter, wrong = parse(request.query_params.multi_items())
        if wrong:
            raise HTTPException(400)  # else the file would hold more than was asked for
        database = _database(request)
        with database.session() as session, session.begin():
            after = {"format": kind, "filter": _fields(filter)}
            record(session, by=member.name, action="export", object="turns", after=after)
        pieces = written(_begun(records(database.session, filter)))
        name = f'attachment; filename="turns-{today().isoformat()}.{kind}"'
        return StreamingResponse(pieces, media_type=media_type, headers={"Content-Disposition": name})

    return export


def _begun(batches: Iterator[Any]) -> Iterator[Any]:
    """The same batches, with the first one read at once: a store that is away is known before the file begins."""
    first = next(batches, None)
    return batches if first is None else chain([first], batches)


def _show(request: Request, member: Member, filter: Filter, status: int = 200, **values: Any) -> HTMLResponse:
    settings = request.app.state.settings
    with open_facts(settings.facts_url) as facts:
        view = InboxView(member.language, Names.read(facts, member.language), filter)
    with _database(request).session() as session:
        rows, lost = _page(request, filter, session)
        counted, too_many = _counts(request, filter, session)
        offered = choices(session)
        views = [(each.id, each.name, filter_of(each)) for each in own(session, member.name)]
        lines = [view.line(row) for row in rows.rows]
    words = texts(member.language)["inbox"]
    said = values.pop("said", None)
    return render(
        request,
        "inbox.html",
        "inbox",
        status,
        filter=filter,
        view=view,
        lines=lines,
        heading=_heading(words, counted.total.written(member.language)),
        groups={field: view.options(field, counted.values[field]) for field in SEVERAL_IN_ORDER},
        lists=view.lists(offered),
        chips=view.chips(),
        built_in=[(name, view.href(each), each == filter) for name, each in BUILT_IN.items()],
        own=[(id, name, view.href(each), each == filter) for id, name, each in views],
        previous=view.href(filter, before=rows.before) if rows.before else None,
        following=view.href(filter, after=rows.after) if rows.after else None,
        exports={kind: f"{INBOX}/export.{kind}?{filter.query()}".rstrip("?") for kind in EXPORTS},
        longest_name=LONGEST_NAME,
        exactly=view.href(filter, exact="1") if counted.at_least and not too_many else None,
        too_many=too_many,
        day=day,
        said=said if said in words["said"] else None,
        lost=lost,
        wrong=[words["fields"][name] for name in values.pop("wrong", ())],
        **{"save_error": None, "typed": "", **values},
    )


def _page(request: Request, filter: Filter, session: Any) -> tuple[Page, bool]:
    """The rows, and whether the place in the list could not be read."""
    after, before = (request.query_params.get(key) for key in KEYS)
    try:
        return page(session, filter, after=after, before=before), False
    except BadKey:
        return page(session, filter), True


def _counts(request: Request, filter: Filter, session: Session) -> tuple[Counts, bool]:
    """The counts, and whether counting exactly was asked for and took too long."""
    if request.query_params.get("exact") != "1":
        return counts(session, filter, today()), False
    try:
        return counts(session, filter, today(), exact=True), False
    except OperationalError:
        session.rollback()
        return counts(session, filter, today()), True


def _heading(words: dict[str, Any], count: str) -> str:
    return str(words["count_one"] if count == "1" else words["count"].format(number=count))


def _fields(filter: Filter) -> list[str]:
    """What is filtered by: what for could be a visitor's words."""
    return list(dict.fromkeys(name for name, _ in filter.pairs()))


def _filter_of_query(query: str) -> Filter:
    return parse(parse_qsl(query))[0]


def _database(request: Request) -> Database:
    database: Database = request.app.state.review
    return database
