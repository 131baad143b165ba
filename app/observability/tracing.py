"""Spans for OpenTelemetry: one a request, and below it one an SQL statement. Loaded where an address to send them to is
set: the libraries are an extra, and take memory and time."""

import asyncio
import os
from collections.abc import Callable
from functools import partial
from time import perf_counter, time_ns

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from app.observability.request_record import RequestRecord

SERVICE = "ingest-gateway"
CARRIED = (b"traceparent", b"tracestate")
PATIENCE = 3  # seconds for whoever takes the spans: a server that stops waits for them, too
MOST_KEPT = 2_048  # spans that are not sent yet; one message takes them all
LONGEST_STATEMENT = 4_000  # characters


class Tracing:
    """Makes spans and sends them to an OTLP address over HTTP. Which are made is the caller's decision, where it sends
    a traceparent, or else that of OTEL_TRACES_SAMPLER."""

    def __init__(self, endpoint: str, database: str) -> None:
        self.database = database
        resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", SERVICE)})
        self.provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint, timeout=PATIENCE)
        self.provider.add_span_processor(BatchSpanProcessor(exporter, MOST_KEPT, max_export_batch_size=MOST_KEPT))
        self.tracer = self.provider.get_tracer(SERVICE)
        self.propagator = TraceContextTextMapPropagator()

    def span_of(self, work: RequestRecord) -> Span:
        """The span of a request, below that which it names; it begins with the request, whenever it is asked for."""
        if work.span is None:
            sent = {name.decode(): value.decode("latin-1") for name, value in work.scope["headers"] if name in CARRIED}
            began = time_ns() - round((perf_counter() - work.started) * 1e9)
            above = self.propagator.extract(sent)
            work.span = self.tracer.start_span(work.scope["method"], above, SpanKind.SERVER, start_time=began)
        return work.span

    def ran(self, work: RequestRecord, text: str) -> Callable[[], None]:
        """Begins the span of a statement; what it returns ends it."""
        facts = {"db.system.name": self.database, "db.query.text": text[:LONGEST_STATEMENT]}
        name = text.split(None, 1)[0]
        span = self.tracer.start_span(name, set_span_in_context(self.span_of(work)), SpanKind.CLIENT, facts)
        return partial(span.end)

    def answered(self, work: RequestRecord) -> None:
        """Ends the span of a request."""
        span = self.span_of(work)
        method, route = work.scope["method"], work.route
        span.update_name(work.operation or f"{method} {route}")
        facts = {"http.request.method": method, "http.route": route, "http.response.status_code": work.status}
        span.set_attributes({**facts, "gateway.request_id": work.request_id})
        if work.operation:
            span.set_attribute("graphql.operation.name", work.operation)
        if work.codes:
            span.set_attribute("gateway.error_codes", list(work.codes))
        if work.status >= 500 or work.codes:
            span.set_status(StatusCode.ERROR)
        span.end()

    async def close(self) -> None:
        """Sends what is left."""
        await asyncio.to_thread(self.provider.shutdown)
