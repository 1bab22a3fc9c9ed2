"""What those on duty see of the running assistant: logs, figures, traces. Nothing in it was typed by a visitor."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from stdnum import iban
from stdnum.nl import bsn

from bot.review.database import Database
from bot.review.filters import Filter
from bot.review.inbox_export import as_jsonl, records
from tests.conftest import ROOT
from tests.processes.conftest import Running
from tests.processes.test_faults import child

pytestmark = pytest.mark.processes
QUESTION = "Sinds wanneer is Münster partnerstad?"


def planted_bsn() -> str:
    return next(each for each in iter(lambda: f"{random.randrange(10**8, 10**9)}", "") if bsn.is_valid(each))


def planted_iban() -> str:
    account = f"ABNA{random.randrange(10**9, 10**10)}"
    return f"NL{iban.calc_check_digits(f'NL00{account}')}{account}"


@pytest.fixture(scope="module")
def planted() -> dict[str, str]:
    """Personal data that nobody has, other ones at each run; and a word, which is in the stores alone."""
    # Letters alone: four digits and two letters are a postcode, wherever they stand.
    tag = "".join(random.choices("bdfgklmnprt", k=10))
    phone = f"06{random.randrange(10**7, 5 * 10**7)}"  # a number that can be given out
    return {
        "bsn": planted_bsn(), "iban": planted_iban(), "e-mail": f"v{tag}@example.org", "phone": phone,
        "word": f"zebra{tag}",
    }  # fmt: skip


@pytest.fixture
def logged(assistant: Running) -> Callable[[], dict[str, str]]:
    """Reads what each process has logged until then."""
    folder = assistant.folder / "log"
    return lambda: {name: (folder / f"{name}.log").read_text(encoding="utf-8") for name in ("web", "rasa", "actions")}


def wait_for(found: Callable[[], Any], seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return value


def port_of(assistant: Running, word: str) -> int:
    ports = {c.laddr.port for c in child(assistant, word).connections("inet") if c.status == psutil.CONN_LISTEN}
    return int(min(ports))


def test_one_request_has_one_id_in_all_three_logs_and_in_the_traces(
    assistant: Running, logged: Callable[[], dict[str, str]]
) -> None:
    body = {"session_id": uuid.uuid4().hex, "text": QUESTION}
    answer = httpx.post(f"{assistant.base}/v1/messages", json=body, timeout=30, trust_env=False)
    request = answer.headers["x-request-id"]

    def lines() -> dict[str, Any]:
        found = {}
        for name, text in logged().items():
            for line in map(json.loads, text.splitlines()):
                if line.get("request") == request:
                    found[name] = line
        return found if len(found) == 3 else {}

    found = wait_for(lines)
    assert found["web"]["route"] == "/v1/messages"
    assert found["web"]["outcome"] == found["rasa"]["outcome"] == "answered"
    assert found["actions"]["action"].startswith("action_")
    assert body["session_id"] not in json.dumps(found)

    spans = wait_for(lambda: (found := assistant.collector.spans(request)) and len(found) == 3 and found)
    web, rasa, actions = (spans[f"enschede-assistant-{name}"] for name in ("web", "rasa", "actions"))
    assert not web.get("parentSpanId")
    assert (rasa["parentSpanId"], actions["parentSpanId"]) == (web["spanId"], rasa["spanId"])
    kept = {each["key"] for span in spans.values() for each in span["attributes"]}
    assert kept <= {"method", "route", "status", "conversation", "outcome", "language", "action"}


def test_what_a_visitor_typed_is_in_no_log_no_store_no_export_and_no_trace(
    assistant: Running, logged: Callable[[], dict[str, str]], planted: dict[str, str], tmp_path: Path
) -> None:
    session, typed = uuid.uuid4().hex, ", ".join(planted.values())
    client = httpx.Client(base_url=assistant.base, timeout=30, trust_env=False)
    said = {"session_id": session, "text": f"{QUESTION} {typed}", "client_message_id": uuid.uuid4().hex}
    answer = client.post("/v1/messages", json=said)
    assert answer.status_code == 200
    assert client.post("/v1/messages", json=said).json() == answer.json()
    rating = {"message_id": answer.json()["message_id"], "rating": "down", "comment": typed}
    assert client.post("/v1/feedback", json=rating).status_code == 204
    bad = [
        ("/v1/messages", json.dumps({"session_id": session, "text": typed})[:-2]),
        ("/v1/messages", json.dumps({"session_id": typed, "text": 5})),
        ("/v1/messages", json.dumps({"session_id": session, "text": typed * 20})),
        ("/v1/feedback", json.dumps({"message_id": typed, "rating": typed})),
    ]
    for path, body in bad:
        answer = client.post(path, content=body, headers={"Content-Type": "application/json", "User-Agent": typed})
        assert 400 <= answer.status_code < 500
    assert client.post("/nl", data={"text": f"{typed}?"}).status_code == 303
    assert client.get(f"/{typed}", params={"q": typed}).status_code == 404
    # Straight at the inner processes, as nobody does.
    for word, path in (("rasa", "/webhooks/assistant/message"), ("bot.action_server", "/webhook")):
        url = f"http://127.0.0.1:{port_of(assistant, word)}{path}"
        for body in (f'{{"text": "{typed}', json.dumps({"next_action": typed, "tracker": typed, "sender": typed})):
            httpx.post(url, content=body, headers={"Content-Type": "application/json"}, trust_env=False)

    actions = child(assistant, "bot.action_server")
    os.kill(actions.pid, signal.SIGSTOP)
    try:
        failed = client.post("/v1/messages", json={"session_id": session, "text": f"{QUESTION} {typed}"})
    finally:
        os.kill(actions.pid, signal.SIGCONT)
    assert failed.status_code == 503 or failed.json()["outcome"] == "failed"

    database = Database(assistant.environment["REVIEW_URL"])

    def exported() -> str:
        return "".join(as_jsonl(records(database.session, Filter())))

    export = wait_for(lambda: (found := exported()).count(planted["word"]) >= 2 and found)
    assert "[BSN]" in export and "[IBAN]" in export and "[e-mail]" in export and "[tel]" in export
    copy = [sys.executable, "-m", "bot", "backup", str(tmp_path / "copy")]
    assert subprocess.run(copy, cwd=ROOT, env=assistant.environment, capture_output=True).returncode == 0
    stores = {path.name: path.read_bytes().decode("utf-8", "replace") for path in assistant.folder.glob("*.db*")}
    copies = {f"copy {path.name}": path.read_bytes().decode("utf-8", "replace") for path in tmp_path.rglob("*.db")}
    spans = {"spans": "\n".join(assistant.collector.received)}
    figures = {"metrics": client.get("/metrics").text}

    everywhere = logged() | stores | copies | spans | figures | {"export": export}
    personal = [value for name, value in planted.items() if name != "word"]
    assert {name: value for name, text in everywhere.items() for value in personal if value in text} == {}
    # The word is no personal data: it is where the conversation is, so that this test can see at all; and nowhere else.
    having = {name.partition("-")[0] for name, text in everywhere.items() if planted["word"] in text}
    assert having >= {"conversations.db", "review.db", "copy conversations.db", "export"}
    assert having <= {"conversations.db", "review.db", "copy conversations.db", "copy review.db", "export"}
    ids = {name for name, text in (logged() | spans | figures).items() if session in text}
    assert ids == set()


def test_the_logs_say_what_went_wrong_without_its_words(logged: Callable[[], dict[str, str]]) -> None:
    """After the requests above: the failed ones are in it, and every line is JSON."""
    for name, text in logged().items():
        lines = [json.loads(line) for line in text.splitlines()]
        assert lines, name
        assert {line["process"] for line in lines} == {name}
    web = [json.loads(line) for line in logged()["web"].splitlines()]
    assert {line["status"] for line in web if line["event"] == "request"} >= {200, 204, 303, 400, 404, 422}


def test_figures_count_what_happened(assistant: Running) -> None:
    figures = httpx.get(f"{assistant.base}/metrics", trust_env=False).text
    assert 'assistant_messages_total{language="nl",outcome="answered"}' in figures
    (lag,) = [line for line in figures.splitlines() if line.startswith("assistant_projection_lag_seconds ")]
    assert float(lag.split()[1]) < 30
