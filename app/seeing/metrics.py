"""Numbers for Prometheus: what was asked, how long it took, and how busy the process is.

Whatever is counted for a request is looked up by its labels once and then kept. Labels have few values: routes as the
application knows them, and the names of the first hundred operations.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from app.seeing.work import OTHER, Work
from app.seeing.workers import SHARED
from app.storage.engine import Database
from app.storage.load import load_of

MOST_NAMES = 100
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
STATM = Path("/proc/self/statm")
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second line for each, which nobody asks for


@dataclass(frozen=True, slots=True)
class OfOperation:
    """What is counted of the operations of one name."""

    name: str
    seconds: Histogram
    statements: Counter
    size: Counter


class Metrics:
    """The numbers of one process. They are exact from its start on, and `text` adds up those of all workers."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.registry = CollectorRegistry()
        self.request_seconds = self.histogram(
            "gateway_request_seconds",
            "From the head of a request that is no GraphQL operation to that of its answer.",
            "method",
            "route",
            "status",
        )
        self.operation_seconds = self.histogram(
            "gateway_operation_seconds", "From the head of a GraphQL request to that of its answer.", "operation"
        )
        self.errors = self.counter(
            "gateway_operation_errors_total", "Errors of operations, by code.", "operation", "code"
        )
        self.statements = self.counter(
            "gateway_operation_statements_total", "SQL statements run for operations.", "operation"
        )
        self.size = self.counter("gateway_operation_answer_bytes_total", "Bytes of answers.", "operation")
        self.in_use = self.gauge("gateway_database_connections_in_use", "Database connections in use.")
        self.most = self.gauge("gateway_database_connections_limit", "Database connections at most.")
        self.waiting = self.gauge("gateway_database_waiting", "Who waits for a database connection.")
        self.writers = self.gauge("gateway_database_waiting_writers", "Writers of SQLite who wait for their turn.")
        self.memory = self.gauge("gateway_memory_bytes", "Resident memory of the server's processes.")
        self.requests: dict[tuple[str, str, int], Callable[[float], None]] = {}
        self.operations: dict[str, OfOperation] = {}

    def histogram(self, name: str, meaning: str, *labels: str) -> Histogram:
        return Histogram(name, meaning, labels, registry=self.registry, buckets=BUCKETS)

    def counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, registry=self.registry)

    def gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(name, meaning, registry=self.registry, multiprocess_mode="livesum")

    def count(self, work: Work, status: int, seconds: float) -> None:
        """Counts an answered request: by its operation where it has one, or else by its route."""
        if work.operation is None:
            self.count_request((work.scope["method"], work.route, status), seconds)
            return
        of = self.operations.get(work.operation) or self.of(work.operation)
        of.seconds.observe(seconds)
        of.statements.inc(len(work.statements))
        of.size.inc(work.size)
        for code in work.codes:
            self.errors.labels(of.name, code).inc()

    def count_request(self, asked: tuple[str, str, int], seconds: float) -> None:
        observe = self.requests.get(asked)
        if observe is None:
            observe = self.requests[asked] = self.request_seconds.labels(*asked).observe
        observe(seconds)

    def of(self, name: str) -> OfOperation:
        """What is counted under a name: that of all others where it comes too late to have its own."""
        if len(self.operations) >= MOST_NAMES and name != OTHER:
            return self.operations.get(OTHER) or self.of(OTHER)
        made = OfOperation(
            name, self.operation_seconds.labels(name), self.statements.labels(name), self.size.labels(name)
        )
        self.operations[name] = made
        return made

    def measure(self) -> None:
        """Takes the numbers that rise and fall as they are at this moment."""
        load = load_of(self.database)
        self.in_use.set(load.in_use)
        self.most.set(load.most)
        self.waiting.set(load.waiting)
        self.writers.set(load.waiting_writers)
        with suppress(OSError):  # other systems than Linux do not tell
            self.memory.set(int(STATM.read_text().split()[1]) * PAGE)

    def text(self) -> bytes:
        """All numbers, as Prometheus reads them: those of every worker, and what ended workers have counted."""
        folder = os.environ.get(SHARED)
        if not folder:
            return generate_latest(self.registry)
        forget_ended(Path(folder))
        together: Any = CollectorRegistry()
        MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def forget_ended(folder: Path) -> None:
    """Drops what workers that have ended held in use."""
    for file in folder.glob("gauge_livesum_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
