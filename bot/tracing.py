"""Which request a process works on, and how long each part of it took.

Every request of a visitor has an id, and goes with it from the web process through Rasa to the action server in the
header of the W3C's Trace Context. It stands in the logs of all three, so that lines find one another. With TRACES_URL,
each part is also sent there as a span of OpenTelemetry. A span holds what is named below, never a message, a path or
an error's text.

A trace is begun at the door: a header that came in from outside is not read.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

HEADER = "traceparent"
FORM = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
SERVICE = "enschede-assistant"

_tracer: Any = None
_current: ContextVar[Span | None] = ContextVar("span", default=None)


@dataclass
class Span:
    """A part of a request. `trace` names the request, in 32 hexadecimal digits; `id` this part of it, in 16."""

    trace: str
    id: str
    attributes: dict[str, str | int] = field(default_factory=dict)

    def note(self, **attributes: str | int | None) -> None:
        """Adds what is known by now. Never what a visitor typed."""
        self.attributes |= {name: value for name, value in attributes.items() if value is not None}


def current() -> Span | None:
    """The part that is under way."""
    return _current.get()


def header() -> dict[str, str]:
    """What tells the next process which request this is."""
    span = _current.get()
    return {} if span is None else {HEADER: f"00-{span.trace}-{span.id}-01"}


@contextmanager
def span(name: str, parent: str | None = None) -> Iterator[Span]:
    """A part of the request that is under way, or of the one that `parent`, a process's header, names; else a new one.

    An error that comes through is noted by its kind.
    """
    outer = _current.get() if parent is None else _parsed(parent)
    started = _tracer.start_span(name, context=_context(outer)) if _tracer is not None else None
    mine = _named(started) if started is not None else Span(outer.trace if outer else _new(16), _new(8))
    before = _current.get()
    _current.set(mine)
    try:
        yield mine
    except BaseException as error:
        mine.note(error=type(error).__name__)
        raise
    finally:
        # Not by its token: Sanic may end a request in another context than it began it in.
        _current.set(before)
        if started is not None:
            started.set_attributes(mine.attributes)
            started.end()


def send_to(url: str, role: str) -> None:
    """From now on spans go to a collector that takes OTLP over HTTP in JSON, such as http://collector:4318/v1/traces.

    They are sent in the background; what cannot be delivered is dropped. An empty URL sends nothing.
    """
    if not url:
        return
    from opentelemetry.exporter.otlp.json.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    collect_with(BatchSpanProcessor(OTLPSpanExporter(endpoint=url), schedule_delay_millis=1000), role)


def collect_with(processor: Any, role: str) -> None:
    """Hands spans to a span processor of OpenTelemetry's SDK; None ends it."""
    global _tracer
    if processor is None:
        _tracer = None
        return
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    # Ours alone, not the one that libraries find: FastAPI would put addresses with session ids into its spans.
    provider = TracerProvider(resource=Resource({"service.name": f"{SERVICE}-{role}"}))
    provider.add_span_processor(processor)
    _tracer = provider.get_tracer(SERVICE)


def _parsed(parent: str) -> Span | None:
    match = FORM.fullmatch(parent)
    return Span(match[1], match[2]) if match else None


def _context(outer: Span | None) -> Any:
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    if outer is None:
        return Context()
    known = SpanContext(int(outer.trace, 16), int(outer.id, 16), is_remote=True, trace_flags=TraceFlags(1))
    return set_span_in_context(NonRecordingSpan(known), Context())


def _named(started: Any) -> Span:
    found = started.get_span_context()
    return Span(f"{found.trace_id:032x}", f"{found.span_id:016x}")


def _new(size: int) -> str:
    return secrets.token_hex(size)
