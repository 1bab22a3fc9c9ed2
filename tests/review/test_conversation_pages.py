"""The page of one conversation: what it shows, what its forms do, and what each role finds on it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.languages import LANGUAGES
from bot.review.access import Role
from bot.review.conversation_view import per_cent, score
from bot.review.tables import Judgement, LogEntry, Note, State, Tag, Turn, Verdict, Work
from bot.review.wording import texts
from bot.web.tables import Message
from tests.review.conftest import Staff
from tests.review.filling import AT, conversation, turn

PAGE = "/review/conversations/c"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def filled(app: FastAPI) -> FastAPI:
    """An app with the conversation c, of the turns t1, t2 and failed-1, and others before and after it."""
    with store(app) as session, session.begin():
        failed = {"outcome": "failed", "reason": "ReadTimeout", "reply": "", "intent": None, "confidence": None}
        empty: dict[str, list[Any]] = {name: [] for name in ("ranking", "entities", "subjects", "facts", "sources")}
        conversation(
            session,
            [
                turn(id="t1", rating="down", comment="niet wat ik vroeg"),
                turn(id="t2", language="en", text="And where is it?", reply="Münster is in Germany."),
                turn(id="failed-1", text="en Dalian?", latency_ms=None, model=None, **failed, **empty),
            ],
            id="c",
        )
        conversation(session, [turn(id="o1", at=AT - timedelta(days=1), outcome="clarify")], id="older")
        conversation(session, [turn(id="n1", at=AT + timedelta(days=1))], id="newer")
    return app


def store(app: FastAPI) -> Session:
    session: Session = app.state.review.session()
    return session


def kept(app: FastAPI, what: Any) -> Any:
    with store(app) as session:
        return session.scalars(what).all()


def basis_of(page: str, form: str = "verdict") -> str:
    """What a form on a page is based on."""
    match = re.search(rf'action="{PAGE}/{form}[^"]*">.*?name="based_on" value="([^"]*)"', page, re.DOTALL)
    assert match, form
    return match.group(1)


def test_the_page_tells_what_was_understood_and_why(filled: FastAPI, staff: Staff) -> None:
    page = staff(Role.READER).get(f"{PAGE}?turn=t1").text
    for shown in (
        "Sinds wanneer is Münster een partnerstad?",
        "Since when</strong>",
        "93 %",
        "These facts fitted the question best.",
        "typed: “Münster”",
        "98 %",
        "−0.07",
        "What ties does Enschede have with Münster?",
        "Münster is sinds 2021 een officiële partnerstad van Enschede.",
        "checked November 2026",
        "Owner: Internationale samenwerking",
        "Review by: November 2027",
        "120 ms",
        "31ac94d07d75467a99b133c48b58f252",
        "Not helpful",
        "niet wat ik vroeg",
        "10:00",
    ):
        assert shown in page, shown


def test_a_failed_turn_says_why(filled: FastAPI, staff: Staff) -> None:
    page = staff(Role.READER).get(f"{PAGE}?turn=failed-1").text
    assert "Why there was no reply: Rasa did not answer in time" in page


@pytest.mark.parametrize(("reason", "why"), [("status 500", "gave an error"), ("status 503", "store of conversations"), ("something new", "something new")])  # fmt: skip
def test_a_failure_of_any_kind_has_words(filled: FastAPI, staff: Staff, reason: str, why: str) -> None:
    with store(filled) as session, session.begin():
        session.execute(update(Turn).where(Turn.id == "failed-1").values(reason=reason))
    assert why in staff(Role.READER).get(f"{PAGE}?turn=failed-1").text


def test_a_visitors_text_is_marked_with_its_language(filled: FastAPI, staff: Staff) -> None:
    page = staff(Role.READER, language="nl").get(f"{PAGE}?turn=t2").text
    assert '<p class="said" lang="en">And where is it?</p>' in page


def test_reading_is_logged_once_an_hour_for_each_member(filled: FastAPI, staff: Staff) -> None:
    for name in ("anna", "anna", "bram"):
        staff(Role.READER, name).get(PAGE)
    reads = select(LogEntry.by).where(LogEntry.action == "read", LogEntry.object == "c").order_by(LogEntry.id)
    assert kept(filled, reads) == ["anna", "bram"]
    with store(filled) as session, session.begin():
        session.execute(update(LogEntry).values(at=datetime.now(UTC) - timedelta(minutes=61)))
    staff(Role.READER, "anna").get(PAGE)
    assert kept(filled, reads) == ["anna", "bram", "anna"]


def test_no_such_conversation_is_404_and_not_logged(filled: FastAPI, staff: Staff) -> None:
    assert staff(Role.READER).get("/review/conversations/nowhere").status_code == 404
    assert kept(filled, select(LogEntry).where(LogEntry.action == "read")) == []


def test_the_filter_of_the_inbox_is_carried_to_turns_forms_and_other_conversations(
    filled: FastAPI, staff: Staff
) -> None:
    page = staff(Role.ADMIN).get(f"{PAGE}?turn=t1&outcome=answered&outcome=failed&period=").text
    query = "outcome=answered&amp;outcome=failed"
    assert f'href="/review?{query}"' in page
    assert f'href="{PAGE}?{query}&amp;turn=t2&amp;row=t1#turn"' in page
    assert f'action="{PAGE}/verdict?{query}&amp;row=t1"' in page
    assert f'href="/review/conversations/newer?{query}&amp;turn=n1#turn"' in page
    assert "/review/conversations/older" not in page


@pytest.mark.parametrize(("verdict", "key"), [(each.value, number) for number, each in enumerate(Verdict, 1)])
def test_a_verdict_is_kept_and_the_next_turn_without_one_comes(
    filled: FastAPI, staff: Staff, verdict: str, key: int
) -> None:
    values = {"wrong_intent": "location", "wrong_subject": "dalian", "right_answer": "munster.location"}
    client = staff(Role.REVIEWER)
    answer = client.submit(f"{PAGE}/verdict", {"turn": "t1", "verdict": verdict, "typed": values.get(verdict, "")})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?turn=t2&said=judged#turn")
    (judged,) = kept(filled, select(Judgement))
    assert (judged.turn, judged.verdict, judged.value, judged.by) == ("t1", verdict, values.get(verdict), "reviewer")
    assert f'data-key="{key}"' in client.get(answer.headers["location"]).text


@pytest.mark.parametrize("sent", [{"chosen": "dalian"}, {"typed": "Dalian"}, {"typed": " dalian "}])
def test_a_subject_is_chosen_by_button_or_typed_by_name_or_id(
    filled: FastAPI, staff: Staff, sent: dict[str, str]
) -> None:
    staff(Role.REVIEWER).submit(f"{PAGE}/verdict", {"turn": "t1", "verdict": "wrong_subject", **sent})
    assert kept(filled, select(Judgement.value)) == ["dalian"]


@pytest.mark.parametrize(
    ("typed", "problem"), [("Atlantis", "“Atlantis” is no name in the list"), ("", "Choose a name first")]
)
def test_a_name_that_is_none_is_refused_and_kept_in_the_field(
    filled: FastAPI, staff: Staff, typed: str, problem: str
) -> None:
    sent = {"turn": "t1", "verdict": "wrong_subject", "typed": typed}
    answer = staff(Role.REVIEWER).submit(f"{PAGE}/verdict", sent)
    assert answer.status_code == 422
    assert problem in answer.text
    assert f'value="{typed}" aria-invalid="true" aria-describedby="problem"' in answer.text
    assert '<details class="verdict" name="verdict" open>' in answer.text
    assert kept(filled, select(Judgement)) == []


def test_a_verdict_is_changed_and_taken_back(filled: FastAPI, staff: Staff) -> None:
    client = staff(Role.REVIEWER)
    client.submit(f"{PAGE}/verdict", {"turn": "t1", "verdict": "right"})
    page = client.get(f"{PAGE}?turn=t1").text
    client.submit(f"{PAGE}/verdict", {"turn": "t1", "verdict": "ignore", "based_on": basis_of(page)})
    assert kept(filled, select(Judgement.verdict)) == ["ignore"]
    page = client.get(f"{PAGE}?turn=t1").text
    answer = client.submit(f"{PAGE}/verdict", {"turn": "t1", "based_on": basis_of(page)})
    assert answer.headers["location"] == f"{PAGE}?turn=t1&said=taken_back#turn"
    assert kept(filled, select(Judgement)) == []


def test_who_was_overtaken_sees_both_verdicts_and_may_save_theirs_after_all(filled: FastAPI, staff: Staff) -> None:
    anna, bram = staff(Role.REVIEWER, "anna"), staff(Role.REVIEWER, "bram")
    bram.submit(f"{PAGE}/verdict", {"turn": "t1", "verdict": "wrong_subject", "chosen": "dalian"})
    answer = anna.submit(f"{PAGE}/verdict", {"turn": "t1", "verdict": "out_of_scope", "based_on": ""})
    assert answer.status_code == 409
    alert = answer.text[answer.text.index('role="alert"') :].partition("conversation")[0]
    assert "bram changed this" in alert
    assert "Wrong or missing subject: Dalian" in alert
    assert "Not our subject" in alert
    assert kept(filled, select(Judgement.verdict)) == ["wrong_subject"]
    anna.submit(
        f"{PAGE}/verdict",
        {"turn": "t1", "verdict": "out_of_scope", "based_on": basis_of(answer.text).replace("&#39;", "'")},
    )
    assert kept(filled, select(Judgement.verdict)) == ["out_of_scope"]


def test_a_state_and_a_hold_that_were_overtaken_are_shown_too(filled: FastAPI, staff: Staff) -> None:
    staff(Role.ADMIN, "bram").submit(f"{PAGE}/state", {"state": "later", "based_on": "new"})
    answer = staff(Role.REVIEWER, "anna").submit(f"{PAGE}/state", {"state": "done", "based_on": "new"})
    assert answer.status_code == 409
    assert "bram changed this" in answer.text
    assert '<input type="hidden" name="based_on" value="later"><input type="hidden" name="state" value="done">' in (
        re.sub(r">\s+<", "><", answer.text)
    )
    staff(Role.ADMIN, "bram").submit(f"{PAGE}/hold", {"reason": "klacht", "based_on": ""})
    answer = staff(Role.ADMIN, "cees").submit(f"{PAGE}/hold", {"reason": "zaak", "based_on": ""})
    assert answer.status_code == 409
    assert kept(filled, select(Work.hold)) == ["klacht"]


def test_tags_notes_and_states_are_kept_and_said(filled: FastAPI, staff: Staff) -> None:
    client = staff(Role.REVIEWER)
    steps = [
        ("tags", {"tag": "Klacht"}, "tagged"),
        ("notes", {"text": "Bel jan@example.org", "about": "turn"}, "noted"),
        ("notes", {"text": "Heel gesprek"}, "noted"),
        ("state", {"state": "done", "based_on": "new"}, "state"),
        ("tags", {"remove": "klacht"}, "untagged"),
    ]
    for form, sent, said in steps:
        answer = client.submit(f"{PAGE}/{form}", {"turn": "t2", **sent})
        assert answer.headers["location"] == f"{PAGE}?turn=t2&said={said}#turn"
        assert texts("en")["conversation"]["said"][said] in client.get(answer.headers["location"]).text
    assert kept(filled, select(Tag)) == []
    assert [(note.text, note.turn) for note in kept(filled, select(Note))] == [
        ("Bel [e-mail]", "t2"),
        ("Heel gesprek", None),
    ]
    assert kept(filled, select(Work.state)) == ["done"]


def test_only_ones_own_note_has_a_button_to_remove_it(filled: FastAPI, staff: Staff) -> None:
    anna, bram = staff(Role.REVIEWER, "anna"), staff(Role.REVIEWER, "bram")
    anna.submit(f"{PAGE}/notes", {"text": "van anna"})
    (number,) = kept(filled, select(Note.id))
    assert f"/notes/{number}/remove" in anna.get(PAGE).text
    assert f"/notes/{number}/remove" not in bram.get(PAGE).text
    assert bram.submit(f"{PAGE}/notes/{number}/remove").status_code == 404
    assert anna.submit(f"{PAGE}/notes/{number}/remove").status_code == 303
    assert kept(filled, select(Note)) == []


@pytest.mark.parametrize(
    ("form", "sent"),
    [("tags", {"tag": "x" * 41}), ("tags", {}), ("notes", {"text": " "}), ("notes", {"text": "x" * 2001})],
)
def test_what_cannot_be_used_is_said(filled: FastAPI, staff: Staff, form: str, sent: dict[str, str]) -> None:
    answer = staff(Role.REVIEWER).submit(f"{PAGE}/{form}", {"turn": "t1", **sent})
    assert answer.status_code == 422
    assert 'role="alert" id="problem"' in answer.text


@pytest.mark.parametrize(
    ("form", "sent", "status"),
    [
        ("verdict", {"turn": "t1", "verdict": "nonsense"}, 400),
        ("verdict", {"turn": "o1", "verdict": "right"}, 404),
        ("verdict", {"verdict": "right"}, 404),
        ("state", {"state": "nonsense", "based_on": "new"}, 400),
        ("notes/abc/remove", {}, 400),
    ],
)
def test_what_no_form_of_ours_sends_is_refused(
    filled: FastAPI, staff: Staff, form: str, sent: dict[str, str], status: int
) -> None:
    assert staff(Role.REVIEWER).submit(f"{PAGE}/{form}", sent).status_code == status
    assert kept(filled, select(Judgement)) == []


def test_the_last_change_is_undone_at_its_turn_until_nothing_is_left(filled: FastAPI, staff: Staff) -> None:
    client = staff(Role.REVIEWER)
    client.submit(f"{PAGE}/verdict", {"turn": "t1", "verdict": "right"})
    client.submit(f"{PAGE}/state", {"state": "done", "based_on": "new"})
    page = client.get(PAGE).text
    assert "State: Done" in page
    where = [client.submit(f"{PAGE}/undo", {"turn": "t2"}).headers["location"] for _ in range(3)]
    assert where == [
        f"{PAGE}?turn=t2&said=undone#turn",
        f"{PAGE}?turn=t1&said=undone#turn",
        f"{PAGE}?turn=t2&said=nothing_to_undo#turn",
    ]
    assert (kept(filled, select(Judgement)), kept(filled, select(Work.state))) == ([], ["new"])


def test_undoing_what_a_colleague_changed_says_so_and_passes_it_over_the_next_time(
    filled: FastAPI, staff: Staff
) -> None:
    anna, bram = staff(Role.REVIEWER, "anna"), staff(Role.REVIEWER, "bram")
    anna.submit(f"{PAGE}/tags", {"tag": "klacht"})
    anna.submit(f"{PAGE}/state", {"state": "later", "based_on": "new"})
    bram.submit(f"{PAGE}/state", {"state": "done", "based_on": "later"})
    answer = anna.submit(f"{PAGE}/undo")
    assert answer.status_code == 409
    assert "bram has changed this since" in answer.text
    assert kept(filled, select(Work.state)) == ["done"]
    assert anna.submit(f"{PAGE}/undo").status_code == 303
    assert kept(filled, select(Tag)) == []


FORMS: dict[Role, set[str]] = {
    Role.READER: set(),
    Role.REVIEWER: {"verdict", "state", "tags", "notes"},
    Role.EDITOR: {"verdict", "state", "tags", "notes"},
    Role.ADMIN: {"verdict", "state", "tags", "notes", "hold"},
}


@pytest.mark.parametrize("role", Role)
def test_each_role_finds_its_forms(filled: FastAPI, staff: Staff, role: Role) -> None:
    page = staff(role).get(f"{PAGE}?turn=t1").text
    main = page[page.index("<main") :]
    assert set(re.findall(rf'<form[^>]*action="{PAGE}/(\w+)', main)) == FORMS[role]
    assert (f"{PAGE}/delete" in page) == (role == Role.ADMIN)
    assert ("<form" in main.replace('<form class="conversation-search"', "")) == (role > Role.READER)


@pytest.mark.parametrize("form", ["verdict", "tags", "notes", "state", "undo", "hold", "delete"])
def test_a_form_without_the_sessions_token_changes_nothing(filled: FastAPI, staff: Staff, form: str) -> None:
    sent = {"turn": "t1", "verdict": "right", "tag": "x", "text": "x", "state": "done", "reason": "x"}
    answer = staff(Role.ADMIN).post(f"{PAGE}/{form}", data=sent | {"csrf": "wrong"}, follow_redirects=False)
    assert answer.status_code == 403
    assert kept(filled, select(LogEntry).where(LogEntry.action != "read")) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_text_in_every_field_is_shown_as_text(app: FastAPI, staff: Staff, language: str) -> None:
    with store(app) as session, session.begin():
        conversation(
            session,
            [
                turn(
                    id="t1", text=HOSTILE, reply=HOSTILE, intent=HOSTILE[:80], outcome=HOSTILE[:20], rating="down",
                    comment=HOSTILE, model=HOSTILE, reason=HOSTILE[:80], facts=[HOSTILE], subjects=[HOSTILE],
                    ranking=[[HOSTILE, 0.0]], entities=[{"subject": HOSTILE, "text": HOSTILE}],
                    sources=[{"id": HOSTILE, "title": HOSTILE, "as_of": HOSTILE}],
                ),
                turn(id="t2", text=HOSTILE, reply=HOSTILE),
            ],
            id="c",
        )  # fmt: skip
        session.add(Tag(tag=HOSTILE[:40], conversation="c", at=AT))
        session.add(Note(conversation="c", turn="t1", text=HOSTILE, by=HOSTILE, at=AT))
        session.add(Work(conversation="c", state=State.NEW, reviewer=HOSTILE, hold=HOSTILE, at=AT))
        session.add(Judgement(turn="t1", conversation="c", verdict="wrong_intent", value=HOSTILE, by=HOSTILE, at=AT))
    page = staff(Role.ADMIN, language=language).get(f"{PAGE}?turn=t1&find={HOSTILE[:9]}&said={HOSTILE[:9]}").text
    assert "<script>" not in page
    assert "<img" not in page
    assert page.count("&lt;script&gt;") > 15


def test_a_conversation_is_found_in_and_jumped_through(app: FastAPI, staff: Staff) -> None:
    with store(app) as session, session.begin():
        conversation(session, [turn(id=f"t{n}", text=f"vraag {n}") for n in range(1, 1001)], id="c")
    page = staff(Role.READER).get(f"{PAGE}?turn=t500&find=vraag+99").text
    assert page.count('<li class="turn') == 25
    for shown in ("t1#", "t1000#", "t488#", "t512#", "t99#", "t999#"):
        assert f"turn={shown}".replace("#", "&amp;row=t500#turn") in page, shown
    assert len(page.encode()) < 120_000


def test_a_held_conversation_cannot_be_deleted(filled: FastAPI, staff: Staff) -> None:
    admin = staff(Role.ADMIN)
    admin.submit(f"{PAGE}/hold", {"reason": "klacht 12", "based_on": ""})
    assert "klacht 12" in admin.get(PAGE).text
    answer = admin.submit(f"{PAGE}/delete")
    assert answer.status_code == 409
    assert "This conversation is on hold: klacht 12" in answer.text
    assert kept(filled, select(Turn.id).where(Turn.conversation == "c")) != []


def test_a_conversation_is_deleted_everywhere_after_a_page_that_asks(filled: FastAPI, staff: Staff) -> None:
    admin = staff(Role.ADMIN)
    with store(filled) as session, session.begin():
        session.add(Message(id="t1", session="c", at=AT, outcome="answered", latency_ms=1))
    admin.submit(f"{PAGE}/verdict", {"turn": "t1", "verdict": "right"})
    admin.submit(f"{PAGE}/notes", {"text": "tekst"})
    assert "You cannot undo this." in admin.get(f"{PAGE}/delete?outcome=answered").text
    answer = admin.submit(f"{PAGE}/delete?outcome=answered")
    assert (answer.status_code, answer.headers["location"]) == (303, "/review?outcome=answered")
    assert filled.state.chat.rasa.forgotten == ["c"]
    for what in (Turn, Judgement, Note, Message):
        rows = select(what.id if hasattr(what, "id") else what.turn)
        assert not {"t1", "t2"} & set(map(str, kept(filled, rows))), what
    assert admin.get(PAGE).status_code == 404
    assert kept(filled, select(LogEntry.by).where(LogEntry.action == "delete", LogEntry.object == "c")) == ["admin"]


def test_a_deletion_that_fails_deletes_nothing_and_says_so(filled: FastAPI, staff: Staff) -> None:
    filled.state.chat.rasa.away = True
    answer = staff(Role.ADMIN).submit(f"{PAGE}/delete")
    assert answer.status_code == 503
    assert "Deleting did not work" in answer.text
    assert kept(filled, select(Turn.id).where(Turn.conversation == "c")) != []
    assert kept(filled, select(LogEntry).where(LogEntry.action == "delete")) == []


def test_without_the_facts_the_page_works_with_ids(filled: FastAPI, staff: Staff) -> None:
    object.__setattr__(filled.state.settings, "facts_url", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    client = staff(Role.REVIEWER)
    page = client.get(f"{PAGE}?turn=t1").text
    assert "The facts database cannot be reached now." in page
    assert "munster.since" in page
    answer = client.submit(f"{PAGE}/verdict", {"turn": "t1", "verdict": "wrong_subject", "typed": "Dalian"})
    assert answer.status_code == 422
    assert client.submit(f"{PAGE}/verdict", {"turn": "t1", "verdict": "right"}).status_code == 303


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_is_used_once_and_stands_in_the_overview(filled: FastAPI, staff: Staff, language: str) -> None:
    page = staff(Role.REVIEWER, language=language).get(f"{PAGE}?turn=t2").text
    keys = re.findall(r'data-key="([^"]+)"', page)
    assert len(keys) == len(set(keys))
    overview = re.sub(r"<.*?>", " ", page[page.index("<dialog") : page.index("</dialog>")])
    for key in keys:
        for part in key.split():
            assert re.search(rf"(?<!\w){re.escape(part)}(?!\w)", overview), key
    assert {"j", "k", "e", "t", "n", "?", "/", *"1234567"} <= set(keys)


@pytest.mark.parametrize(("share", "shown"), [(0.0, "0 %"), (0.004, "< 1 %"), (0.624, "62 %"), (1.0, "100 %")])
def test_shares_are_whole_percentages(share: float, shown: str) -> None:
    assert per_cent(share) == shown


def test_scores_have_the_signs_of_the_language() -> None:
    assert (score(-1.5, "nl"), score(0.256, "en")) == ("−1,50", "0.26")
