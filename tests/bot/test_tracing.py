"""Which request a process works on, and the spans that are sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot import tracing


@pytest.fixture
def sent() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.collect_with(SimpleSpanProcessor(exporter), "web")
    yield exporter
    tracing.collect_with(None, "web")


def test_parts_of_a_request_share_its_id_also_in_the_next_process() -> None:
    with tracing.span("request") as request:
        header = tracing.header()[tracing.HEADER]
        with tracing.span("part") as part:
            assert (part.trace, part.id == request.id) == (request.trace, False)
        assert tracing.current() is request
    assert tracing.current() is None
    with tracing.span("elsewhere", parent=header) as elsewhere:
        assert elsewhere.trace == request.trace


@pytest.mark.parametrize("header", ["", "00-x-y-01", f"00-{'A' * 32}-{'b' * 16}-01", "mijn BSN is 111222333", None])
def test_a_header_of_another_form_begins_a_new_request(header: str | None) -> None:
    with tracing.span("request", parent=header) as span:
        assert len(span.trace) == 32
        assert "111222333" not in span.trace


def test_a_task_belongs_to_the_request_that_began_it() -> None:
    async def trace() -> str | None:
        span = tracing.current()
        return span and span.trace

    async def both() -> tuple[str, str | None]:
        with tracing.span("request") as span:
            return span.trace, await asyncio.create_task(trace())

    mine, of_task = asyncio.run(both())
    assert mine == of_task


def test_spans_are_sent_with_their_parents_and_the_kind_of_an_error_alone(sent: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError), tracing.span("request") as request:
        request.note(route="/v1/messages", status=200, outcome=None)
        with tracing.span("part", parent=tracing.header()[tracing.HEADER]):
            raise ValueError("mijn BSN is 111222333")
    part, whole = sent.get_finished_spans()
    assert part.parent is not None
    assert part.parent.span_id == whole.context.span_id == int(request.id, 16)
    assert part.context.trace_id == whole.context.trace_id == int(request.trace, 16)
    assert dict(whole.attributes or {}) == {"route": "/v1/messages", "status": 200, "error": "ValueError"}
    assert whole.parent is None
    assert not whole.events and not part.events
    assert "111222333" not in whole.to_json() + part.to_json()


def test_without_a_collector_nothing_is_made() -> None:
    tracing.send_to("", "web")
    with tracing.span("request") as span:
        assert span.trace
