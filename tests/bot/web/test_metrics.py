"""Figures for Prometheus, and who may read them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.metrics import REGISTRY
from tests.bot.web.conftest import AWAY
from tests.bot.web.fake_rasa import FakeRasa
from tests.bot.web.visitor import Visitor
from tests.conftest import ROOT

Start = Callable[..., FastAPI]
TOKEN = "m" * 32
SENT = {"session_id": "sessie-van-piet", "text": "hallo"}


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def near(app: FastAPI) -> TestClient:
    return Visitor(app, client=("127.0.0.1", 50000), raise_server_exceptions=False)


def far(app: FastAPI) -> TestClient:
    return Visitor(app, client=("203.0.113.9", 50000), raise_server_exceptions=False)


def test_only_programs_on_this_machine_read_them_without_a_token(start: Start) -> None:
    app = start()
    assert near(app).get("/metrics").status_code == 200
    assert far(app).get("/metrics").status_code == 404
    assert far(app).get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    assert near(app).get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404


def test_a_token_opens_them_from_elsewhere(start: Start) -> None:
    app = start(metrics_token=TOKEN)
    assert far(app).get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert far(app).get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    assert far(app).get("/metrics").status_code == 404


def test_messages_are_counted_by_outcome_and_language(start: Start) -> None:
    app = start()
    before = value("assistant_messages_total", outcome="answered", language="nl")
    timed = value("assistant_answer_seconds_count")
    near(app).post("/v1/messages", json=SENT)
    assert value("assistant_messages_total", outcome="answered", language="nl") == before + 1
    assert value("assistant_answer_seconds_count") == timed + 1
    page = near(app).get("/metrics").text
    assert 'assistant_http_requests_total{method="POST",route="/v1/messages",status="200"}' in page
    assert "process_resident_memory_bytes" in page
    assert "sessie-van-piet" not in page


def test_failures_of_rasa_resends_and_refusals_are_counted(start: Start, rasa: FakeRasa) -> None:
    app = start(messages_per_minute=1)
    again = SENT | {"client_message_id": "message-1"}
    resends = value("assistant_resends_total")
    for _ in range(2):
        assert near(app).post("/v1/messages", json=again).status_code == 200
    assert value("assistant_resends_total") == resends + 1
    failures, limited = value("assistant_rasa_failures_total", kind="begun"), "assistant_rate_limited_total"
    rasa.away = True
    assert near(app).post("/v1/messages", json=SENT).status_code == 503
    assert value("assistant_rasa_failures_total", kind="begun") == failures + 1
    refused = value(limited, route="/v1/messages")
    assert [far(app).post("/v1/messages", json=SENT).status_code for _ in range(2)] == [503, 429]
    assert value(limited, route="/v1/messages") == refused + 1


def test_errors_of_a_database_are_counted_by_store(start: Start) -> None:
    before = value("assistant_store_errors_total", store="review")
    assert near(start(review_url=AWAY)).post("/v1/messages", json=SENT).status_code == 200
    assert value("assistant_store_errors_total", store="review") > before


@pytest.mark.parametrize("name", ["docs/runbook.md"])
def test_every_figure_that_the_documents_name_is_there(name: str) -> None:
    named = set(re.findall(r"\b(?:assistant|process)_[a-z_]+", (ROOT / name).read_text(encoding="utf-8")))
    known = {sample.name for metric in REGISTRY.collect() for sample in metric.samples}
    known |= {f"{metric.name}_total" for metric in REGISTRY.collect()} | {metric.name for metric in REGISTRY.collect()}
    known |= {f"{metric.name}_bucket" for metric in REGISTRY.collect()}
    assert len(named) > 8
    assert named <= known
