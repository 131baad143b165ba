"""Metrics for Prometheus: what was asked, how long it took, and how busy the process is.

What requests add is collected in lists, and given to the library once a second and when somebody reads the metrics.
Labels have few values: routes without their keys, and the first hundred names of operations.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import prometheus_client
from prometheus_client import CollectorRegistry, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from app.observability.compat_prometheus_client import observe_all
from app.observability.multiprocess import METRICS_FOLDER
from app.observability.request_record import ANONYMOUS, OTHER, REFUSED
from app.storage.database.engine import Database

MAX_OPERATION_NAMES = 100
RESERVED_NAMES = (REFUSED, ANONYMOUS)  # counted under their own label, however many names there are
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
STATM = Path("/proc/self/statm")
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0

RequestKind = str | tuple[str, str, int]  # an operation's name; or of other requests method, route and status

disable_created_metrics()  # type: ignore[no-untyped-call]  # without this each metric has a second line, which nobody needs


@dataclass(frozen=True, slots=True)
class BulkMetrics:
    """What imports and exports count."""

    lines: prometheus_client.Counter
    running: Gauge
    chunk_seconds: Histogram
    exported_rows: prometheus_client.Counter
    exports_running: Gauge

    def note_chunk(self, outcomes: Mapping[str, int], seconds: float) -> None:
        """A chunk was written in so many seconds, with so many lines of each outcome. On a full disk this is lost."""
        with suppress(OSError):
            self.chunk_seconds.observe(seconds)
            for outcome, lines in outcomes.items():
                self.lines.labels(outcome).inc(lines)

    def counted(self) -> AbstractContextManager[None]:
        """Counts an import among those that run."""
        return counted(self.running)

    def counted_export(self) -> AbstractContextManager[None]:
        """Counts an export among those that run."""
        return counted(self.exports_running)

    def note_exported(self, source: str, rows: int) -> None:
        """An export has sent so many rows."""
        with suppress(OSError):
            self.exported_rows.labels(source).inc(rows)


@contextmanager
def counted(running: Gauge) -> Iterator[None]:
    """Adds one to a gauge for as long as something runs."""
    with suppress(OSError):
        running.inc()
    try:
        yield
    finally:
        with suppress(OSError):
            running.dec()


class Metrics:
    """The metrics of one process since its start. `text` adds up those of all workers."""

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
        self.cost = self.counter("gateway_operation_cost_total", "What operations are charged, in points.", "operation")
        self.rows = prometheus_client.Summary(
            "gateway_operation_rows",
            "Rows that an answer shows, of one answer of an operation a second at most.",
            ["operation"],
            registry=self.registry,
        )
        self.bulk = BulkMetrics(
            self.counter("gateway_import_lines_total", "Lines of imports, by what became of them.", "outcome"),
            self.gauge("gateway_imports_running", "Imports that run."),
            self.histogram("gateway_import_chunk_seconds", "For the writing of a chunk of an import's lines."),
            self.counter("gateway_exported_rows_total", "Rows that exports have sent.", "source"),
            self.gauge("gateway_exports_running", "Exports that run."),
        )
        self.in_use = self.gauge("gateway_database_connections_in_use", "Database connections in use.")
        self.limit = self.gauge("gateway_database_connections_limit", "Database connections at most.")
        self.waiting = self.gauge("gateway_database_waiting", "Who waits for a database connection.")
        self.waiting_long = self.gauge(
            "gateway_database_waiting_long", "Who of them waits with a read that may run long."
        )
        self.writers = self.gauge("gateway_database_waiting_writers", "Writers of SQLite who wait for their turn.")
        self.memory = self.gauge("gateway_memory_bytes", "Resident memory of the server's processes.")
        self.names: set[str] = set()
        # Filled by `Instrumentation`: of a request its seconds; of an operation its seconds, statements, bytes and
        # cost, one after another. Four numbers in a flat list take less time and memory than an object.
        self.pending: defaultdict[RequestKind, list[float]] = defaultdict(list)
        self.pending_codes: Counter[tuple[str, str]] = Counter()
        self.pending_rows: list[tuple[str, int]] = []

    def histogram(self, name: str, meaning: str, *labels: str) -> Histogram:
        return Histogram(name, meaning, labels, registry=self.registry, buckets=BUCKETS)

    def counter(self, name: str, meaning: str, *labels: str) -> prometheus_client.Counter:
        return prometheus_client.Counter(name, meaning, labels, registry=self.registry)

    def gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(name, meaning, registry=self.registry, multiprocess_mode="livesum")

    def flush(self) -> None:
        """Gives the library what is pending. With several workers it writes files: on a full disk this is lost."""
        pending, codes, rows = dict(self.pending), dict(self.pending_codes), self.pending_rows[:]
        for collection in (self.pending, self.pending_codes, self.pending_rows):
            collection.clear()
        with suppress(OSError):
            for kind, numbers in pending.items():
                if isinstance(kind, tuple):
                    observe_all(self.request_seconds.labels(*kind), BUCKETS, numbers)
                    continue
                name = self.label_for(kind)
                observe_all(self.operation_seconds.labels(name), BUCKETS, numbers[::4])
                self.statements.labels(name).inc(sum(numbers[1::4]))
                self.size.labels(name).inc(sum(numbers[2::4]))
                self.cost.labels(name).inc(sum(numbers[3::4]))
            for (operation, code), times in codes.items():
                self.errors.labels(self.label_for(operation), code).inc(times)
            for operation, count in rows:
                self.rows.labels(self.label_for(operation)).observe(count)

    def label_for(self, name: str) -> str:
        """The label of an operation: its name, or OTHER where there are too many names already."""
        if name in RESERVED_NAMES:
            return name
        if len(self.names) < MAX_OPERATION_NAMES:
            self.names.add(name)
        return name if name in self.names else OTHER

    def collect(self) -> None:
        """Gives the library what is pending, and sets the gauges to the values of this moment."""
        self.flush()
        load = self.database.pool_usage()
        self.in_use.set(load.in_use)
        self.limit.set(load.max_connections)
        self.waiting.set(load.waiting)
        self.waiting_long.set(load.waiting_long)
        self.writers.set(load.waiting_writers)
        with suppress(OSError):  # only Linux has this file
            self.memory.set(int(STATM.read_text().split()[1]) * PAGE_SIZE)

    def text(self) -> bytes:
        """All metrics in the text format of Prometheus: of every worker, and the counters of those that have ended."""
        folder = os.environ.get(METRICS_FOLDER)
        if not folder:
            return generate_latest(self.registry)
        remove_ended_workers(Path(folder))
        merged: Any = CollectorRegistry()
        MultiProcessCollector(merged, folder)  # type: ignore[no-untyped-call]
        return generate_latest(merged)


def remove_ended_workers(folder: Path) -> None:
    """Removes the gauges of workers that have ended."""
    for file in folder.glob("gauge_livesum_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
