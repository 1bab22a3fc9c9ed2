"""Every field of every request takes what does not belong there: a problem that repeats nothing, and never a fault."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from tests.attacks.hostile import TEXTS
from tests.bot.web.fake_rasa import FakeRasa

CANARY = "canary-7f3a"
JSON = {"Content-Type": "application/json"}
VALID: dict[str, dict[str, Any]] = {
    "/v1/messages": {"session_id": "abcdefgh-123", "text": "hallo", "language": "nl", "client_message_id": "abcdefgh"},
    "/v1/feedback": {"message_id": "0" * 32, "rating": "up", "comment": "goed"},
}
VALUES: dict[str, Any] = {
    "null": None,
    "empty": "",
    "a number": 7,
    "a huge number": 10**400,
    "a negative zero": -0.0,
    "true": True,
    "a list": [CANARY],
    "an object": {"$ne": CANARY},
    "a deep list": [[[[[[[[[[CANARY]]]]]]]]]],
    "an operator": {"__proto__": {"admin": True}},
    "too long": CANARY * 100,
    "markup": f"<b>{CANARY}</b>",
    "sql": f"' OR 1=1; -- {CANARY}",
    "a path": f"../../{CANARY}",
    "a line end": "abcdefgh\n",
    "a nul": "abcdefgh\0",
    "digits of another script": "١٢٣٤٥٦٧٨",
    "letters of another script": "аbсdеfgh",
}
FIELDS = [(path, field) for path, body in VALID.items() for field in body]


@pytest.mark.parametrize(("path", "field"), FIELDS, ids=[" ".join(each) for each in FIELDS])
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_wrong_value_is_a_problem_that_repeats_nothing(client: TestClient, path: str, field: str, value: Any) -> None:
    answer = client.post(path, json=VALID[path] | {field: value})
    assert answer.status_code in (200, 204, 400, 404, 422)
    assert CANARY not in answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"


IDS = [
    "short",
    "a" * 65,
    "abcdefgh\n",
    "abcdéfgh",
    "abcdefgh 1",
    "../../../etc",
    "abcdefgh%0a",
    "' OR 1=1",
    "<b>abcdef",
]


@pytest.mark.parametrize("session_id", IDS)
def test_a_session_id_of_another_shape_opens_nothing(client: TestClient, rasa: FakeRasa, session_id: str) -> None:
    answer = client.post("/v1/messages", json={"session_id": session_id, "text": "hallo"})
    assert answer.status_code == 422
    assert rasa.asked == []
    client.request("DELETE", f"/v1/sessions/{quote(session_id, safe='/')}")
    assert rasa.forgotten == []


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_comment_on_an_unknown_reply_is_just_unknown(client: TestClient, name: str) -> None:
    body = VALID["/v1/feedback"] | {"comment": TEXTS[name]}
    assert client.post("/v1/feedback", json=body).status_code == 404


BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "null": (b"null", 422),
    "a list": (b"[]", 422),
    "a text": (b'"hallo"', 422),
    "no json": (b"{'session_id': 'abcdefgh'}", 400),
    "half of it": (b'{"session_id": "abcdefgh", "text": "ho', 400),
    "a comment": (b'{"session_id": "abcdefgh", "text": "hoi" /* hoi */}', 400),
    "latin 1": (b'{"session_id": "abcdefgh", "text": "M\xfcnster"}', 400),
    "deep lists": (b"[" * 8000 + b"]" * 8000, 400),
    "deep lists without an end": (b"[" * 16_000, 400),
    "deep objects": (b'{"a":' * 2500 + b"1" + b"}" * 2500, 400),
    "a deep text": (b'{"session_id": "abcdefgh", "text": ' + b"[" * 5000 + b"]" * 5000 + b"}", 400),
    "a huge number": (b'{"session_id": "abcdefgh", "text": ' + b"9" * 15_000 + b"}", 400),
    "a huge exponent": (b'{"session_id": "abcdefgh", "text": 1e999999}', 422),
    "not a number": (b'{"session_id": "abcdefgh", "text": NaN}', 422),
    "many keys": (b"{" + b",".join(b'"k%d":1' % n for n in range(1500)) + b"}", 422),
    "an unknown key": (b'{"session_id": "abcdefgh", "text": "hoi", "sender": "other", "slots": {"a": 1}}', 200),
}


@pytest.mark.parametrize(("body", "status"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_message_is_a_problem(client: TestClient, body: bytes, status: int) -> None:
    answer = client.post("/v1/messages", content=body, headers=JSON)
    # Which of the two it is depends on how deep the reader of JSON goes; it never is a fault of ours.
    assert answer.status_code == status or {answer.status_code, status} == {400, 422}
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"


def test_of_a_key_given_twice_the_value_that_is_used_was_checked(client: TestClient, rasa: FakeRasa) -> None:
    twice = b'{"session_id": "abcdefgh", "session_id": "../../x", "text": "hoi"}'
    assert client.post("/v1/messages", content=twice, headers=JSON).status_code == 422
    twice = b'{"session_id": "../../x", "session_id": "abcdefgh", "text": "\\u0000", "text": "hoi"}'
    assert client.post("/v1/messages", content=twice, headers=JSON).status_code == 200
    assert rasa.asked == ["hoi"]


TYPES = [
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "application/xml",
    "a/b; c",
]


@pytest.mark.parametrize("kind", TYPES)
def test_what_a_form_on_another_site_can_send_is_no_message(client: TestClient, rasa: FakeRasa, kind: str) -> None:
    body = json.dumps({"session_id": "abcdefgh", "text": "hoi"})
    answer = client.post("/v1/messages", content=body, headers={"Content-Type": kind})
    assert answer.status_code in (400, 415, 422)
    assert rasa.asked == []


FORMS = ["/nl", "/nl/feedback", "/nl/delete", "/review/login", "/review/logout", "/review/language"]
BROKEN: dict[str, tuple[bytes, str]] = {
    "no boundary": (b"--x", "multipart/form-data"),
    "no end": (b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nhoi', "multipart/form-data; boundary=x"),
    "many fields": (b"&".join(b"a%d=1" % n for n in range(2000)), "application/x-www-form-urlencoded"),
    "a file": (
        b'--x\r\nContent-Disposition: form-data; name="text"; filename="../../a"\r\n\r\nhoi\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
    "json": (b'{"text": "hoi"}', "application/json"),
    "another alphabet": (b"text=%ED%A0%80%FF", "application/x-www-form-urlencoded"),
    "another charset": (b"text=hoi", "application/x-www-form-urlencoded; charset=utf-99"),
}


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(("body", "kind"), BROKEN.values(), ids=BROKEN)
def test_a_broken_form_is_no_fault_of_ours(client: TestClient, path: str, body: bytes, kind: str) -> None:
    answer = client.post(path, content=body, headers={"Content-Type": kind}, follow_redirects=False)
    assert answer.status_code < 500
