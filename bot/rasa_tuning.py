"""What is changed inside Rasa, all in one place: each change with its reason.

Rasa 3.6.21 is the last of its line, so what it looks like inside stays as it is. `install` is called by the channel,
before the first message; plain `rasa run` and `rasa shell` with another channel work without it, more slowly. What
each change brings is in docs/benchmark.md (`make bench PARTS=changes`); the tests are in
tests/bot/test_rasa_tuning.py. What is left out of Rasa's imports is in bot/unused_imports.py, which must come first.
"""

from __future__ import annotations

import asyncio
import os
import time
from copy import copy
from typing import Any
from weakref import WeakKeyDictionary

import aiohttp
import rasa
from jsonschema import ValidationError  # type: ignore[import-untyped]
from rasa.core.actions.action import ActionSessionStart, RemoteAction
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig

from bot import tracing

SPARE = 2.0
"""Seconds beyond ACTION_TIMEOUT, after which an action has apologised by itself, until its server counts as hanging."""

PAUSE = 0.1
"""Seconds between two attempts to reach an action server that is away."""

LONGEST_SESSION = 30
"""Messages after which a new session begins within a conversation."""

_request = EndpointConfig.request
_has_expired = MessageProcessor._has_session_expired
_predict = MessageProcessor._predict_next_with_tracker
_sessions: dict[EndpointConfig, aiohttp.ClientSession] = {}
_predictions: WeakKeyDictionary[MessageProcessor, dict[tuple[str, ...], PolicyPrediction]] = WeakKeyDictionary()
_OF_A_TURN = (ActionExecuted, BotUttered, SlotSet, DefinePrevUserUtteredFeaturization)


def install() -> None:
    """Puts the changes in place. Doing so twice changes nothing."""
    for owner, attribute, ours in changes().values():
        setattr(owner, attribute, ours)
    EndpointConfig.__hash__ = lambda endpoint: hash(endpoint.url)


def changes() -> dict[str, tuple[type, str, Any]]:
    """By what is changed: the class of Rasa's, its attribute, and what takes its place."""
    return {
        "what the action server is sent": (RemoteAction, "_action_call_format", _what_actions_read),
        "the check of its answer": (RemoteAction, "_validate_action_result", _validated),
        "the connection to it": (EndpointConfig, "session", _lasting_session),
        "the time that it is given": (EndpointConfig, "request", _request_in_time),
        "when a session is over": (MessageProcessor, "_has_session_expired", _is_over),
        "what the next session takes over": (
            ActionSessionStart,
            "_slot_set_events_from_tracker",
            staticmethod(_carried_over),
        ),
        "what follows on an intent": (MessageProcessor, "_predict_next_with_tracker", _predicted),
    }


def _what_actions_read(action: RemoteAction, tracker: DialogueStateTracker, _domain: Domain) -> dict[str, Any]:
    """What the action server is sent.

    Rasa sends every event of the conversation and the whole domain along. Our actions read the last message and the
    slots (actions/turn.py).
    """
    return {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "tracker": tracker.current_state(EventVerbosity.NONE),
        "version": rasa.__version__,
        "domain": {},
    }


def _validated(_action: RemoteAction, result: Any) -> bool:
    """Whether an action server's answer has the right shape. Raises jsonschema's ValidationError when it has not.

    Rasa builds a validator for a schema, and checks the schema itself, at every call: a third of the time of a message.
    """
    shaped = isinstance(result, dict) and all(
        isinstance(part, list) and all(isinstance(each, dict) for each in part)
        for part in (result.get("events", []), result.get("responses", []))
    )
    if not shaped or not all(isinstance(event.get("event"), str) for event in result.get("events", [])):
        raise ValidationError("the action server's answer has not the shape of one")
    return True


class _Lasting:
    """A client session that outlives the `async with` that Rasa uses it in."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __aenter__(self) -> aiohttp.ClientSession:
        return self._session

    async def __aexit__(self, *_error: object) -> None:
        return None


def _lasting_session(endpoint: EndpointConfig) -> _Lasting:
    """One session for each endpoint, so that its connections are used again. Rasa opens a new one at every call."""
    session = _sessions.get(endpoint)
    if session is None or session.closed:
        auth = aiohttp.BasicAuth(**endpoint.basic_auth) if endpoint.basic_auth else None
        session = _sessions[endpoint] = aiohttp.ClientSession(headers=endpoint.headers, auth=auth)
    return _Lasting(session)


async def _request_in_time(endpoint: EndpointConfig, *arguments: Any, **options: Any) -> Any:
    """Rasa's request, in seconds rather than the five minutes that Rasa gives it.

    A server that is away is waited for, as one that is started again is back in a second or two; a connection that was
    kept may have been closed meanwhile. Our actions only read, so asking twice does no harm. The request is told which
    visitor's request it is of.
    """
    options["headers"] = {**(options.get("headers") or {}), **tracing.header()}
    deadline = time.monotonic() + float(os.environ.get("ACTION_TIMEOUT", "8")) + SPARE
    while True:
        options["timeout"] = aiohttp.ClientTimeout(total=max(deadline - time.monotonic(), PAUSE))
        try:
            return await _request(endpoint, *arguments, **options)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            if time.monotonic() + PAUSE > deadline:
                raise
            await asyncio.sleep(PAUSE)


def _is_over(processor: MessageProcessor, tracker: DialogueStateTracker) -> bool:
    """Whether the next message begins a new session, to which the slots are carried over.

    Rasa goes through all events of a session at every message: a conversation would slow down as it grows. It begins
    a new session after a pause only.
    """
    said = sum(event.type_name == UserUttered.type_name for event in tracker.events)
    return said >= LONGEST_SESSION or bool(_has_expired(processor, tracker))


def _carried_over(tracker: DialogueStateTracker) -> list[SlotSet]:
    """The slots with which a new session begins: each as it was set last.

    Rasa carries over every value that a slot ever had, so that each session is longer than the one before.
    """
    last: dict[str, SlotSet] = {}
    for event in tracker.applied_events():
        if isinstance(event, SlotSet):
            last.pop(event.key, None)
            last[event.key] = SlotSet(key=event.key, value=event.value, metadata=event.metadata)
    return list(last.values())


def _predicted(processor: MessageProcessor, tracker: DialogueStateTracker) -> PolicyPrediction:
    """What RulePolicy predicts, remembered for each intent and the actions since.

    Rasa lays the whole session out as states and compares it with every rule, twice for each message. Our rules begin
    with an intent, hold no conditions, and no slot or entity has a say (a test reads them): nothing else matters.
    Whatever else has happened since the message, such as an action that refused, is left to Rasa.
    """
    intent, done = None, []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            intent = event.intent_name
            break
        if not isinstance(event, _OF_A_TURN):
            return _predict(processor, tracker)
        done += [event.action_name] if isinstance(event, ActionExecuted) else []
    if intent is None or tracker.followup_action or tracker.active_loop:
        return _predict(processor, tracker)
    known = _predictions.setdefault(processor, {})
    if (key := (intent, *done)) not in known:
        known[key] = _predict(processor, tracker)
    prediction = copy(known[key])
    # Each turn gets events of its own: they bear its time.
    prediction.events = [
        DefinePrevUserUtteredFeaturization(each.use_text_for_featurization) for each in prediction.events
    ]
    return prediction
