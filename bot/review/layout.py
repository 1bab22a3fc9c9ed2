"""Renders a staff page in its frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from bot.languages import LANGUAGES
from bot.review.access import Member, Role
from bot.review.sessions import PATH, keep
from bot.review.wording import texts
from bot.web.wording import other, preferred_language

LANGUAGE_COOKIE = "review_language"
NAV = {
    "inbox": ("", Role.READER),
    "gaps": ("/gaps", Role.READER),
    "statistics": ("/statistics", Role.READER),
    "sample": ("/sample", Role.READER),
    "proposals": ("/proposals", Role.READER),
    "content": ("/content", Role.EDITOR),
    "accounts": ("/accounts", Role.ADMIN),
    "log": ("/log", Role.ADMIN),
}
"""The pages of the header, in its order: name, path under /review, and from which role on it is shown."""
templates = Jinja2Templates(Path(__file__).parent / "templates")


def render(request: Request, template: str, area: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page. Its template gets `t` (the area's texts), `all` (those of every area), `member`, `language`, `other`,
    `here` (path and query of this page), `nav`, and `values`."""
    member: Member | None = getattr(request.state, "member", None)
    language = member.language if member else language_before_login(request)
    everything = texts(language)
    context = {
        "t": everything.get(area, {}),
        "all": everything,
        "member": member,
        "language": language,
        "other": other(language),
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "nav": navigation(request.url.path, member.role) if member else [],
        **values,
    }
    response = templates.TemplateResponse(request, template, context, status)
    keep(request, response)
    return response


def language_before_login(request: Request) -> str:
    """The language of the page while nobody is logged in: chosen on it, else the browser's."""
    for chosen in (request.query_params.get("language"), request.cookies.get(LANGUAGE_COOKIE)):
        if chosen in LANGUAGES:
            return str(chosen)
    return preferred_language(request.headers.get("accept-language", ""))


def navigation(path: str, role: Role) -> list[dict[str, Any]]:
    """What the header offers a role: name, path, and `current`: "page" for this page, "true" for one below it."""
    items = []
    for name, (tail, least) in NAV.items():
        if role >= least:
            own = PATH + tail
            below = path.startswith(f"{own}/") if tail else path.startswith(f"{PATH}/conversations/")
            items.append({"name": name, "path": own, "current": "page" if path == own else "true" if below else None})
    return items
