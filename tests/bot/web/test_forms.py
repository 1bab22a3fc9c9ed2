"""The chat page without JavaScript: forms, and the conversation for the holder of its cookie alone."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from itsdangerous import URLSafeSerializer
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from bot.web.cookies import COOKIE
from bot.web.tables import Feedback
from bot.web.wording import texts
from tests.bot.web.conftest import Start
from tests.bot.web.fake_rasa import FakeRasa

ANSWER = "Münster is sinds 2021 een partnerstad."
FORMS = [(f"/{language}{form}", language) for language in ("nl", "en") for form in ("", "/feedback", "/delete")]
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://testserver.evil.example"},
]
OWN = [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://testserver"}, {}]


def talk(client: TestClient) -> str:
    """Asks something with the form; the id of the reply."""
    assert ANSWER in client.post("/nl", data={"text": "Sinds wanneer?"}).text
    session_id = client.app.state.signer.loads(client.cookies[COOKIE])  # type: ignore[attr-defined]
    turn = client.app.state.chat.transcripts.of(session_id)[-1]  # type: ignore[attr-defined]
    return str(turn["reply"]["message_id"])


def test_the_conversation_is_shown_redacted_and_escaped(client: TestClient) -> None:
    shown = client.post("/nl", data={"text": "Sinds wanneer? <b>jan@voorbeeld.nl</b>"})
    assert ANSWER in shown.text
    assert "november 2026" in shown.text
    assert "<b>" not in shown.text
    assert "jan@" not in shown.text


def forged(session_id: str) -> list[str]:
    """Cookies that we did not sign."""
    signed = str(URLSafeSerializer("k" * 32, salt="session").dumps(session_id))
    payload, _, signature = signed.rpartition(".")
    return [
        "",
        "forged.value",
        session_id,
        payload,
        f"{payload}.",
        f"{payload}.{signature[::-1]}",
        str(URLSafeSerializer("another key", salt="session").dumps(session_id)),
        str(URLSafeSerializer("k" * 32, salt="another purpose").dumps(session_id)),
    ]


def test_a_conversation_is_shown_to_nobody_without_its_cookie(client: TestClient) -> None:
    talk(client)
    own = client.cookies[COOKIE]
    session_id = client.app.state.signer.loads(own)  # type: ignore[attr-defined]
    for cookie in forged(session_id):
        client.cookies.clear()
        client.cookies.set(COOKIE, cookie)
        for page in ("/nl", "/en", f"/nl?session_id={session_id}"):
            assert ANSWER not in client.get(page).text, cookie
    client.cookies.clear()
    client.cookies.set(COOKIE, own)
    assert ANSWER in client.get("/nl").text


def test_a_client_cannot_choose_the_id_of_a_conversation_that_is_shown(client: TestClient) -> None:
    client.post("/v1/messages", json={"session_id": "chosen-by-client", "text": "hallo"})
    client.cookies.set(COOKIE, "chosen-by-client")
    assert ANSWER not in client.get("/nl").text


@pytest.mark.parametrize(("path", "language"), FORMS)
@pytest.mark.parametrize("headers", FOREIGN, ids=[str(headers) for headers in FOREIGN])
def test_a_form_on_another_site_does_nothing(
    client: TestClient, rasa: FakeRasa, path: str, language: str, headers: dict[str, str]
) -> None:
    message_id = talk(client)
    fields = {"text": "hallo", "message_id": message_id, "rating": "up"}
    answer = client.post(path, data=fields, headers=headers, follow_redirects=False)
    assert answer.status_code == 403
    assert texts(language)["reading"]["errors"]["foreign_form"] in answer.text
    assert rasa.asked == ["Sinds wanneer?"]
    assert rasa.forgotten == []


@pytest.mark.parametrize(("path", "language"), FORMS)
@pytest.mark.parametrize("headers", OWN, ids=[str(headers) for headers in OWN])
def test_a_form_on_our_own_page_does_what_it_says(
    client: TestClient, path: str, language: str, headers: dict[str, str]
) -> None:
    fields = {"text": "hallo", "message_id": talk(client), "rating": "up"}
    answer = client.post(path, data=fields, headers=headers, follow_redirects=False)
    assert answer.status_code == 303
    assert re.match(rf"/{language}[#?]", answer.headers["location"])


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(client: TestClient, start: Start) -> None:
    cookie = client.post("/nl", data={"text": "hallo"}, follow_redirects=False).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    secure = TestClient(start(cookie_secure=True))
    assert "Secure" in secure.post("/nl", data={"text": "hallo"}, follow_redirects=False).headers["set-cookie"]


def test_what_was_typed_stays_while_rasa_is_away(client: TestClient, rasa: FakeRasa) -> None:
    rasa.away = True
    shown = client.post("/en", data={"text": "my long <question>"})
    assert shown.status_code == 503
    assert "my long &lt;question&gt;</textarea>" in shown.text
    assert texts("en")["away"] in shown.text


def test_a_strange_query_still_gets_the_page(client: TestClient) -> None:
    shown = client.get("/nl?deleted=<script>&session_id=1")
    assert shown.status_code == 200
    assert "&lt;script" not in shown.text
    assert texts("nl")["deleted"] not in re.sub(r"<[^>]*>", "", shown.text)


def test_an_empty_question_is_asked_for_again(client: TestClient, rasa: FakeRasa) -> None:
    shown = client.post("/nl", data={"text": "  "})
    assert shown.status_code == 400
    assert texts("nl")["empty"] in shown.text
    assert rasa.asked == []


def test_the_delete_form_deletes_the_holders_conversation(client: TestClient, rasa: FakeRasa) -> None:
    talk(client)
    cookie = client.cookies[COOKIE]
    shown = client.post("/nl/delete")
    assert rasa.forgotten == [client.app.state.signer.loads(cookie)]  # type: ignore[attr-defined]
    assert ANSWER not in shown.text
    assert texts("nl")["deleted"] in shown.text
    assert COOKIE not in client.cookies
    client.cookies.set(COOKIE, cookie)
    assert ANSWER not in client.get("/nl").text


def test_the_delete_form_without_a_cookie_deletes_nothing(client: TestClient, rasa: FakeRasa) -> None:
    client.cookies.set(COOKIE, "forged.value")
    assert client.post("/en/delete", follow_redirects=False).status_code == 303
    assert rasa.forgotten == []


def test_a_conversation_that_could_not_be_deleted_is_still_there(client: TestClient, rasa: FakeRasa) -> None:
    talk(client)
    rasa.away = True
    shown = client.post("/nl/delete")
    assert shown.status_code == 503
    assert ANSWER in shown.text
    assert texts("nl")["reading"]["errors"]["not_deleted"] in shown.text


def test_the_feedback_form_keeps_a_rating_and_a_redacted_comment(client: TestClient, tmp_path: object) -> None:
    message_id = talk(client)
    fields = {"message_id": message_id, "rating": "down", "comment": "mail jan@voorbeeld.nl"}
    assert texts("nl")["thanks"] in client.post("/nl/feedback", data=fields).text
    with Session(create_engine(f"sqlite:///{tmp_path}/review.db")) as session:
        kept = session.scalars(select(Feedback)).one()
        assert (kept.message, kept.rating, kept.comment) == (message_id, "down", "mail [e-mail]")


@pytest.mark.parametrize("change", [{"rating": "meh"}, {"rating": ""}, {"message_id": "unknown"}, {"message_id": ""}])
def test_bad_feedback_is_refused(client: TestClient, change: dict[str, str]) -> None:
    fields = {"message_id": talk(client), "rating": "up"}
    answer = client.post("/nl/feedback", data=fields | change)
    assert answer.status_code == 400
    assert texts("nl")["reading"]["errors"]["not_rated"] in answer.text


def test_nobody_rates_in_anothers_conversation(client: TestClient) -> None:
    message_id = talk(client)
    client.cookies.clear()
    assert client.post("/nl/feedback", data={"message_id": message_id, "rating": "up"}).status_code == 400
