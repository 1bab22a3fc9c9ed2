"""/review/content: the facts as editors see them: what is told, what is overdue, how often it is asked and rated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from actions.facts import queries
from actions.facts.documents import get
from actions.facts.load import edits
from bot.review import content_change_pages, content_forms
from bot.review.access import Member, Role, needs
from bot.review.content_changes import Status, changes, counts
from bot.review.content_patch import patch
from bot.review.content_usage import usage
from bot.review.content_view import AREA, Line, documents_of, lines, source_lines
from bot.review.knowledge import open_facts
from bot.review.layout import render
from bot.review.sessions import PATH
from bot.review.times import today

HERE = f"{PATH}/content"
ON_A_PAGE = 50
Editor = Annotated[Member, Depends(needs(Role.EDITOR))]
Shown = Annotated[str, Query(pattern="^(all|overdue|asked|down|never|edited)$")]


def routes() -> APIRouter:
    router = APIRouter(prefix="/content")
    for path, page in (("", overview), ("/sources", sources), ("/subjects/{slug}", subject)):
        router.add_api_route(path, page, methods=["GET"], response_class=HTMLResponse)
    router.add_api_route("/patch", as_patch, methods=["GET"])
    router.include_router(content_forms.routes())
    router.include_router(content_change_pages.routes())
    return router


def overview(
    request: Request,
    member: Editor,
    q: Annotated[str, Query(max_length=100)] = "",
    show: Shown = "all",
    number: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> HTMLResponse:
    """All statements, with a choice of them."""
    with request.app.state.review.session() as session, open_facts(request.app.state.settings.facts_url) as facts:
        documents = documents_of(facts)
        assert facts is not None
        found = lines(facts, member.language, usage(session), today())
        words = q.casefold().split()
        wanted: dict[str, Callable[[Line], bool]] = {
            "all": lambda line: True,
            "overdue": lambda line: line.overdue,
            "asked": lambda line: line.usage.asked > 0,
            "down": lambda line: line.usage.down > 0,
            "never": lambda line: line.usage.asked == 0,
            "edited": lambda line: line.edited,
        }
        chosen = [
            line
            for line in found
            if wanted[show](line) and all(word in f"{line.name} {line.question} {line.id}".casefold() for word in words)
        ]
        if show == "asked":
            chosen.sort(key=lambda line: -line.usage.asked)
        elif show == "down":
            chosen.sort(key=lambda line: -line.usage.down)
        figures = {name: sum(map(rule, found)) for name, rule in wanted.items()}
        return render(
            request, "content.html", AREA, lines=chosen[(number - 1) * ON_A_PAGE : number * ON_A_PAGE],
            found=len(chosen), q=q, show=show, number=number, more=len(chosen) > number * ON_A_PAGE, figures=figures,
            changes=counts(session), waiting=changes(session, Status.PROPOSED, 5), layer=len(edits(facts)),
            sources=source_lines(documents, member.language), shows=list(wanted),
        )  # fmt: skip


def subject(request: Request, member: Editor, slug: str) -> HTMLResponse:
    """One subject with all its statements."""
    with request.app.state.review.session() as session, open_facts(request.app.state.settings.facts_url) as facts:
        documents = documents_of(facts)
        assert facts is not None
        found = get(documents, f"subjects/{slug}")
        if found is None:
            raise HTTPException(404)
        return render(
            request, "content_subject.html", AREA, slug=slug, subject=found, tie=get(documents, f"partnerships/{slug}"),
            statements=queries.statements(facts, slug), histories={
                each.id: queries.earlier(facts, each.id) for each in queries.statements(facts, slug)
            },
            lines={line.id: line for line in lines(facts, member.language, usage(session), today())},
        )  # fmt: skip


def sources(request: Request, member: Editor) -> HTMLResponse:
    """The sources, and which of their paragraphs carry nothing."""
    with open_facts(request.app.state.settings.facts_url) as facts:
        found = source_lines(documents_of(facts), member.language)
    return render(request, "content_sources.html", AREA, sources=found)


def as_patch(request: Request, member: Editor) -> Response:
    """The approved edits that the files do not hold yet, as a patch on data/facts."""
    settings = request.app.state.settings
    with open_facts(settings.facts_url) as facts:
        text = patch(documents_of(facts), settings)
    headers = {"Content-Disposition": 'attachment; filename="content.patch"'}
    return Response(text, media_type="text/x-diff; charset=utf-8", headers=headers)
