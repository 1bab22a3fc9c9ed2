"""A conversation costs the same however long it is, and still knows what was said."""

from __future__ import annotations

import time
import uuid
from statistics import median

import httpx
import pytest

from tests.processes.conftest import Running

pytestmark = pytest.mark.processes
TURNS = 1000
NEAR = 15
"""Turns around the fifth and the thousandth, of which the median counts."""


def said(client: httpx.Client, session: str, text: str) -> tuple[float, list[str]]:
    """Seconds until a message was answered, and the facts that it was answered with. Sent again as the page does."""
    body = {"session_id": session, "text": text, "client_message_id": uuid.uuid4().hex}
    for _ in range(5):
        began = time.perf_counter()
        answer = client.post("/v1/messages", json=body)
        if answer.status_code == 200:
            return time.perf_counter() - began, answer.json()["facts"]
        assert answer.status_code == 503, answer.text
        time.sleep(float(answer.headers["Retry-After"]))
    raise AssertionError(f"not answered: {text}")


def test_the_thousandth_turn_takes_no_longer_than_twice_the_fifth(assistant: Running) -> None:
    long, texts = uuid.uuid4().hex, ("Sinds wanneer is Palo Alto een zusterstad?", "hallo")
    with httpx.Client(base_url=assistant.base, timeout=30, trust_env=False) as client:
        for turn in range(TURNS - NEAR):
            said(client, long, texts[turn > 0])
        late, early = [], []
        # In turn, so that whatever else the machine does meets both.
        for _ in range(NEAR):
            new = uuid.uuid4().hex
            for text in (texts[0], *(texts[1:] * 3)):
                said(client, new, text)
            early.append(said(client, new, "hallo")[0])
            late.append(said(client, long, "hallo")[0])
        assert median(late) <= 2 * median(early), (median(late), median(early))
        # Over thirty sessions of Rasa's it still knows what was asked, and of what.
        assert said(client, long, "en Münster?")[1] == ["munster.since"]
