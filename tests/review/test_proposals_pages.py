"""The page of the proposals: who may do what, and what is in the way of confirming."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot.review.access import Role
from bot.review.proposals import propose
from bot.review.tables import LogEntry, Proposal, Verdict
from bot.settings import Settings
from tests.conftest import ROOT
from tests.review.conftest import Staff
from tests.review.filling import conversation, turn

TEXT = "hoe heet de slimme gids van de domstad eigenlijk"


@pytest.fixture
def proposals(app: FastAPI) -> list[int]:
    """An example for since/munster and the test question with it, of one verdict."""
    with app.state.review.session() as session:
        judged = turn(text=TEXT, entities=[])
        conversation(session, [judged])
        rows = propose(session, judged, Verdict.RIGHT_ANSWER, "munster.since", "rev")
        ids = [row.id for row in rows]
        session.commit()
    return ids


def filled(act: str, **values: str) -> dict[str, str]:
    """The form of an example as it is sent when nothing was edited, with `values`."""
    return {"act": act, "text": TEXT, "label": "since/munster"} | values


def row(app: FastAPI, id: int) -> Proposal:
    with app.state.review.session() as session:
        found: Proposal = session.get_one(Proposal, id)
        return found


def test_a_reader_reads_and_decides_nothing(app: FastAPI, staff: Staff, proposals: list[int]) -> None:
    client = staff(Role.READER)
    page = client.get("/review/proposals").text
    assert TEXT in page and 'name="act"' not in page
    assert client.submit(f"/review/proposals/{proposals[0]}", filled("confirm", vouched="yes")).status_code == 403
    assert row(app, proposals[0]).status == "proposed"


def test_an_editor_edits_and_confirms(app: FastAPI, staff: Staff, proposals: list[int]) -> None:
    client = staff(Role.EDITOR)
    data = {"act": "confirm", "text": f"{TEXT} mail jan@voorbeeld.nl", "label": "since/dalian", "vouched": "yes"}
    answer = client.submit(f"/review/proposals/{proposals[0]}?kind=example", data)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/review/proposals?kind=example&status=proposed&done=confirm-{proposals[0]}",
    )
    confirmed = row(app, proposals[0])
    assert (confirmed.status, confirmed.by) == ("confirmed", "editor")
    assert confirmed.payload["text"] == f"{TEXT} mail [e-mail]"
    assert confirmed.payload["label"] == "since/dalian"
    assert "has been approved" in client.get(answer.headers["location"]).text


def test_the_log_holds_the_decision_and_none_of_the_words(app: FastAPI, staff: Staff, proposals: list[int]) -> None:
    staff(Role.EDITOR).submit(f"/review/proposals/{proposals[0]}", filled("confirm", vouched="yes"))
    with app.state.review.session() as session:
        (line,) = session.scalars(select(LogEntry).where(LogEntry.action == "confirm"))
    assert (line.by, line.object, line.before, line.after) == (
        "editor", f"proposal {proposals[0]}", {"status": "proposed"}, {"status": "confirmed"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"vouched": ""}, "Tick that no name"),
        ({"label": ""}, "No label has been chosen"),
        ({"label": "since/nowhere"}, "There is no label since/nowhere"),
        ({"text": ""}, "There is no text in it"),
        ({"text": "x" * 301}, "longer than 300 characters"),
    ],
)
def test_what_is_in_the_way_is_said_and_what_was_typed_stays(
    app: FastAPI, staff: Staff, proposals: list[int], data: dict[str, Any], said: str
) -> None:
    typed = {"act": "confirm", "text": "nog anders gevraagd", "label": "since/munster", "vouched": "yes"} | data
    answer = staff(Role.EDITOR).submit(f"/review/proposals/{proposals[0]}", typed)
    assert answer.status_code == 400
    assert said in answer.text and typed["text"] in answer.text
    assert row(app, proposals[0]).status == "proposed"


def test_a_held_out_question_is_refused_with_the_reason(app: FastAPI, staff: Staff, proposals: list[int]) -> None:
    held_out = "Does Enschede go it alone in Europe, or is it teaming up?"
    typed = {"act": "confirm", "text": held_out, "vouched": "yes"}
    answer = staff(Role.EDITOR).submit(f"/review/proposals/{proposals[0]}", typed)
    assert answer.status_code == 400
    assert "kept apart to measure with (set sample)" in answer.text
    assert row(app, proposals[0]).status == "proposed"


def test_refusing_needs_a_reason_and_can_be_taken_back(app: FastAPI, staff: Staff, proposals: list[int]) -> None:
    client, path = staff(Role.EDITOR), f"/review/proposals/{proposals[0]}"
    assert client.submit(path, {"act": "refuse", "why": " "}).status_code == 400
    assert client.submit(path, {"act": "refuse", "why": "te vaag"}).status_code == 303
    assert (row(app, proposals[0]).status, row(app, proposals[0]).why) == ("refused", "te vaag")
    assert "te vaag" in client.get("/review/proposals?status=refused").text
    assert client.submit(f"{path}?status=refused", {"act": "reopen"}).status_code == 303
    assert (row(app, proposals[0]).status, row(app, proposals[0]).why) == ("proposed", None)


def test_what_was_decided_meanwhile_is_not_decided_again(app: FastAPI, staff: Staff, proposals: list[int]) -> None:
    client, path = staff(Role.EDITOR), f"/review/proposals/{proposals[0]}"
    assert client.submit(path, filled("confirm", vouched="yes")).status_code == 303
    answer = client.submit(path, {"act": "refuse", "why": "nee"})
    assert answer.status_code == 409 and "Somebody else has decided" in answer.text
    assert row(app, proposals[0]).status == "confirmed"
    assert client.submit("/review/proposals/999", {"act": "save"}).status_code == 404


def test_saving_keeps_the_text_undecided(app: FastAPI, staff: Staff, proposals: list[int]) -> None:
    assert staff(Role.EDITOR).submit(
        f"/review/proposals/{proposals[1]}", {"act": "save", "text": "anders"}
    ).status_code == 303  # fmt: skip
    saved = row(app, proposals[1])
    assert (saved.status, [each["user"] for each in saved.payload["turns"]]) == ("proposed", ["anders"])


def test_kinds_and_states_are_filtered_and_counted(staff: Staff, proposals: list[int]) -> None:
    client = staff(Role.EDITOR)
    page = client.get("/review/proposals?kind=example").text
    assert f'id="p-{proposals[0]}"' in page and f'id="p-{proposals[1]}"' not in page
    assert "To decide (2)" in page and "Training example (1)" in page
    assert "Nothing has been exported yet" in client.get("/review/proposals?status=exported").text
    assert client.get("/review/proposals?status=other").status_code == 400


def test_a_page_of_many_leads_to_the_next(app: FastAPI, staff: Staff) -> None:
    with app.state.review.session() as session:
        for number in range(11):
            judged = turn(text=f"vraag {number} over iets")
            conversation(session, [judged])
            propose(session, judged, Verdict.NEEDS_CONTENT, None, "rev")
        session.commit()
    client = staff(Role.EDITOR)
    assert "/review/proposals?status=proposed&amp;number=2" in client.get("/review/proposals").text
    page = client.get("/review/proposals?number=2").text
    assert "vraag 10" in page and "vraag 9" not in page


def test_a_label_may_be_chosen_by_its_name(app: FastAPI, staff: Staff, proposals: list[int]) -> None:
    data = filled("save", label="Not our subject: a task")
    staff(Role.EDITOR).submit(f"/review/proposals/{proposals[0]}", data)
    assert row(app, proposals[0]).payload["label"] == "out_of_scope/tasks"


def test_the_command_exports_once(
    settings: Settings, app: FastAPI, staff: Staff, proposals: list[int], tmp_path: Any
) -> None:
    for id in proposals:
        staff(Role.EDITOR).submit(f"/review/proposals/{id}", filled("confirm", vouched="yes"))
    command = [sys.executable, "-m", "bot", "review", "export", "--output", str(tmp_path / "out.patch")]
    environment = {"REVIEW_URL": settings.review_url, "PATH": "/usr/bin:/bin"}
    first = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    text = (tmp_path / "out.patch").read_text(encoding="utf-8")
    assert f"+    - {TEXT}\n" in text and "+++ b/tests/questions/reviewed.jsonl" in text
    assert "Exported: 1 example, 1 question" in first.stderr
    assert row(app, proposals[0]).status == "exported"
    second = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert "nothing to export" in second.stderr
    assert (tmp_path / "out.patch").read_text(encoding="utf-8") == text
    again = subprocess.run([*command[:-1], "-", "--again"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)  # fmt: skip
    assert f"+    - {TEXT}\n" in again.stdout
