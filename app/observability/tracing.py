"""Tracing with OpenTelemetry: a span for each request, and below it one for each SQL statement. Imported only where an
address to send them to is set, since the libraries are an extra, and take memory and time."""

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
PROPAGATED_HEADERS = (b"traceparent", b"tracestate")
EXPORT_TIMEOUT_SECONDS = 3  # a server that stops waits so long, too
MAX_QUEUED_SPANS = 2_048  # spans that are not sent yet; one message holds them all
MAX_STATEMENT_LENGTH = 4_000  # characters


class Tracing:
    """Sends spans by OTLP over HTTP. The traceparent of a request decides whether it is sampled, and without one
    OTEL_TRACES_SAMPLER does."""

    def __init__(self, endpoint: str, database: str) -> None:
        self.database = database
        resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", SERVICE)})
        self.provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint, timeout=EXPORT_TIMEOUT_SECONDS)
        self.provider.add_span_processor(
            BatchSpanProcessor(exporter, MAX_QUEUED_SPANS, max_export_batch_size=MAX_QUEUED_SPANS)
        )
        self.tracer = self.provider.get_tracer(SERVICE)
        self.propagator = TraceContextTextMapPropagator()

    def request_span(self, record: RequestRecord) -> Span:
        """The span of a request, a child of the one that its traceparent names. It starts when the request did."""
        if record.span is None:
            carrier = {
                name.decode(): value.decode("latin-1")
                for name, value in record.scope["headers"]
                if name in PROPAGATED_HEADERS
            }
            started = time_ns() - round((perf_counter() - record.started) * 1e9)
            parent = self.propagator.extract(carrier)
            record.span = self.tracer.start_span(record.scope["method"], parent, SpanKind.SERVER, start_time=started)
        return record.span

    def on_statement(self, record: RequestRecord, text: str) -> Callable[[], None]:
        """Starts the span of a statement. Returns the function that ends it."""
        attributes = {"db.system.name": self.database, "db.query.text": text[:MAX_STATEMENT_LENGTH]}
        name = text.split(None, 1)[0]
        span = self.tracer.start_span(name, set_span_in_context(self.request_span(record)), SpanKind.CLIENT, attributes)
        return partial(span.end)

    def on_answer(self, record: RequestRecord) -> None:
        """Ends the span of a request."""
        span = self.request_span(record)
        method, route = record.scope["method"], record.route
        span.update_name(record.operation or f"{method} {route}")
        attributes = {"http.request.method": method, "http.route": route, "http.response.status_code": record.status}
        span.set_attributes({**attributes, "gateway.request_id": record.request_id})
        if record.operation:
            span.set_attribute("graphql.operation.name", record.operation)
        if record.error_codes:
            span.set_attribute("gateway.error_codes", list(record.error_codes))
        if record.status >= 500 or record.error_codes:
            span.set_status(StatusCode.ERROR)
        span.end()

    async def close(self) -> None:
        """Sends the spans that are left."""
        await asyncio.to_thread(self.provider.shutdown)
