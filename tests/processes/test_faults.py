"""A part that dies is said to have failed, comes back by itself, and loses no conversation."""

import os
import signal
import time
import uuid

import httpx
import psutil
import pytest

from tests.processes.conftest import Running

pytestmark = pytest.mark.processes


def child(assistant: Running, word: str) -> psutil.Process:
    found = [p for p in psutil.Process(assistant.process.pid).children() if word in " ".join(p.cmdline())]
    assert len(found) == 1
    return found[0]


def wait_for_answer(assistant: Running, session: str, text: str) -> dict[str, object]:
    for _ in range(120):
        answer = httpx.post(
            f"{assistant.base}/v1/messages", json={"session_id": session, "text": text}, timeout=30, trust_env=False
        )
        if answer.status_code == 200 and answer.json()["outcome"] != "failed":
            reply: dict[str, object] = answer.json()
            return reply
        assert answer.status_code == 503 or answer.json()["messages"][0]["text"]
        time.sleep(0.5)
    raise AssertionError("the assistant did not come back")


@pytest.mark.parametrize("word", ["bot.action_server", "rasa"])
def test_a_killed_process_comes_back_and_the_conversation_goes_on(assistant: Running, word: str) -> None:
    session = uuid.uuid4().hex
    assert assistant.ask("Sinds wanneer is Münster partnerstad?", session)["facts"] == ["munster.since"]
    os.kill(child(assistant, word).pid, signal.SIGKILL)
    answer = httpx.post(
        f"{assistant.base}/v1/messages",
        json={"session_id": session, "text": "en Palo Alto?"},
        timeout=30,
        trust_env=False,
    )
    # It says that it failed, or that the message may be sent again; or a new process was there in time.
    if answer.status_code != 503:
        assert answer.status_code == 200
        assert answer.json()["outcome"] == "failed" or answer.json()["facts"] == ["palo_alto.since"]
    assert wait_for_answer(assistant, session, "en Palo Alto?")["facts"] == ["palo_alto.since"]


def test_rasa_and_the_action_server_listen_on_loopback_only(assistant: Running) -> None:
    for process in psutil.Process(assistant.process.pid).children():
        addresses = {c.laddr.ip for c in process.connections("inet") if c.status == psutil.CONN_LISTEN}
        assert addresses == {"127.0.0.1"}, process.cmdline()


def test_the_assistant_stays_small(assistant: Running) -> None:
    """Proportional set sizes: Rasa under 550 MB, everything under 800 MB."""
    processes = [psutil.Process(assistant.process.pid), *psutil.Process(assistant.process.pid).children()]
    sizes = {" ".join(p.cmdline()): p.memory_full_info().pss / 2**20 for p in processes}
    assert max(sizes.values()) < 550, sizes
    assert sum(sizes.values()) < 800, sizes
