"""Asks a server of one worker, and of one database connection, so that it is known how often that connection has run a
statement: the first runs Postgres plans for their values, later ones perhaps for any."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import orjson

from tests.benchmarks.scale.reads import Read
from tests.benchmarks.targets import SLOWEST_START
from tests.servers import RunningServer, ServerError

RUNS = 15
COLD, WARM = slice(1, 6), slice(10, RUNS)  # the runs that count; before the first the operation is planned and prepared
PLANS_DECIDED = 8  # runs, after which a connection has decided between its plans
PATIENCE = 4.0  # seconds, after which what has become clear is not run any more
SETTINGS = {
    "GATEWAY_LOG_LEVEL": "error",
    "GATEWAY_POOL_SIZE": "1",
    "GATEWAY_MAX_SECONDS": "600",
    "GATEWAY_SLOW_SECONDS": "3600",  # what is slow would be explained, too
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What a read took, in milliseconds: with a plan for its values, and with the one that a warm server has. `rows`:
    of all lists in the answer; `points`: what it was charged."""

    name: str
    cold: float
    warm: float
    rows: int
    points: int

    @property
    def worst(self) -> float:
        return max(self.cold, self.warm)


class Asking:
    """A client of a running server."""

    def __init__(self, port: int, key: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=900)
        self.headers = {"X-API-Key": key, "Content-Type": "application/json", "X-Gateway-Cost": "true"}

    def measured(self, read: Read) -> Measured:
        """Raises ServerError where the read is refused."""
        times: list[float] = []
        answer: dict[str, Any] = {}
        while len(times) < RUNS and not (sum(times) > PATIENCE and len(times) >= enough(times)):
            body = orjson.dumps({"query": read.text, "variables": read.variables(len(times))})
            before = perf_counter()
            answer = self.answer(body)
            times.append((perf_counter() - before) * 1e3)
            check(read, answer)
        cold, warm = times[COLD] or times, times[WARM] or times[-3:]
        cost = answer["extensions"]["cost"]
        points = cost.get("charged", cost["requested"])
        return Measured(read.name, median(cold), median(warm), rows_of(answer["data"]), points)

    def answer(self, body: bytes) -> dict[str, Any]:
        self.connection.request("POST", "/graphql", body, self.headers)
        found: dict[str, Any] = orjson.loads(self.connection.getresponse().read())
        return found


def enough(times: list[float]) -> int:
    """How many runs of what is slow are enough: of what takes longer than patience two, else some with each plan."""
    return 2 if max(times) > PATIENCE * 1e3 else PLANS_DECIDED


def check(read: Read, answer: dict[str, Any]) -> None:
    refused = answer.get("errors") or [
        error for value in answer["data"].values() if read.writes for error in value["userErrors"]
    ]
    if refused:
        raise ServerError(f"{read.name}: {refused}")


def rows_of(value: Any) -> int:
    """The rows in all lists of an answer: lists of words are none."""
    if isinstance(value, dict):
        return sum(map(rows_of, value.values()))
    return sum(isinstance(one, dict) + rows_of(one) for one in value) if isinstance(value, list) else 0


@contextmanager
def serving(url: str, key: str, folder: Path, settings: Mapping[str, str] = SETTINGS) -> Iterator[Asking]:
    env = {"GATEWAY_DATABASE_URL": url, "GATEWAY_BLOB_URL": f"file://{folder}/blobs", **settings}
    with RunningServer(env, folder, seconds=SLOWEST_START) as server:
        yield Asking(server.port, key)
