"""Pages to read: about the assistant, and the facts with their sources. Plain HTML without any script.

Every template gets: language, other, t (the texts), r (t.reading), here (this page's path without its language),
canonical (whether that is the address of a page), title, heading and lead. about.html gets also: sections, sources
(None: the facts are away). facts.html: groups, sources. subject.html: subject. reading.html by itself shows `lines`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates

from bot.languages import LANGUAGES
from bot.settings import Settings
from bot.web.dates import in_words
from bot.web.facts import FactsAway, FactsReader
from bot.web.prose import blocks
from bot.web.wording import other, preferred_language, texts

READ = ["GET", "HEAD"]
NO_PAGES = ("/v1/", "/static/", "/health")
RETRY = "5"
"""Seconds after which a page may be asked again while the facts are away."""
templates = Jinja2Templates(Path(__file__).parent / "templates")


def routes() -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for path in ("/about", "/facts", "/facts/{slug}"):
        router.add_api_route(path, _to_language, methods=READ)
    for code in LANGUAGES:
        pages = ReadingPages(code)
        router.add_api_route(f"/{code}/about", pages.about, methods=READ, response_class=HTMLResponse)
        router.add_api_route(f"/{code}/facts", pages.facts, methods=READ, response_class=HTMLResponse)
        router.add_api_route(f"/{code}/facts/{{slug}}", pages.subject, methods=READ, response_class=HTMLResponse)
    return router


def _to_language(request: Request) -> RedirectResponse:
    language = preferred_language(request.headers.get("accept-language", ""))
    return RedirectResponse(f"/{language}{request.url.path}", 303, {"Vary": "Accept-Language"})


def not_found(request: Request) -> HTMLResponse | None:
    """The page that says that there is no such page, for a browser; None for a program."""
    if request.url.path.startswith(NO_PAGES) or "text/html" not in request.headers.get("accept", ""):
        return None
    first = request.url.path.strip("/").partition("/")[0]
    accepted = preferred_language(request.headers.get("accept-language", ""))
    return ReadingPages(first if first in LANGUAGES else accepted).missing(request)


def too_many(request: Request, seconds: int) -> HTMLResponse:
    """The page for somebody who sends forms too often, other than those of the chat page."""
    language = preferred_language(request.headers.get("accept-language", ""))
    page = ReadingPages(language).error(request, 429, "too_many", here="/")
    page.headers["Retry-After"] = str(seconds)
    return page


class ReadingPages:
    """The pages to read in one language."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._texts = texts(language)
        self._words: dict[str, Any] = self._texts["reading"]

    def about(self, request: Request) -> HTMLResponse:
        try:
            sources = _facts(request).sources(self._language)
        except FactsAway:
            sources = None
        words = self._words["about"]
        values = _values(request, self._language)
        sections = [
            section | {"parts": [part | {"blocks": blocks(part["text"].format(**values))} for part in section["parts"]]}
            for section in words["sections"]
        ]
        return self._page(request, "about.html", "/about", words, sections=sections, sources=sources)

    def facts(self, request: Request) -> HTMLResponse:
        try:
            groups, sources = _facts(request).groups(self._language), _facts(request).sources(self._language)
        except FactsAway:
            return self._away(request)
        words = self._words["facts"]
        return self._page(request, "facts.html", "/facts", words, groups=groups, sources=sources)

    def subject(self, request: Request, slug: str) -> HTMLResponse:
        try:
            found = _facts(request).subject(slug, self._language)
        except FactsAway:
            return self._away(request)
        if found is None:
            return self.missing(request)
        words = {"title": found.name, "heading": found.name, "lead": found.description}
        return self._page(request, "subject.html", f"/facts/{found.slug}", words, subject=found)

    def missing(self, request: Request) -> HTMLResponse:
        """The page for an address that has none."""
        return self.error(request, 404, "missing")

    def _away(self, request: Request) -> HTMLResponse:
        response = self.error(request, 503, "facts_away")
        response.headers["Retry-After"] = RETRY
        return response

    def error(self, request: Request, status: int, name: str, here: str | None = None) -> HTMLResponse:
        """A page with one of the texts of `reading.errors`. `here` is what leads to the other language."""
        words = self._words["errors"][name]
        lines = blocks(words["text"].format(**_values(request, self._language)))
        path = request.url.path.removeprefix(f"/{self._language}") if here is None else here
        return self._render(request, "reading.html", path, words, status, lines=lines, canonical=False)

    def _page(self, request: Request, template: str, here: str, words: dict[str, Any], **values: Any) -> HTMLResponse:
        response = self._render(request, template, here, words, canonical=True, **values)
        response.headers["Link"] = ", ".join(
            f'</{code}{here}>; rel="alternate"; hreflang="{code}"' for code in LANGUAGES
        )
        return response

    def _render(
        self, request: Request, template: str, here: str, words: dict[str, Any], status: int = 200, **values: Any
    ) -> HTMLResponse:
        language = self._language
        context = {
            "language": language,
            "other": other(language),
            "t": self._texts,
            "r": self._words,
            "here": here,
            "title": words["title"],
            "heading": words["heading"],
            "lead": words.get("lead"),
            **values,
        }
        # To be asked again each time, which costs little: the facts may have changed.
        return templates.TemplateResponse(request, template, context, status, {"Cache-Control": "no-cache"})


def _facts(request: Request) -> FactsReader:
    reader: FactsReader = request.app.state.facts
    return reader


def _values(request: Request, language: str) -> dict[str, str]:
    """What the texts name in braces."""
    settings: Settings = request.app.state.settings
    return {
        "contact": settings.contact_email,
        "general": settings.general_contact,
        "days": str(settings.retention_days),
        "delete": texts(language)["delete"],
        "tested": in_words(texts(language)["reading"]["tested"], language),
    }
