"""Whether the web addresses in the content still lead somewhere. Asks the network, so only when told to."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx

from bot.content_check.bilingual import bilinguals
from bot.content_check.finding import Finding, Place, error, warning
from bot.content_check.parity import ADDRESS
from bot.content_check.project import FACTS, Project
from bot.content_check.responses import responses

SECONDS = 10.0
"""For a connection, and for each answer."""
AT_ONCE = 8
GONE = frozenset({404, 410})


def found(project: Project, seconds: float = SECONDS) -> Iterator[Finding]:
    """A page that is gone is an error; a site that does not answer just now is a warning."""
    places: dict[str, Place] = {}
    for url, place in _links(project):
        places.setdefault(url, place)
    with (
        httpx.Client(timeout=seconds, follow_redirects=True, headers={"User-Agent": "content-check"}) as client,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        for url, problem in zip(places, pool.map(lambda url: _problem(client, url), places), strict=True):
            if problem in map(str, GONE):
                yield error(places[url], "dead_link", url=url, status=problem)
            elif problem:
                yield warning(places[url], "no_answer", url=url, what=problem)


def _links(project: Project) -> Iterator[tuple[str, Place]]:
    for source in project.content.sources.values():
        if source.url:
            yield source.url, project.lines.place(f"{FACTS}/sources.yml", source.id, "url")
    for text in bilinguals(project):
        for language, told in text.text.items():
            yield from ((url, text.places[language]) for url in _addresses(told))
    for response in responses(project):
        yield from ((url, response.place) for url in _addresses(response.text))


def _addresses(text: str) -> Iterator[str]:
    for address in ADDRESS.findall(text):
        if "@" not in address:
            yield address if address.startswith("http") else f"https://{address}"


def _problem(client: httpx.Client, url: str) -> str:
    """Empty when the page is there; else the status, or what went wrong."""
    try:
        with client.stream("GET", url) as response:
            return "" if response.is_success else str(response.status_code)
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        return type(problem).__name__
