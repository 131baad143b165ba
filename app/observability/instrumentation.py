"""Instrumentation: every request is logged, counted and traced from here, as the settings say."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING, Any

from app.observability.metrics import Metrics
from app.observability.request_record import CURRENT_REQUEST, RequestRecord

if TYPE_CHECKING:  # an extra that may not be installed
    from app.observability.tracing import Tracing

MAX_PLAN_LINES = 100
MAX_PLAN_LINE_LENGTH = 200  # characters
MAX_STATEMENTS = 10
MAX_STATEMENT_LENGTH = 4_000  # characters
request_logger = logging.getLogger("app.requests")
slow_logger = logging.getLogger("app.slow")


@dataclass(frozen=True, slots=True)
class Instrumentation:
    """Observes all requests. One that takes `slow_seconds` or more is logged with its SQL and its plan."""

    slow_seconds: float
    outline: Callable[[Any, Any], Iterable[str]]  # lines that show the plan of a valid operation and what it asks for
    log_requests: bool = False
    metrics: Metrics | None = None
    traces: Tracing | None = None

    def on_answer(self, record: RequestRecord) -> None:
        """The answer is ready, and is about to be sent."""
        seconds = perf_counter() - record.started
        if metrics := self.metrics:  # here and not in a method of Metrics: the call would cost every request time
            if operation := record.valid_operation:
                numbers = (seconds, len(record.statements), record.answer_bytes, record.cost)
                metrics.pending[operation.name].extend(numbers)
                if record.error_codes:
                    metrics.pending_codes.update((operation.name, code) for code in record.error_codes)
                if record.row_count is not None:
                    metrics.pending_rows.append((operation.name, record.row_count))
            else:
                metrics.pending[record.scope["method"], record.route, record.status].append(seconds)
        if self.log_requests:
            log_request(record, seconds)
        if seconds >= self.slow_seconds:
            log_slow_request(
                record, seconds, self.outline(record.valid_operation, record.requested) if record.requested else ()
            )
        if self.traces:
            self.traces.on_answer(record)

    def on_statement(self, text: str, _arguments: Any) -> Callable[[], None] | None:
        """An SQL statement begins, for the request that is answered in this task. Returns what to call at its end."""
        if record := CURRENT_REQUEST.get():
            record.statements.append(text)
            if self.traces:
                return self.traces.on_statement(record, text)
        return None


def log_request(record: RequestRecord, seconds: float) -> None:
    fields = {"status": record.status, "milliseconds": round(seconds * 1e3, 3)}
    arguments = (record.request_id, method_path_and_operation(record), record.status, seconds * 1e3)
    request_logger.info("request %s: %s answered %d in %.1f ms", *arguments, extra={"fields": fields})


def log_slow_request(record: RequestRecord, seconds: float, plan: Iterable[str]) -> None:
    """One log record of bounded size: the statements without their values, each text once, and the plan."""
    texts = list(dict.fromkeys(record.statements))
    fields = {
        "status": record.status,
        "seconds": round(seconds, 3),
        "statements": len(record.statements),
        "sql": [text[:MAX_STATEMENT_LENGTH] for text in texts[:MAX_STATEMENTS]],
        "plan": [line[:MAX_PLAN_LINE_LENGTH] for line in islice(plan, MAX_PLAN_LINES)],
    }
    arguments = (record.request_id, method_path_and_operation(record), seconds, len(record.statements))
    slow_logger.warning("request %s: %s took %.3f s, SQL statements: %d", *arguments, extra={"fields": fields})


def method_path_and_operation(record: RequestRecord) -> str:
    parts = (record.scope["method"], record.scope["path"], record.operation)
    return " ".join(part for part in parts if part)
