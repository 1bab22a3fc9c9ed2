"""Web addresses are asked for when told to, and only then; a server of the test answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.content_check import links
from bot.content_check.project import read_project
from tests.content_check.conftest import TODAY, SmallProject

SOURCES = "data/facts/sources.yml"


class Site(BaseHTTPRequestHandler):
    """/there is there, /gone is gone, /broken is out of order; /slow says nothing until the test is over."""

    over = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/slow":
            self.over.wait(20)
        self.send_response({"/there": 200, "/gone": 410, "/broken": 503}.get(self.path, 404))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Site.over.clear()
    yield f"http://127.0.0.1:{server.server_port}"
    Site.over.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/there", []),
        ("/gone", [(SOURCES, 6, "error", "dead_link")]),
        ("/nowhere", [(SOURCES, 6, "error", "dead_link")]),
        ("/broken", [(SOURCES, 6, "warning", "no_answer")]),
        ("/slow", [(SOURCES, 6, "warning", "no_answer")]),
    ],
)
def test_a_link_is_followed(project: SmallProject, site: str, path: str, expected: list[object]) -> None:
    project.replace(SOURCES, "https://www.example.org/page", f"{site}{path}")
    for language in ("nl", "en"):
        project.replace(
            "data/facts/subjects/munster.yml",
            {"nl": " of kijk op www.enschede.nl", "en": " or look at www.enschede.nl"}[language],
            "",
        )
    found = links.found(read_project(project.root, TODAY), seconds=0.5)
    assert [(*each.place, str(each.severity), each.key) for each in found] == expected


def test_a_server_that_is_not_there_is_a_warning(project: SmallProject, site: str) -> None:
    project.replace(SOURCES, "https://www.example.org/page", "http://127.0.0.1:1/page")
    found = list(links.found(read_project(project.root, TODAY), seconds=0.5))
    assert ("warning", "no_answer", 6) in [(each.severity, each.key, each.place.line) for each in found]


def test_links_are_left_alone_unless_asked(project: SmallProject, site: str) -> None:
    project.replace(SOURCES, "https://www.example.org/page", f"{site}/gone")
    assert project.found() == []
