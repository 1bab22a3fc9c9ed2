"""Hostile texts through the chat API and the form: what reaches Rasa is plain text, and nothing breaks."""

from __future__ import annotations

import json
import time
import unicodedata

import pytest
from fastapi.testclient import TestClient

from tests.attacks.hostile import SURROGATES, TEXTS
from tests.bot.web.fake_rasa import FakeRasa

BIDI = set("\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
SLOW = 1.0
"""Seconds for a text that takes some milliseconds: on a busy machine, too."""


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_reaches_rasa_as_plain_text_or_not_at_all(client: TestClient, rasa: FakeRasa, name: str) -> None:
    began = time.process_time()
    answer = client.post("/v1/messages", json={"session_id": "abcdefgh-123", "text": TEXTS[name]})
    assert time.process_time() - began < SLOW
    assert answer.status_code == (200 if rasa.asked else 400)
    for asked in rasa.asked:
        assert len(asked) <= 1000
        assert not BIDI & set(asked)
        assert not [letter for letter in asked if unicodedata.category(letter) in ("Cc", "Cs") and letter != "\n"]


@pytest.mark.parametrize("name", TEXTS)
def test_the_page_shows_a_hostile_text_as_text(client: TestClient, name: str) -> None:
    page = client.post("/en", data={"text": TEXTS[name]})
    assert page.status_code in (200, 400)
    for markup in ("<script>alert", "<img", "<x>", "' autofocus", '" autofocus', 'href="javascript', 'href="data'):
        assert markup not in page.text
    assert "forged" not in page.headers.get("set-cookie", "")


@pytest.mark.parametrize("text", SURROGATES, ids=ascii)
def test_half_a_character_is_refused(client: TestClient, rasa: FakeRasa, text: str) -> None:
    body = json.dumps({"session_id": "abcdefgh-123", "text": text})
    answer = client.post("/v1/messages", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert rasa.asked == []


def test_a_megabyte_is_refused_before_it_is_read(client: TestClient, rasa: FakeRasa) -> None:
    for path in ("/v1/messages", "/nl", "/v1/feedback", "/review/login"):
        answer = client.post(path, content=b"text=" + b"a" * 1_000_000)
        assert answer.status_code == 413
    assert rasa.asked == []


def test_a_template_in_a_text_is_not_carried_out(client: TestClient) -> None:
    page = client.post("/nl", data={"text": "{{ 7 * 191 }}"})
    assert "{{ 7 * 191 }}" in page.text
    assert "1337" not in page.text
