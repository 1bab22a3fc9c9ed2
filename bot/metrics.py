"""What the web process counts and measures, in the words of Prometheus. Served at /metrics.

Labels have few values, all of them ours: never an id, a text or an address. docs/runbook.md says what to watch.
"""

from __future__ import annotations

import time
from functools import cache
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

from bot.settings import Settings

# When counting began is known: process_start_time_seconds.
disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
"""Bounds of the histograms: half a second is what the assistant promises, 20 its patience."""

MESSAGES = Counter(
    "assistant_messages", "Messages that got a reply, by outcome and language of the reply", ["outcome", "language"],
    registry=REGISTRY,
)  # fmt: skip
ANSWER_SECONDS = Histogram(
    "assistant_answer_seconds", "Seconds until a visitor's message was answered", buckets=SECONDS, registry=REGISTRY
)
RASA_FAILURES = Counter(
    "assistant_rasa_failures", "Calls of Rasa without a reply: unsent (no process could be reached) or begun", ["kind"],
    registry=REGISTRY,
)  # fmt: skip
RESENDS = Counter("assistant_resends", "Messages that came again and got the reply of the first", registry=REGISTRY)
RATE_LIMITED = Counter("assistant_rate_limited", "Requests that were answered with 429", ["route"], registry=REGISTRY)
REQUESTS = Counter(
    "assistant_http_requests", "Requests by route and status", ["method", "route", "status"], registry=REGISTRY
)
REQUEST_SECONDS = Histogram(
    "assistant_http_request_seconds", "Seconds until a request was answered", ["route"], buckets=SECONDS,
    registry=REGISTRY,
)  # fmt: skip
STORE_ERRORS = Counter("assistant_store_errors", "Errors of a database", ["store"], registry=REGISTRY)
PROJECTION_LAG = Gauge(
    "assistant_projection_lag_seconds", "Seconds since the staff pages had everything that was said", registry=REGISTRY
)
OFF = Gauge("assistant_off", "1 while the assistant is switched off", registry=REGISTRY)

ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)


class Lag:
    """How long ago the projection had read everything. `caught_up` says that it has now."""

    def __init__(self) -> None:
        self._at = time.monotonic()
        PROJECTION_LAG.set_function(lambda: time.monotonic() - self._at)

    def caught_up(self) -> None:
        self._at = time.monotonic()


def watch_stores(settings: Settings) -> None:
    """Counts the errors of every engine of this process, under the name of its store."""
    names = {}
    for name in ("facts", "conversations", "review"):
        names[make_url(getattr(settings, f"{name}_url"))] = name
    _stores.clear()
    _stores.update(names)
    _listen()


_stores: dict[Any, str] = {}


@cache
def _listen() -> None:
    @event.listens_for(Engine, "handle_error")
    def _count(context: Any) -> None:
        url = context.engine.url if context.engine is not None else None
        STORE_ERRORS.labels(_stores.get(url, "other")).inc()
