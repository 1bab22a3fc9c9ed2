"""/review, its views and its exports, as a browser without scripts gets them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.review import counts as counting
from bot.review import inbox as listing_of_rows
from bot.review import inbox_pages
from bot.review.access import Role
from bot.review.filters import Filter
from bot.review.inbox_export import COLUMNS, as_csv, as_jsonl, records
from bot.review.tables import Judgement, LogEntry, SavedView, Tag, Turn
from bot.review.views import BUILT_IN, MOST, filter_of
from bot.review.wording import texts
from tests.bot.web.conftest import AWAY
from tests.review.conftest import Staff, StaffClient
from tests.review.filling import conversation, turn

NOW = datetime.now(UTC)
FORMULA = '=HYPERLINK("http://evil.example")'


@pytest.fixture(autouse=True)
def _filled(app: FastAPI) -> None:
    """Three conversations: one failed today, one of two turns in English, and an old one that is done."""
    with app.state.review.session() as session, session.begin():
        failed = turn(
            id="t1",
            text="Is er <b>iemand</b>?",
            reply="",
            outcome="failed",
            reason="ReadTimeout",
            intent=None,
            confidence=None,
            subjects=[],
            at=NOW,
        )
        conversation(session, [failed], id="c1")
        first = turn(
            id="t2",
            text="Since when Dalian?",
            language="en",
            subjects=["dalian"],
            at=NOW - timedelta(hours=30),
            confidence=0.349,
            rating="down",
        )
        second = turn(
            id="t3",
            text=FORMULA,
            language="en",
            outcome="not_in_sources",
            reason="declined",
            at=NOW - timedelta(hours=29),
        )
        conversation(session, [first, second], id="c2")
        conversation(session, [turn(id="t4", at=NOW - timedelta(days=60))], id="c/3", state="done", reviewer="anna")
        session.add(Tag(tag="klacht", conversation="c/3", at=NOW))
        session.add(Judgement(turn="t4", conversation="c/3", verdict="right", value=None, by="anna", at=NOW))


@pytest.fixture
def reader(staff: Staff) -> StaffClient:
    return staff(Role.READER)


@pytest.fixture
def reviewer(staff: Staff) -> StaffClient:
    return staff(Role.REVIEWER)


def links(html: str) -> list[str]:
    """Where the rows lead."""
    return [unescape(found) for found in re.findall(r'href="(/review/conversations/[^"]+)"', html)]


def rows(html: str) -> list[str]:
    return [parse_qsl(urlsplit(link).query)[-1][1] for link in links(html)]


def text(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_a_row_is_a_conversation_with_its_newest_turn(reader: StaffClient) -> None:
    answer = reader.get("/review")
    assert answer.status_code == 200
    assert rows(answer.text) == ["t1", "t3", "t4"]
    assert "3 conversations" in text(answer.text)


def test_the_links_of_the_rows_carry_the_filter(reader: StaffClient) -> None:
    assert links(reader.get("/review?state=done&tag=klacht").text) == [
        "/review/conversations/c%2F3?state=done&tag=klacht&turn=t4"
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("outcome=failed", ["t1"]),
        ("language=en", ["t3"]),
        ("confidence_below=40", ["t2"]),
        ("feedback=down", ["t2"]),
        ("subject=dalian", ["t2"]),
        ("q=since", ["t2"]),
        ("period=today", ["t1"]),
        ("period=week", ["t1", "t3"]),
        ("reviewer=anna", ["t4"]),
        ("verdict=right", ["t4"]),
        ("verdict=none", ["t1", "t3"]),
        ("sort=oldest", ["t4", "t3", "t1"]),
    ],
)
def test_the_filter_of_the_address_decides(reader: StaffClient, query: str, found: list[str]) -> None:
    assert rows(reader.get(f"/review?{query}").text) == found


def test_a_row_says_what_there_is_to_say_in_the_members_language(staff: Staff) -> None:
    shown = text(staff(Role.READER, language="nl").get("/review?subject=dalian").text)
    for words in (
        "1 gesprek",
        "Since when Dalian?",
        "beurt 1 van 2",
        "Sinds wanneer",
        "Dalian",
        "Feit paste het best",
        "Beantwoord",
        "34%",
        "Niet nuttig",
        "Nieuw",
    ):
        assert words in shown
    shown = text(staff(Role.READER, "else", "en").get("/review?state=done").text)
    for words in ("1 conversation", "Done", "anna", "klacht", "Right"):
        assert words in shown


def test_what_visitors_type_is_text(reader: StaffClient) -> None:
    html = reader.get("/review").text
    assert "Is er &lt;b&gt;iemand&lt;/b&gt;?" in html
    html = reader.get("/review", params={"q": '"><script>alert(1)</script>', "tag": "<i>"}).text
    assert "<script>" not in html
    assert "<i>" not in html


def test_a_form_with_empty_fields_leads_to_the_short_address(reader: StaffClient) -> None:
    answer = reader.get("/review?q=&period=&outcome=failed&intent=&sort=newest", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/review?outcome=failed")
    answer = reader.get("/review?q=&after=", follow_redirects=False)
    assert answer.headers["location"] == "/review"


@pytest.mark.parametrize(
    "query", ["outcome=nonsense", "from=x&to=y", "confidence_from=5", "q=" + "x" * 300, "intent=%01"]
)
def test_a_bad_value_gives_a_note_and_not_an_error(reader: StaffClient, query: str) -> None:
    answer = reader.get(f"/review?{query}")
    assert answer.status_code == 200
    assert "cannot be read and is left out" in text(answer.text)
    assert len(rows(answer.text)) == 3


@pytest.mark.parametrize("key", ["after=x", "before=2026-11-26", "after=2026-11-26T10:00:00~%01", "after=9999~a"])
def test_a_bad_place_gives_the_first_page_with_a_note(reader: StaffClient, key: str) -> None:
    answer = reader.get(f"/review?{key}")
    assert answer.status_code == 200
    assert "place in the list cannot be read" in text(answer.text)
    assert len(rows(answer.text)) == 3


def test_chips_take_away_one_filter_each(reader: StaffClient) -> None:
    html = reader.get("/review?outcome=failed&outcome=refused&language=nl").text
    chips = [unescape(each) for each in re.findall(r'class="chip" href="([^"]+)"', html)]
    assert chips == [
        "/review?outcome=failed&language=nl",
        "/review?outcome=refused&language=nl",
        "/review?outcome=refused&outcome=failed",
    ]


def test_nothing_found_has_a_way_out(reader: StaffClient) -> None:
    html = reader.get("/review?outcome=refused").text
    assert rows(html) == []
    assert "No conversation fits all chosen filters" in text(html)
    assert re.search(r'<div class="empty">.*?<a class="nl-link" href="/review">', html, re.DOTALL)


def test_the_form_shows_the_filter(reader: StaffClient) -> None:
    html = reader.get("/review?outcome=failed&confidence_below=40&q=hoi&from=2026-11-01&tag=unheard").text
    assert re.search(r'name="outcome" value="failed" checked', html)
    assert '<option value="40" selected>' in html
    assert 'value="hoi"' in html
    assert 'value="2026-11-01"' in html
    assert '<option value="unheard" selected>unheard</option>' in html
    assert re.search(r"<details open>", html)


def test_counts_stand_beside_the_values(reader: StaffClient) -> None:
    shown = text(reader.get("/review").text)
    assert re.search(r"Answered 2 Asked back 0", shown)
    assert re.search(r"Dutch 2 English 2", shown)
    assert re.search(r"Done 1", shown)


def test_pages_follow_one_another(reader: StaffClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = listing_of_rows.page
    monkeypatch.setattr("bot.review.inbox_pages.page", lambda *args, **more: whole(*args, **more, size=2))
    html = reader.get("/review?sort=oldest").text
    assert rows(html) == ["t4", "t3"]
    assert 'rel="prev"' not in html
    following = unescape(re.search(r'rel="next" href="([^"]+)"', html).group(1))  # type: ignore[union-attr]
    assert following.startswith("/review?sort=oldest&after=")
    html = reader.get(following).text
    assert rows(html) == ["t1"]
    assert 'rel="next"' not in html
    previous = unescape(re.search(r'rel="prev" href="([^"]+)"', html).group(1))  # type: ignore[union-attr]
    assert rows(reader.get(previous).text) == ["t4", "t3"]


# Views


@pytest.mark.parametrize("language", ["nl", "en"])
def test_each_built_in_view_has_a_name_and_shows_where_one_is(staff: Staff, language: str) -> None:
    client = staff(Role.READER, language=language)
    names = texts(language)["inbox"]["views"]
    assert set(names) == set(BUILT_IN)
    for name, filter in BUILT_IN.items():
        html = client.get(f"/review?{filter.query()}").text
        assert re.search(rf'aria-current="true">{names[name]}<', html)


def test_a_filter_is_kept_under_a_name_and_removed(app: FastAPI, reader: StaffClient) -> None:
    answer = reader.submit("/review/views", {"name": "  Engels   en <slecht> ", "query": "language=en&feedback=down"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/review?language=en&feedback=down&said=saved")
    html = reader.get(answer.headers["location"]).text
    assert "The view has been saved." in html
    assert re.search(
        r'href="/review\?language=en&amp;feedback=down" aria-current="true">Engels en &lt;slecht&gt;<', html
    )
    with app.state.review.session() as session:
        view = session.scalars(select(SavedView)).one()
        assert (view.by, filter_of(view)) == ("reader", Filter(language=("en",), feedback=("down",)))
    answer = reader.submit(f"/review/views/{view.id}/remove")
    assert "The view has been removed." in reader.get(answer.headers["location"]).text
    with app.state.review.session() as session:
        assert session.scalars(select(SavedView)).all() == []
        actions = [(line.action, line.object) for line in session.scalars(select(LogEntry).order_by(LogEntry.id))]
    assert actions == [("view", f"view {view.id}")] * 2


def test_a_view_of_the_same_name_is_replaced(app: FastAPI, reader: StaffClient) -> None:
    for query in ("language=en", "language=nl"):
        reader.submit("/review/views", {"name": "Taal", "query": query})
    with app.state.review.session() as session:
        assert [view.query for view in session.scalars(select(SavedView))] == ["language=nl"]


@pytest.mark.parametrize(
    ("name", "query", "error"),
    [
        ("", "language=en", "1 to 80 characters"),
        ("x" * 81, "language=en", "1 to 80 characters"),
        ("a\x01", "language=en", "1 to 80 characters"),
        ("Alles", "", "shows everything"),
        ("Alles", "outcome=nonsense", "shows everything"),
    ],
)
def test_what_cannot_be_kept_says_why(app: FastAPI, reader: StaffClient, name: str, query: str, error: str) -> None:
    answer = reader.submit("/review/views", {"name": name, "query": query})
    assert answer.status_code == 400
    assert error in text(answer.text)
    with app.state.review.session() as session:
        assert session.scalars(select(SavedView)).all() == []


def test_there_is_an_end_to_the_number_of_views(app: FastAPI, reader: StaffClient) -> None:
    with app.state.review.session() as session, session.begin():
        session.add_all(SavedView(name=f"v{number}", query="language=en", by="reader") for number in range(MOST))
    answer = reader.submit("/review/views", {"name": "one more", "query": "language=en"})
    assert "Remove one first" in text(answer.text)


def test_nobody_sees_or_removes_the_views_of_another(app: FastAPI, staff: Staff, reader: StaffClient) -> None:
    staff(Role.ADMIN, "boss").submit("/review/views", {"name": "Geheim", "query": "language=en"})
    with app.state.review.session() as session:
        view = session.scalars(select(SavedView)).one().id
    assert "Geheim" not in reader.get("/review").text
    assert reader.submit(f"/review/views/{view}/remove").status_code == 404
    assert reader.submit(f"/review/views/{view + 1}/remove").status_code == 404


def test_a_form_of_another_page_changes_nothing(app: FastAPI, reader: StaffClient) -> None:
    answer = reader.post("/review/views", data={"name": "x", "query": "language=en", "csrf": "wrong"})
    assert answer.status_code == 403
    with app.state.review.session() as session:
        assert session.scalars(select(SavedView)).all() == []


# Exports


def test_the_csv_is_what_a_spreadsheet_reads(reviewer: StaffClient) -> None:
    answer = reviewer.get("/review/export.csv?language=en")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="turns-\d{4}-\d\d-\d\d\.csv"', answer.headers["content-disposition"])
    assert answer.content.startswith(b"\xef\xbb\xbfconversation;turn;")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [line["turn"] for line in lines] == ["t3", "t2"]
    assert lines[0]["text"] == f"'{FORMULA}"
    assert lines[1]["subjects"] == "dalian"
    assert lines[1]["sources"] == "page"
    assert lines[1]["confidence"] == "0.349"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00", lines[1]["at"])


def test_the_json_has_every_column_of_every_turn(reviewer: StaffClient) -> None:
    answer = reviewer.get("/review/export.jsonl")
    assert answer.headers["content-type"] == "application/jsonl; charset=utf-8"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["turn"] for line in lines] == ["t1", "t3", "t2", "t4"]
    assert all(tuple(line) == COLUMNS for line in lines)
    last = lines[-1]
    assert (last["state"], last["reviewer"], last["tags"], last["verdict"], last["verdict_by"]) == (
        "done", "anna", ["klacht"], "right", "anna",
    )  # fmt: skip
    assert lines[1]["text"] == FORMULA


@pytest.mark.parametrize("first", list("=+-@\t\r"))
def test_no_cell_of_the_csv_is_a_formula(first: str) -> None:
    record = dict.fromkeys(COLUMNS, f"{first}1+1") | {"tags": [f"{first}2", "b"]}
    lines = list(csv.reader(io.StringIO("".join(as_csv([[record]])).removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert all(cell.startswith("'" + first) for cell in lines[1])


def test_an_export_is_in_the_log_without_what_was_searched_for(app: FastAPI, reviewer: StaffClient) -> None:
    reviewer.get("/review/export.jsonl?q=geheim&outcome=failed&outcome=refused")
    with app.state.review.session() as session:
        line = session.scalars(select(LogEntry)).one()
    assert (line.by, line.action, line.object) == ("reviewer", "export", "turns")
    assert line.after == {"format": "jsonl", "filter": ["q", "outcome"]}


def test_a_reader_is_offered_no_export_and_gets_none(reader: StaffClient, reviewer: StaffClient) -> None:
    assert "/review/export" not in reader.get("/review").text
    assert reader.get("/review/export.csv").status_code == 403
    assert "/review/export.csv?language=en" in reviewer.get("/review?language=en").text


def test_an_export_with_a_filter_that_cannot_be_read_holds_nothing(reviewer: StaffClient) -> None:
    assert reviewer.get("/review/export.csv?outcome=nonsense").status_code == 400


def test_an_export_reads_a_batch_at_a_time(app: FastAPI) -> None:
    database = app.state.review
    with database.session() as session, session.begin():
        for number in range(20):
            conversation(
                session, [turn(at=NOW - timedelta(days=90, hours=number)) for _ in range(3)], id=f"many{number}"
            )
    loaded: list[int] = []

    def counted() -> Any:
        loaded.append(0)
        return database.session()

    pieces = as_jsonl(records(counted, Filter(), batch=8))
    for number, piece in enumerate(pieces, 1):
        # As many sessions were opened as pieces were asked for: nothing is read ahead.
        assert len(loaded) == number
        assert piece.count("\n") <= 8
    assert len(loaded) == 9  # the last one found no more


def test_a_batch_may_come_while_turns_are_deleted(app: FastAPI) -> None:
    database = app.state.review
    found: Iterator[list[dict[str, Any]]] = records(database.session, Filter(), batch=1)
    assert next(found)[0]["turn"] == "t1"
    with database.session() as session, session.begin():
        session.delete(session.get(Turn, "t3"))
    assert [each["turn"] for batch in found for each in batch] == ["t2", "t4"]


# When the store is away


@pytest.mark.parametrize("path", ["/review", "/review?q=x", "/review/export.csv"])
def test_a_store_that_is_away_is_a_page_and_not_a_trace(
    app: FastAPI, reviewer: StaffClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("select", {}, Exception("gone"))

    for name in ("page", "records"):
        monkeypatch.setattr(f"bot.review.inbox_pages.{name}", away)
    answer = reviewer.get(path)
    assert answer.status_code == 503
    assert "select" not in answer.text


def test_without_facts_the_inbox_shows_ids(app: FastAPI, settings: Any, reader: StaffClient) -> None:
    object.__setattr__(settings, "facts_url", AWAY)
    answer = reader.get("/review?subject=dalian")
    assert answer.status_code == 200
    assert "dalian" in text(answer.text)


def test_counts_that_are_not_exact_can_be_made_so(reader: StaffClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "AMONG", 1)
    query = "language=nl&feedback=up&reason=ranked"
    asked = reader.get(f"/review?{query}").text
    link = re.search(r'href="(/review\?[^"]*exact=1)">' + texts("en")["inbox"]["count_exactly"], asked)
    assert link is not None
    exact = reader.get(unescape(link[1])).text
    assert texts("en")["inbox"]["count_exactly"] not in exact


def test_counting_exactly_for_too_long_is_said(reader: StaffClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(session: Any, filter: Filter, today: Any, exact: bool = False) -> counting.Counts:
        if exact:
            raise OperationalError("SELECT 1", {}, Exception("canceling statement due to statement timeout"))
        return counting.counts(session, filter, today)

    monkeypatch.setattr(inbox_pages, "counts", slow)
    answer = reader.get("/review?language=nl&exact=1")
    assert answer.status_code == 200
    assert texts("en")["inbox"]["count_too_many"] in unescape(answer.text)
