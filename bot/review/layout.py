"""Renders a staff page in its frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from bot.languages import DEFAULT
from bot.review.access import Member
from bot.review.wording import texts
from bot.web.wording import other

templates = Jinja2Templates(Path(__file__).parent / "templates")


def render(request: Request, template: str, area: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page. Its template gets `t` (the area's texts), `all` (those of every area), `member`, `language`, `other`,
    `here` (path and query of this page), and `values`."""
    member: Member | None = getattr(request.state, "member", None)
    language = member.language if member else request.cookies.get("review_language", DEFAULT)
    language = language if language in ("nl", "en") else DEFAULT
    everything = texts(language)
    context = {
        "t": everything.get(area, {}),
        "all": everything,
        "member": member,
        "language": language,
        "other": other(language),
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        **values,
    }
    return templates.TemplateResponse(request, template, context, status)
