"""The log: what is recorded, and its page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.languages import LANGUAGES
from bot.review.access import Role
from bot.review.database import migrate
from bot.review.deciding import ACTIONS
from bot.review.log import record
from bot.review.log_pages import ON_A_PAGE, lines
from bot.review.tables import Conversation, LogEntry
from bot.review.wording import texts
from tests.conftest import ROOT
from tests.review.conftest import Staff, StaffClient
from tests.review.stores import Stores


def fill(app: FastAPI, number: int, **values: Any) -> None:
    with app.state.review.session() as store, store.begin():
        for each in range(number):
            record(store, **{"by": "kim", "action": "read", "object": f"conversation-{each}"} | values)


def shown(client: StaffClient, address: str = "/review/log") -> list[list[str]]:
    """The cells of the page's rows, as text."""
    body = client.get(address).text.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in body.split("<tr>")[1:]]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in rows]


def link(client: StaffClient, address: str, name: str) -> str | None:
    found = re.search(rf'href="([^"]+)">{name}<', client.get(address).text)
    return found[1].replace("&amp;", "&") if found else None


def test_a_line_is_kept_with_the_change_or_not_at_all(app: FastAPI) -> None:
    with app.state.review.session() as store:
        record(store, by="kim", action="state", object="c1", before={"state": "new"}, after={"state": "done"})
        store.rollback()
        record(store, by="kim", action="read", object="c2")
        store.commit()
        entry = store.scalars(select(LogEntry)).one()
    assert (entry.by, entry.action, entry.object, entry.before, entry.after) == ("kim", "read", "c2", None, None)
    at = entry.at if entry.at.tzinfo else entry.at.replace(tzinfo=UTC)
    assert datetime.now(UTC) - at < timedelta(minutes=1)


def test_the_page_tells_who_did_what(app: FastAPI, staff: Staff) -> None:
    admin = staff(Role.ADMIN)
    fill(app, 1, action="account", object="lou", before={"role": "reader"}, after={"role": "editor"})
    fill(app, 1, action="something_new", object=None, after={"made": True, "number": 3})
    rows = shown(admin)
    assert [row[1:] for row in rows] == [
        ["kim", "something_new", "", "made: yes number: 3"],
        ["kim", "account changed", "lou", "role: reader → editor"],
    ]


def test_a_conversation_that_is_there_is_linked(app: FastAPI, staff: Staff) -> None:
    admin = staff(Role.ADMIN)
    now = datetime.now(UTC)
    with app.state.review.session() as store, store.begin():
        store.add(Conversation(id="conversation-0", started_at=now, last_at=now, turns=1, language="nl"))
    fill(app, 2)
    page = admin.get("/review/log").text
    assert 'href="/review/conversations/conversation-0"' in page
    assert 'href="/review/conversations/conversation-1"' not in page


def test_the_lines_are_filtered_by_who_what_and_of_what(app: FastAPI, staff: Staff) -> None:
    admin = staff(Role.ADMIN)
    fill(app, 2)
    fill(app, 1, by="lou", action="judge")
    assert [row[1] for row in shown(admin, "/review/log?by=lou")] == ["lou"]
    assert [row[1] for row in shown(admin, "/review/log?by=+lou+")] == ["lou"]
    assert len(shown(admin, "/review/log?object=conversation-0")) == 2
    assert [row[2] for row in shown(admin, "/review/log?action=judge&object=conversation-0")] == ["judged"]
    nothing = admin.get("/review/log?by=nobody").text
    assert "No lines found" in nothing and 'href="/review/log"' in nothing


def test_pages_go_on_where_the_last_one_ended(app: FastAPI, staff: Staff) -> None:
    admin = staff(Role.ADMIN)
    fill(app, 2 * ON_A_PAGE + 50)
    fill(app, 1, by="lou")
    seen, address = [], "/review/log?by=kim"
    while True:
        seen.append([row[3] for row in shown(admin, address)])
        older = link(admin, address, "Older lines")
        if older is None:
            break
        assert older.startswith("/review/log?by=kim&before=")
        address = older
    assert [len(page) for page in seen] == [100, 100, 50]
    assert [name for page in seen for name in page] == [f"conversation-{each}" for each in range(249, -1, -1)]
    back = link(admin, address, "Newer lines")
    assert back is not None and [row[3] for row in shown(admin, back)] == seen[1]
    assert link(admin, "/review/log?by=kim", "Newer lines") is None


@pytest.mark.parametrize(
    "query", ["before=0", "before=x", "after=-1", "before=99999999999999999999", f"by={'x' * 200}"]
)
def test_an_address_that_cannot_be_read_is_refused(staff: Staff, query: str) -> None:
    assert staff(Role.ADMIN).get(f"/review/log?{query}").status_code == 400


def test_what_is_in_the_log_is_shown_as_text(app: FastAPI, staff: Staff) -> None:
    fill(app, 1, by="<b>kim</b>", object="<script>", after={"<i>": "<u>"})
    page = staff(Role.ADMIN).get("/review/log?by=%3Cb%3Ekim%3C/b%3E").text
    assert "<script>" not in page and "<b>kim" not in page and "<i>" not in page
    assert "&lt;script&gt;" in page


def test_every_action_in_the_code_has_a_name() -> None:
    code = "".join(path.read_text() for path in (ROOT / "bot" / "review").glob("*.py"))
    actions = set(re.findall(r'record\([^)]*?action="(\w+)"', code)) | set(ACTIONS.values())
    assert {"login", "read", "judge"} <= actions
    for language in LANGUAGES:
        assert set(texts(language)["accounts"]["log"]["actions"]) == actions


def test_both_kinds_of_stores_give_the_same_pages(stores: Stores) -> None:
    migrate(stores.review)
    with Session(stores.review) as store:
        for number in range(1, 8):
            record(store, by="kim" if number % 2 else "lou", action="read", object=str(number))
        store.commit()
        first, older, newer = lines(store, {"by": "kim"}, size=2)
        assert ([entry.object for entry in first], older, newer) == (["7", "5"], True, False)
        second, older, newer = lines(store, {"by": "kim"}, before=first[-1].id, size=2)
        assert ([entry.object for entry in second], older, newer) == (["3", "1"], False, True)
        again, older, newer = lines(store, {"by": "kim"}, after=second[0].id, size=2)
        assert ([entry.object for entry in again], older, newer) == (["7", "5"], True, False)
        assert lines(store, {"by": "nobody"}) == ([], False, False)
