"""The chat API's contract, with a stand-in for Rasa."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.settings import Settings
from bot.web.app import create_app
from bot.web.rasa_client import RasaAway, RasaClient

REPLY = {
    "language": "nl",
    "outcome": "answered",
    "messages": [{"text": "Münster is sinds 2021 een partnerstad.", "buttons": []}],
    "facts": ["munster.since"],
    "sources": [{"id": "page", "title": "Pagina", "url": None, "as_of": "2026-11", "dated": "checked", "note": None}],
}
SESSION = "abcdefgh-123"


class FakeRasa(RasaClient):
    """Answers always the same, or is away; remembers what it was asked."""

    def __init__(self) -> None:
        self.away = False
        self.asked: list[str] = []

    async def ask(self, sender: str, text: str, language: str | None) -> dict[str, Any]:
        if self.away:
            raise RasaAway("away")
        self.asked.append(text)
        return REPLY

    async def healthy(self) -> bool:
        return not self.away

    async def close(self) -> None:
        pass


@pytest.fixture
def rasa() -> FakeRasa:
    return FakeRasa()


@pytest.fixture
def client(rasa: FakeRasa, tmp_path: Path) -> TestClient:
    app = create_app(Settings(review_url=f"sqlite:///{tmp_path}/review.db"), rasa)
    return TestClient(app, raise_server_exceptions=False)


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


def test_the_door_opens_while_the_review_store_is_away(rasa: FakeRasa) -> None:
    away = Settings(review_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    client = TestClient(create_app(away, rasa), raise_server_exceptions=False)
    assert post(client, text="hallo").status_code == 200
    assert client.post("/v1/feedback", json={"message_id": "x", "rating": "up"}).status_code == 503


@pytest.mark.parametrize(
    "reply", [{}, {"messages": []}, {"language": "nl", "outcome": "answered", "messages": [{"txt": 1}]}, [], None]
)
def test_a_malformed_reply_counts_as_none(reply: Any) -> None:
    from bot.web.rasa_client import _whole

    assert not (isinstance(reply, dict) and _whole(reply))


def test_a_session_is_issued_with_a_signed_cookie(client: TestClient) -> None:
    answer = client.post("/v1/sessions")
    assert answer.status_code == 201
    assert len(answer.json()["session_id"]) >= 32
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]


def test_the_page_without_javascript_shows_the_conversation_to_its_holder_only(client: TestClient) -> None:
    shown = client.post("/nl", data={"text": "Sinds wanneer? <b>jan@voorbeeld.nl</b>"})
    assert "Münster is sinds 2021" in shown.text
    assert "gecontroleerd in 2026-11" in shown.text
    assert "<b>" not in shown.text
    assert "jan@" not in shown.text
    client.cookies.clear()
    assert "Münster is sinds 2021" not in client.get("/nl").text
    client.cookies.set("session", "forged.value")
    assert "Münster is sinds 2021" not in client.get("/nl").text


def test_the_page_without_javascript_keeps_what_was_typed(client: TestClient, rasa: FakeRasa) -> None:
    rasa.away = True
    shown = client.post("/en", data={"text": "my long question"})
    assert "my long question</textarea>" in shown.text
    assert "cannot be reached" in shown.text


@pytest.mark.parametrize(
    ("header", "page"), [("nl-NL,nl;q=0.9", "/nl"), ("en-GB", "/en"), ("de,en;q=0.5", "/en"), ("", "/nl")]
)
def test_the_first_page_is_in_the_visitors_language(client: TestClient, header: str, page: str) -> None:
    answer = client.get("/", headers={"Accept-Language": header}, follow_redirects=False)
    assert answer.headers["location"] == page


def test_the_api_describes_itself(client: TestClient) -> None:
    assert set(client.get("/v1/openapi.json").json()["paths"]) >= {"/v1/messages", "/v1/sessions", "/v1/feedback"}
