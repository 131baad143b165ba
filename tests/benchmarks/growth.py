"""What one more level, one more field and one more row cost a query on Postgres, in processor time of server and
database together: each alone is made to grow, and a line is fitted. `python -m tests.benchmarks.growth` prints the
table of the guide's page on performance."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import correlation, linear_regression

import httpx
import orjson

from tests.benchmarks.grounds import grounds
from tests.benchmarks.ledger import Size
from tests.benchmarks.processes import processor_seconds
from tests.benchmarks.targets import OURS, gateway

FIELDS = [
    "documentNumber",
    "documentType",
    "status",
    "invoiceDate",
    "dueDate",
    "currency",
    "originalDenomination",
    "denomination",
    "openAmount",
    "openCurrency",
    "freightAmount",
    "discountAmount",
    "poNumber",
    "invoiceNum",
    "description",
    "branchName",
    "shipToAddressCity",
    "currencyModel",
    "version",
    "accountNumber",
]
WARM_UP = 10  # requests


@dataclass(frozen=True, slots=True)
class Growth:
    """One thing that grows: its name, the steps, and the operation at each step."""

    name: str
    steps: Sequence[int]
    text: Callable[[int], str]


def rows(count: int) -> str:
    return f"{{ documents(first: {count}) {{ nodes {{ {' '.join(FIELDS[:10])} }} }} }}"


def fields(count: int) -> str:
    return f"{{ documents(first: 1000) {{ nodes {{ {' '.join(FIELDS[:count])} }} }} }}"


def levels(count: int) -> str:
    """Ten documents, then account and documents by turns, ever one row on from each."""
    inside = "documentNumber"
    for turn in reversed(range(count)):
        inside = (
            f"documentNumber account {{ accountNumber {inside if turn + 1 < count else ''} }}"
            if turn % 2 == 0
            else f"documents(first: 1) {{ nodes {{ {inside} }} }}"
        )
    return f"{{ documents(first: 10) {{ nodes {{ {inside} }} }} }}"


GROWTHS = (
    Growth("one more row of 10 fields", (100, 250, 400, 550, 700, 850, 1000), rows),
    Growth("one more field of 1,000 rows", (2, 5, 8, 11, 14, 17, 20), fields),
    Growth("one more level below 10 rows", (1, 3, 5, 7, 9, 11, 13), levels),
)


@dataclass(slots=True)
class Asked:
    """One step of a growth, and the processor time that its requests have taken."""

    text: str
    requests: int = 0
    seconds: float = 0.0

    @property
    def cost(self) -> float:
        """Of one request, in microseconds."""
        return self.seconds / self.requests * 1e6

    def ask(self, client: httpx.Client, times: int, spent: Callable[[], float]) -> None:
        body = orjson.dumps({"query": self.text})
        before = spent()
        for _ in range(times):
            response = client.post("/graphql", content=body)
            assert b'"errors"' not in response.content[:20], response.text[:500]
        self.requests += times
        self.seconds += spent() - before


def ask_all(asked: Sequence[Asked], client: httpx.Client, rounds: int, times: int, spent: Callable[[], float]) -> None:
    """Asks in rounds, so that what else the machine does falls on all steps alike."""
    for _ in range(rounds):
        for one in asked:
            one.ask(client, times, spent)


def line(growth: Growth, asked: Sequence[Asked]) -> str:
    found = [one.cost for one in asked]
    slope, start = linear_regression(growth.steps, found)
    fit = correlation(growth.steps, found) ** 2
    return f"| {growth.name} | {slope:.1f} µs | {start:.0f} µs | {fit:.3f} | {growth.steps[0]} … {growth.steps[-1]} |"


def main() -> None:
    known = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth", description=__doc__)
    known.add_argument("--rounds", type=int, default=5)
    known.add_argument("--times", type=int, default=100, help="requests for each step of a round")
    options = known.parse_args()
    size = Size()
    steps = {growth: [Asked(growth.text(step)) for step in growth.steps] for growth in GROWTHS}
    every = [one for asked in steps.values() for one in asked]
    with tempfile.TemporaryDirectory() as name, grounds(size, Path(name)) as base:
        running = gateway(OURS, base.urls["postgres"], base.keys["postgres"], size, Path(name), on_postgres=True)
        with running as target:

            def spent() -> float:
                return processor_seconds(target.pid) + base.postgres_cpu()

            headers = {"Content-Type": "application/json", **target.headers}
            address = f"http://127.0.0.1:{target.port}"
            with httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False) as client:
                ask_all([Asked(one.text) for one in every], client, 1, WARM_UP, lambda: 0.0)
                ask_all(every, client, options.rounds, options.times, spent)
    sys.stdout.write("| | costs | the rest | fit to a line, R² | measured at |\n|---|--:|--:|--:|---|\n")
    sys.stdout.write("".join(f"{line(growth, asked)}\n" for growth, asked in steps.items()))


if __name__ == "__main__":
    main()
