"""Numbers for Prometheus: what was asked, how long it took, and how busy the process is.

Requests are noted, and told to the library many at once: once a second, and when somebody reads the numbers. Labels
have few values: routes as the application knows them, the first hundred names.
"""

import os
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import prometheus_client
from prometheus_client import CollectorRegistry, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from app.observability.multiprocess import METRICS_FOLDER
from app.observability.request_record import ANONYMOUS, OTHER, REFUSED
from app.storage.database.engine import Database
from app.storage.database.load import load_of

MOST_NAMES = 100
NO_NAMES = (REFUSED, ANONYMOUS)  # told apart however many names there are
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
STATM = Path("/proc/self/statm")
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0

Kind = str | tuple[str, str, int]  # of requests: an operation's name; or method, route and status

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second line for each, which nobody asks for


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
        self.cost = self.counter("gateway_operation_cost_total", "What operations cost, in points.", "operation")
        self.rows = prometheus_client.Summary(
            "gateway_operation_rows",
            "Rows that an answer shows, of one answer of an operation a second at most.",
            ["operation"],
            registry=self.registry,
        )
        self.in_use = self.gauge("gateway_database_connections_in_use", "Database connections in use.")
        self.most = self.gauge("gateway_database_connections_limit", "Database connections at most.")
        self.waiting = self.gauge("gateway_database_waiting", "Who waits for a database connection.")
        self.writers = self.gauge("gateway_database_waiting_writers", "Writers of SQLite who wait for their turn.")
        self.memory = self.gauge("gateway_memory_bytes", "Resident memory of the server's processes.")
        self.names: set[str] = set()
        # What `Watch` has noted. Of a request its seconds; where it was of an operation then its statements, bytes and
        # cost, and so on: four numbers take less than an object of them, to keep and to add up.
        self.noted: defaultdict[Kind, list[float]] = defaultdict(list)
        self.noted_codes: Counter[tuple[str, str]] = Counter()
        self.noted_rows: list[tuple[str, int]] = []

    def histogram(self, name: str, meaning: str, *labels: str) -> Histogram:
        return Histogram(name, meaning, labels, registry=self.registry, buckets=BUCKETS)

    def counter(self, name: str, meaning: str, *labels: str) -> prometheus_client.Counter:
        return prometheus_client.Counter(name, meaning, labels, registry=self.registry)

    def gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(name, meaning, registry=self.registry, multiprocess_mode="livesum")

    def tell(self) -> None:
        """Tells the library what is noted. What a full disk keeps from the file of several workers is not counted."""
        noted, codes, rows = dict(self.noted), dict(self.noted_codes), self.noted_rows[:]
        for each in (self.noted, self.noted_codes, self.noted_rows):
            each.clear()
        with suppress(OSError):
            for kind, numbers in noted.items():
                if isinstance(kind, tuple):
                    observe(self.request_seconds.labels(*kind), numbers)
                    continue
                name = self.counted(kind)
                observe(self.operation_seconds.labels(name), numbers[::4])
                self.statements.labels(name).inc(sum(numbers[1::4]))
                self.size.labels(name).inc(sum(numbers[2::4]))
                self.cost.labels(name).inc(sum(numbers[3::4]))
            for (operation, code), times in codes.items():
                self.errors.labels(self.counted(operation), code).inc(times)
            for operation, shown in rows:
                self.rows.labels(self.counted(operation)).observe(shown)

    def counted(self, name: str) -> str:
        """What an operation is counted under: that of all others where it comes too late to have its own."""
        if name in NO_NAMES:
            return name
        if len(self.names) < MOST_NAMES:
            self.names.add(name)
        return name if name in self.names else OTHER

    def measure(self) -> None:
        """Tells what was counted, and takes the numbers that rise and fall as they are at this moment."""
        self.tell()
        load = load_of(self.database)
        self.in_use.set(load.in_use)
        self.most.set(load.most)
        self.waiting.set(load.waiting)
        self.writers.set(load.waiting_writers)
        with suppress(OSError):  # other systems than Linux do not tell
            self.memory.set(int(STATM.read_text().split()[1]) * PAGE)

    def text(self) -> bytes:
        """All numbers, as Prometheus reads them: those of every worker, and what ended workers have counted."""
        folder = os.environ.get(METRICS_FOLDER)
        if not folder:
            return generate_latest(self.registry)
        forget_ended(Path(folder))
        together: Any = CollectorRegistry()
        MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def observe(histogram: Any, seconds: Sequence[float]) -> None:
    """Adds them all at once to a histogram, which itself takes but one at a time."""
    ordered = sorted(seconds)
    ends = [bisect_right(ordered, most) for most in BUCKETS]
    for bucket, (begin, end) in zip(histogram._buckets, pairwise([0, *ends, len(ordered)]), strict=True):
        if end > begin:
            bucket.inc(end - begin)
    histogram._sum.inc(sum(seconds))


def forget_ended(folder: Path) -> None:
    """Drops what workers that have ended held in use."""
    for file in folder.glob("gauge_livesum_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
