"""Rasa with its insides changed: the action server gets less, by a connection that lasts, and in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
import yaml
from aiohttp import web
from jsonschema import ValidationError
from rasa.core.actions.action import ActionSessionStart, RemoteAction
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.model_training import train_core
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    FollowupAction,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot import rasa_tuning
from bot.serve import free_port
from bot.settings import ROOT

_rasas_own = MessageProcessor._predict_next_with_tracker


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    kept = {(owner, name): owner.__dict__[name] for owner, name, _ in rasa_tuning.changes().values()}
    monkeypatch.setattr(rasa_tuning, "SPARE", 0.2)
    monkeypatch.setenv("ACTION_TIMEOUT", "0.1")
    rasa_tuning.install()
    rasa_tuning.install()
    yield
    for (owner, name), value in kept.items():
        setattr(owner, name, value)


def test_an_action_gets_the_last_message_and_the_slots_and_no_history() -> None:
    tracker = DialogueStateTracker("visitor-1", [AnySlot("context", mappings=[])])
    tracker.update_with_events(
        [UserUttered("an old question"), SlotSet("context", {"a": 1}), UserUttered("a new one")], Domain.empty()
    )
    sent = RemoteAction("action_tell", None)._action_call_format(tracker, Domain.empty())
    assert sent["next_action"] == "action_tell"
    assert sent["tracker"]["slots"] == {"context": {"a": 1}}
    assert sent["tracker"]["latest_message"]["text"] == "a new one"
    assert "an old question" not in str(sent)


def test_an_answer_of_the_wrong_shape_is_refused() -> None:
    action = RemoteAction("action_tell", None)
    assert action._validate_action_result({"events": [{"event": "slot", "name": "a", "value": 1}], "responses": []})
    for wrong in ({"events": {}}, {"responses": "none"}, [], {"events": [{"event": 1}]}):
        with pytest.raises(ValidationError):
            action._validate_action_result(wrong)


def served(handler: Callable[[web.Request], Awaitable[web.Response]], act: Callable[[int], Awaitable[Any]]) -> Any:
    """What `act` gives, called with the port of a server that answers with `handler`."""

    async def run() -> Any:
        port = free_port()
        runner = await started(handler, port)
        try:
            return await act(port)
        finally:
            for session in rasa_tuning._sessions.values():
                await session.close()
            await runner.cleanup()

    return asyncio.run(run())


async def started(handler: Callable[[web.Request], Awaitable[web.Response]], port: int) -> web.AppRunner:
    app = web.Application()
    app.router.add_post("/webhook", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner


def test_all_calls_use_one_connection() -> None:
    peers: list[object] = []

    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        peers.append(request.transport.get_extra_info("peername"))
        return web.json_response({"said": (await request.json())["n"]})

    async def act(port: int) -> list[Any]:
        endpoint = EndpointConfig(f"http://127.0.0.1:{port}/webhook")
        return [await endpoint.request(json={"n": number}) for number in range(3)]

    assert served(handler, act) == [{"said": 0}, {"said": 1}, {"said": 2}]
    assert len(set(peers)) == 1


def test_a_server_that_was_started_again_is_asked_again() -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({})

    async def act(_port: int) -> Any:
        other = free_port()
        endpoint = EndpointConfig(f"http://127.0.0.1:{other}/webhook")
        first = await started(handler, other)
        await endpoint.request(json={})
        await first.cleanup()
        second = await started(handler, other)
        answer = await endpoint.request(json={})
        await second.cleanup()
        return answer

    assert served(handler, act) == {}


def test_a_server_that_comes_back_soon_is_waited_for_and_one_that_does_not_is_given_up() -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({})

    async def act(_port: int) -> Any:
        other = free_port()
        endpoint = EndpointConfig(f"http://127.0.0.1:{other}/webhook")
        with pytest.raises(aiohttp.ClientConnectorError):
            await endpoint.request(json={})
        waiting = asyncio.create_task(endpoint.request(json={}))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        server = await started(handler, other)
        answer = await waiting
        await server.cleanup()
        return answer

    assert served(handler, act) == {}


def test_a_server_that_hangs_is_given_up() -> None:
    async def handler(_request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.json_response({})

    async def act(port: int) -> Any:
        with pytest.raises(asyncio.TimeoutError):
            await EndpointConfig(f"http://127.0.0.1:{port}/webhook").request(json={})

    served(handler, act)


@pytest.mark.parametrize(("said", "over"), [(0, False), (29, False), (30, True), (31, True)])
def test_a_new_session_begins_after_so_many_messages(said: int, over: bool) -> None:
    processor = SimpleNamespace(domain=Domain.empty())
    tracker = DialogueStateTracker.from_events("visitor-1", [UserUttered("hallo")] * said)
    assert MessageProcessor._has_session_expired(processor, tracker) is over


def test_a_new_session_gets_each_slot_once_as_it_was_set_last() -> None:
    slots = [AnySlot(name, mappings=[]) for name in ("language", "context")]
    tracker = DialogueStateTracker("visitor-1", slots)
    said = [SlotSet("language", "nl"), SlotSet("context", 1), SlotSet("language", "en"), SlotSet("context", 2)] * 30
    tracker.update_with_events([*said, SlotSet("language", "nl")], Domain.empty())
    for _ in range(3):  # session after session it stays as short
        events = asyncio.run(ActionSessionStart().run(None, None, tracker, Domain.empty()))
        assert [(e.key, e.value) for e in events if isinstance(e, SlotSet)] == [("context", 2), ("language", "nl")]
        tracker = DialogueStateTracker("visitor-1", slots)
        tracker.update_with_events(events, Domain.empty())


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> MessageProcessor:
    """A processor with the project's domain, rules and policies, and nothing that understands."""
    folder = tmp_path_factory.mktemp("rules")
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8")) | {"pipeline": []}
    config.pop("importers")
    (folder / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    model = train_core(
        str(ROOT / "domain.yml"), str(folder / "config.yml"), str(ROOT / "data" / "rules"), str(folder), "rules"
    )
    return MessageProcessor(
        model, InMemoryTrackerStore(None), InMemoryLockStore(), TemplatedNaturalLanguageGenerator({})
    )


def predicted(processor: MessageProcessor, events: list[Event]) -> tuple[Any, ...]:
    """The action that comes next, and the events that come with it."""
    tracker = DialogueStateTracker.from_events("visitor-1", events, processor.domain.slots, domain=processor.domain)
    prediction = processor._predict_next_with_tracker(tracker)
    action = processor.domain.action_names_or_texts[prediction.max_confidence_index]
    return action, prediction.max_confidence, prediction.policy_name, prediction.events


def turns(intent: str, action: str, earlier: list[Event]) -> list[list[Event]]:
    """A conversation until a message, and until the action that follows on it."""
    began = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]
    entities = [{"entity": "subject", "value": "munster", "start": 0, "end": 7}]
    said = UserUttered("Münster?", {"name": intent, "confidence": 0.9}, entities)
    asked = [*began, *earlier, said]
    heard = DefinePrevUserUtteredFeaturization(False)
    done = [heard, ActionExecuted(action), BotUttered("Ja."), SlotSet("context", {"a": 1}), SlotSet("misses", 0)]
    return [asked, [*asked, *done]]


def test_each_intent_leads_to_what_rasa_itself_predicts(trained: MessageProcessor) -> None:
    """Also after other turns, and with slots and entities: none of them may have a say."""
    trained._predict_next_with_tracker = partial(_rasas_own, trained)
    expected = {}
    for intent in trained.domain.intents:
        action = predicted(trained, turns(intent, "action_fact", [])[0])[0]
        earlier = turns("count", "action_count", [])[1] + [ActionExecuted("action_listen")]
        for before in ([], earlier):
            for number, events in enumerate(turns(intent, action, before)):
                expected[intent, bool(before), number] = events, predicted(trained, events)
    del trained._predict_next_with_tracker

    assert len({found[0] for _, found in expected.values()}) > 15
    for _ in range(2):  # the second time from memory
        assert {key for key, (events, found) in expected.items() if predicted(trained, events) != found} == set()


def test_a_remembered_prediction_asks_no_policy_and_gives_events_of_its_own(
    trained: MessageProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = turns("count", "action_count", [])[0]
    first = predicted(trained, events)[3]
    monkeypatch.setattr(trained, "graph_runner", None)

    second = predicted(trained, events)[3]

    assert first == second
    assert not {id(each) for each in first} & {id(each) for each in second}


@pytest.mark.parametrize(
    "after", [ActionExecutionRejected("action_count"), FollowupAction("action_contact"), UserUtteranceReverted()]
)
def test_what_is_out_of_the_ordinary_is_left_to_rasa(trained: MessageProcessor, after: Event) -> None:
    events = [*turns("count", "action_count", [])[0], after]
    found = predicted(trained, events)
    trained._predict_next_with_tracker = partial(_rasas_own, trained)
    expected = predicted(trained, events)
    del trained._predict_next_with_tracker
    assert found == expected


def test_no_rule_has_a_condition_or_more_than_an_intent_and_an_action() -> None:
    rules = [
        rule for path in (ROOT / "data" / "rules").glob("*.yml") for rule in yaml.safe_load(path.read_text())["rules"]
    ]
    domain = Domain.load(str(ROOT / "domain.yml"))

    assert {tuple(rule) for rule in rules} == {("rule", "steps")}
    assert {tuple(key for step in rule["steps"] for key in step) for rule in rules} == {
        ("intent", "action"),
        ("or", "action"),
    }
    assert not any(slot.influence_conversation for slot in domain.slots)
    assert not domain.forms
    assert not (ROOT / "data" / "stories").exists()
