"""Where requests are seen: each is begun here and answered here, and logged, counted and traced as the settings say."""

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

MOST_LINES = 100  # of a plan in the log
LONGEST_LINE = 200  # characters
MOST_STATEMENTS = 10
LONGEST_STATEMENT = 4_000  # characters
requests = logging.getLogger("app.requests")
slow = logging.getLogger("app.slow")


@dataclass(frozen=True, slots=True)
class Instrumentation:
    """Sees all requests; those of more than `slow_seconds` are logged with what they did."""

    slow_seconds: float
    outline: Callable[[Any, Any], Iterable[str]]  # of a plan, for what was found and what was asked
    log_requests: bool = False
    metrics: Metrics | None = None
    traces: Tracing | None = None

    def answered(self, work: RequestRecord) -> None:
        """The answer is made, and is about to be sent."""
        seconds = perf_counter() - work.started
        if metrics := self.metrics:  # noted here: a call of each request for it would show in what seeing costs
            if found := work.found:
                metrics.noted[found.name].extend((seconds, len(work.statements), work.size, work.cost))
                if work.codes:
                    metrics.noted_codes.update((found.name, code) for code in work.codes)
                if work.rows is not None:
                    metrics.noted_rows.append((found.name, work.rows))
            else:
                metrics.noted[work.scope["method"], work.route, work.status].append(seconds)
        if self.log_requests:
            log_request(work, seconds)
        if seconds >= self.slow_seconds:
            log_slow(work, seconds, self.outline(work.found, work.asked) if work.asked else ())
        if self.traces:
            self.traces.answered(work)

    def ran(self, text: str, _arguments: Any) -> Callable[[], None] | None:
        """Notes an SQL statement of whatever request is answered here."""
        if work := CURRENT_REQUEST.get():
            work.statements.append(text)
            if self.traces:
                return self.traces.ran(work, text)
        return None


def log_request(work: RequestRecord, seconds: float) -> None:
    facts = {"status": work.status, "milliseconds": round(seconds * 1e3, 3)}
    said = (work.request_id, method_and_path(work), work.status, seconds * 1e3)
    requests.info("request %s: %s answered %d in %.1f ms", *said, extra={"facts": facts})


def log_slow(work: RequestRecord, seconds: float, plan: Iterable[str]) -> None:
    """One record of a bounded size: the statements without their values, each text once, and the plan."""
    texts = list(dict.fromkeys(work.statements))
    facts = {
        "status": work.status,
        "seconds": round(seconds, 3),
        "statements": len(work.statements),
        "sql": [text[:LONGEST_STATEMENT] for text in texts[:MOST_STATEMENTS]],
        "plan": [line[:LONGEST_LINE] for line in islice(plan, MOST_LINES)],
    }
    said = (work.request_id, method_and_path(work), seconds, len(work.statements))
    slow.warning("request %s: %s took %.3f s, SQL statements: %d", *said, extra={"facts": facts})


def method_and_path(work: RequestRecord) -> str:
    """Method, path and operation."""
    parts = (work.scope["method"], work.scope["path"], work.operation)
    return " ".join(part for part in parts if part)
