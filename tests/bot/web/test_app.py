"""The chat API's contract, with a stand-in for Rasa."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.web.api import MessageOut
from bot.web.rasa_client import _whole
from tests.bot.web.conftest import AWAY, Start
from tests.bot.web.fake_rasa import REPLY, FakeRasa
from tests.bot.web.visitor import Visitor

SESSION = "abcdefgh-123"


def post(client: TestClient, **body: Any) -> Any:
    return client.post("/v1/messages", json={"session_id": SESSION, **body})


def test_a_message_gets_a_reply_with_facts_and_sources(client: TestClient) -> None:
    answer = post(client, text="Sinds wanneer is Münster partnerstad?")
    assert answer.status_code == 200
    body = answer.json()
    assert body["facts"] == ["munster.since"]
    assert body["sources"][0]["as_of"] == "2026-11"
    assert len(body["message_id"]) == 32
    assert answer.headers["API-Version"] == "1.0.0"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


BAD = [
    (b"{", 400),
    (b"", 400),
    (b'{"session_id": "abcdefgh", "text": "\\ud83d"}', 400),
    (b'{"session_id": "abcdefgh", "text": "   "}', 400),
    (b'{"session_id": "abcdefgh", "text": "\\u200b"}', 400),
    (b'{"session_id": "abcdefgh", "text": ""}', 422),
    (b'{"session_id": "abcdefgh", "text": null}', 422),
    (b'{"session_id": "abcdefgh", "text": 7}', 422),
    (b'{"session_id": "short", "text": "hoi"}', 422),
    (b'{"session_id": "../../etc/passwd", "text": "hoi"}', 422),
    (b'{"session_id": "abcdefgh", "text": "hoi", "language": "de"}', 422),
    (b'{"session_id": "abcdefgh", "text": "' + b"a" * 1001 + b'"}', 422),
    (b"a" * 20_000, 413),
]


@pytest.mark.parametrize(("body", "status"), BAD, ids=[str(row[0][:60]) for row in BAD])
def test_a_bad_request_is_a_problem_that_repeats_nothing(client: TestClient, body: bytes, status: int) -> None:
    answer = client.post("/v1/messages", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert "passwd" not in answer.text


def test_when_rasa_is_away_the_visitor_may_send_again(client: TestClient, rasa: FakeRasa) -> None:
    rasa.away = True
    answer = post(client, text="hallo")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert client.get("/health/ready").status_code == 503
    assert client.get("/health/live").status_code == 200


def test_personal_data_never_reaches_rasa_or_the_store(client: TestClient, rasa: FakeRasa, tmp_path: Path) -> None:
    text = "ik ben jan@voorbeeld.nl, 06-12345678, bsn 111222333, NL91ABNA0417164300, hoi"
    post(client, text=text)
    rasa.away = True
    post(client, text=text)
    assert rasa.asked == ["ik ben [e-mail], [tel], bsn [BSN], [IBAN], hoi"]
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("review.db*"))
    for secret in (b"jan@", b"12345678", b"111222333", b"ABNA"):
        assert secret not in stored


def test_feedback_is_kept_and_replaced(client: TestClient) -> None:
    message_id = post(client, text="hallo").json()["message_id"]
    for rating in ("up", "down"):
        assert client.post("/v1/feedback", json={"message_id": message_id, "rating": rating}).status_code == 204
    assert client.post("/v1/feedback", json={"message_id": "nope", "rating": "up"}).status_code == 404
    assert client.post("/v1/feedback", json={"message_id": message_id, "rating": "meh"}).status_code == 422


def test_a_fault_of_ours_is_a_problem_with_the_same_headers(
    client: TestClient, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_arguments: Any) -> dict[str, Any]:
        raise KeyError("secret detail")

    monkeypatch.setattr(rasa, "ask", broken)
    answer = post(client, text="hallo")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_the_door_opens_while_the_review_store_is_away(start: Start) -> None:
    client = Visitor(start(review_url=AWAY), raise_server_exceptions=False)
    assert post(client, text="hallo").status_code == 200
    assert client.post("/v1/feedback", json={"message_id": "x", "rating": "up"}).status_code == 503


@pytest.mark.parametrize(
    "reply", [{}, {"messages": []}, {"language": "nl", "outcome": "answered", "messages": [{"txt": 1}]}, [], None]
)
def test_a_malformed_reply_counts_as_none(reply: Any) -> None:
    assert not (isinstance(reply, dict) and _whole(reply))


def test_a_session_is_issued_with_a_signed_cookie(client: TestClient) -> None:
    answer = client.post("/v1/sessions")
    assert answer.status_code == 201
    assert len(answer.json()["session_id"]) >= 32
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]


def test_the_api_describes_itself(client: TestClient) -> None:
    paths = client.get("/v1/openapi.json").json()["paths"]
    assert set(paths) >= {"/v1/messages", "/v1/sessions", "/v1/sessions/{session_id}", "/v1/feedback"}
    assert set(paths["/v1/sessions/{session_id}"]) == {"delete"}
    for path, status in (("/v1/messages", "503"), ("/v1/feedback", "404")):
        assert "application/problem+json" in paths[path]["post"]["responses"][status]["content"]
    assert "HTTPValidationError" not in str(paths)


def test_the_stand_in_answers_as_the_contract_says() -> None:
    MessageOut.model_validate({"message_id": "x", **REPLY})
