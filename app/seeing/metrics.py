"""Numbers for Prometheus: what was asked, how long it took, and how busy the process is.

Requests are counted in plain attributes, which are told to the library when somebody reads them, or once a second where
there are several workers. Labels have few values: routes as the application knows them, the first hundred names.
"""

import os
from bisect import bisect_left
from contextlib import suppress
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


class Times:
    """How long requests of one kind took, since that was last told to the histogram: a request must not wait for its
    locks, or for the file that several workers share."""

    __slots__ = ("buckets", "histogram", "seconds")

    def __init__(self, histogram: Histogram) -> None:
        self.histogram: Any = histogram
        self.clear()

    def clear(self) -> None:
        self.buckets = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        self.buckets[bisect_left(BUCKETS, seconds)] += 1
        self.seconds += seconds

    def tell(self) -> None:
        """Adds them all to the histogram, which itself takes but one at a time."""
        for bucket, count in zip(self.histogram._buckets, self.buckets, strict=True):
            if count:
                bucket.inc(count)
        self.histogram._sum.inc(self.seconds)
        self.clear()


class OfOperation(Times):
    """The same of the operations of one name, with what else is counted of them."""

    __slots__ = ("cost", "counters", "name", "size", "statements")

    def __init__(self, name: str, histogram: Histogram, *counters: Counter) -> None:
        """The counters are of statements, bytes and cost."""
        self.name = name
        self.counters = counters
        super().__init__(histogram)

    def clear(self) -> None:
        super().clear()
        self.statements = self.size = self.cost = 0

    def tell(self) -> None:
        for counter, count in zip(self.counters, (self.statements, self.size, self.cost), strict=True):
            counter.inc(count)
        super().tell()


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
        self.in_use = self.gauge("gateway_database_connections_in_use", "Database connections in use.")
        self.most = self.gauge("gateway_database_connections_limit", "Database connections at most.")
        self.waiting = self.gauge("gateway_database_waiting", "Who waits for a database connection.")
        self.writers = self.gauge("gateway_database_waiting_writers", "Writers of SQLite who wait for their turn.")
        self.memory = self.gauge("gateway_memory_bytes", "Resident memory of the server's processes.")
        self.requests: dict[tuple[str, str, int], Times] = {}
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
        of.add(seconds)
        of.statements += len(work.statements)
        of.size += work.size
        of.cost += work.cost
        for code in work.codes:
            self.errors.labels(of.name, code).inc()

    def count_request(self, asked: tuple[str, str, int], seconds: float) -> None:
        if asked not in self.requests:
            self.requests[asked] = Times(self.request_seconds.labels(*asked))
        self.requests[asked].add(seconds)

    def of(self, name: str) -> OfOperation:
        """What is counted under a name: that of all others where it comes too late to have its own."""
        if len(self.operations) >= MOST_NAMES and name != OTHER:
            return self.operations.get(OTHER) or self.of(OTHER)
        counters = (counter.labels(name) for counter in (self.statements, self.size, self.cost))
        made = OfOperation(name, self.operation_seconds.labels(name), *counters)
        self.operations[name] = made
        return made

    def measure(self) -> None:
        """Tells what was counted, and takes the numbers that rise and fall as they are at this moment."""
        for times in (*self.requests.values(), *self.operations.values()):
            times.tell()
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
