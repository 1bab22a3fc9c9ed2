"""The off switch: what visitors and their programs get, who is told, and that it works when everything else is away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.__main__ import main
from bot.review.database import Database
from bot.review.switch import state
from bot.web.off import EVERY, Switch
from tests.bot.web.conftest import AWAY
from tests.bot.web.fake_rasa import FakeRasa

Start = Callable[..., FastAPI]
REASON = "Wij zoeken uit waarom er een fout in een <b>antwoord</b> staat."
REASON_EN = "We are finding out why an answer is wrong."
SENT = {"session_id": "sessie-van-piet", "text": "hallo", "language": "en"}


@pytest.fixture
def app(start: Start, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    made = start(contact_email="help@enschede.nl")
    monkeypatch.setenv("REVIEW_URL", made.state.settings.review_url)
    return made


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, client=("127.0.0.1", 50000)) as client:
        yield client


def switch(app: FastAPI, *arguments: str) -> None:
    assert main(list(arguments)) == 0
    asyncio.run(app.state.switch.look())


def test_visitors_read_why_in_their_language_and_whom_to_ask(app: FastAPI, client: TestClient) -> None:
    switch(app, "off", "--reason", REASON, "--reason-en", REASON_EN)
    dutch, english = client.get("/nl"), client.get("/en")
    assert (dutch.status_code, english.status_code) == (200, 200)
    assert "Wij zoeken uit waarom er een fout in een &lt;b&gt;antwoord" in dutch.text
    assert "De assistent is nu uitgeschakeld" in dutch.text
    assert "The assistant is switched off" in english.text
    assert REASON_EN in english.text
    for page in (dutch.text, english.text):
        assert "mailto:help@enschede.nl" in page
        assert "<enschede-assistant" not in page
        assert "<textarea" not in page


def test_a_reason_in_dutch_alone_is_marked_as_dutch_on_the_english_page(app: FastAPI, client: TestClient) -> None:
    switch(app, "off", "--reason", "Even geduld.")
    assert '<span lang="nl">Even geduld.</span>' in client.get("/en").text


def test_programs_get_a_problem_that_they_can_tell(app: FastAPI, client: TestClient, rasa: FakeRasa) -> None:
    switch(app, "off", "--reason", REASON, "--reason-en", REASON_EN)
    answer = client.post("/v1/messages", json=SENT)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "60"
    problem = answer.json()
    assert problem["switched_off"] is True
    assert (problem["reason"], problem["contact"]) == (REASON_EN, "help@enschede.nl")
    assert rasa.asked == []


def test_the_form_without_javascript_is_answered_by_the_page_and_gives_back_what_was_typed(
    app: FastAPI, client: TestClient, rasa: FakeRasa
) -> None:
    switch(app, "off", "--reason", REASON)
    page = client.post("/nl", data={"text": "Wat is <i>Münster</i>?"})
    assert page.status_code == 503
    assert "Wat is &lt;i&gt;Münster" in page.text
    assert rasa.asked == []


def test_a_conversation_can_still_be_deleted_and_facts_be_read(app: FastAPI, client: TestClient) -> None:
    switch(app, "off", "--reason", REASON)
    assert client.delete("/v1/sessions/sessie-van-piet").status_code == 204
    assert client.get("/nl/facts").status_code == 200


def test_readiness_says_off_also_while_rasa_is_away(app: FastAPI, client: TestClient, rasa: FakeRasa) -> None:
    switch(app, "off", "--reason", REASON)
    rasa.away = True
    health = client.get("/health/ready")
    assert health.status_code == 200
    assert health.json()["status"] == "off"
    assert client.get("/health/live").status_code == 200


def test_every_web_process_notices_within_two_seconds(start: Start, app: FastAPI, client: TestClient) -> None:
    with TestClient(start()) as other:
        for command, status in ((["off", "--reason", REASON], 503), (["on"], 200)):
            assert main(command) == 0
            deadline = time.monotonic() + 2
            while [each.post("/v1/messages", json=SENT).status_code for each in (client, other)] != [status] * 2:
                assert time.monotonic() < deadline
                time.sleep(0.1)
    assert EVERY <= 1


def test_a_process_that_starts_while_it_is_off_answers_nobody(start: Start, app: FastAPI) -> None:
    assert main(["off", "--reason", REASON]) == 0
    with TestClient(start()) as other:
        assert other.post("/v1/messages", json=SENT).status_code == 503


def test_who_when_and_why_are_in_the_log(app: FastAPI) -> None:
    assert main(["off", "--reason", REASON, "--by", "kim"]) == 0
    with Database(app.state.settings.review_url).session() as session:
        off = state(session)
    assert off is not None
    assert (off.by, off.reasons) == ("command line: kim", {"nl": REASON})
    assert main(["on", "--by", "kim"]) == 0
    with Database(app.state.settings.review_url).session() as session:
        assert state(session) is None


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_a_reason_is_needed_that_can_be_read(app: FastAPI, reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["off", "--reason", reason]) == 1
    assert "reason" in capsys.readouterr().err


def test_while_the_store_is_away_the_command_says_so_and_the_last_state_holds(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    switch(app, "off", "--reason", REASON)
    app.state.switch._database = Database(AWAY)
    asyncio.run(app.state.switch.look())
    assert app.state.switch.off is not None
    monkeypatch.setenv("REVIEW_URL", AWAY)
    assert main(["on"]) == 1
    assert "REVIEW_URL" in capsys.readouterr().err
    new = Switch(Database(AWAY))
    asyncio.run(new.look())
    assert new.off is None
