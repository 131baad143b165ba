"""What one more level, one more field and one more row cost a query on Postgres: each alone is made to grow, and a line
is fitted to the times. `python -m tests.benchmarks.growth` prints the table of the README."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import correlation, linear_regression

import httpx
import orjson

from tests.benchmarks.grounds import grounds
from tests.benchmarks.ledger import Size
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


def best(client: httpx.Client, text: str, times: int) -> float:
    """The time of the quickest of so many requests in a row, in microseconds."""
    body = orjson.dumps({"query": text})
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        response = client.post("/graphql", content=body)
        taken.append(time.perf_counter() - started)
        assert b'"errors"' not in response.content[:20], response.text[:500]
    return min(taken) * 1e6


def line(growth: Growth, client: httpx.Client, times: int) -> str:
    found = [best(client, growth.text(step), times) for step in growth.steps]
    slope = linear_regression(growth.steps, found).slope
    fit = correlation(growth.steps, found) ** 2
    return f"| {growth.name} | {slope:.1f} µs | {fit:.3f} | {growth.steps[0]} … {growth.steps[-1]} |"


def main() -> None:
    known = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth", description=__doc__)
    known.add_argument("--times", type=int, default=200, help="requests for each step, of which the quickest counts")
    options = known.parse_args()
    size = Size()
    with tempfile.TemporaryDirectory() as name, grounds(size, Path(name)) as base:
        running = gateway(OURS, base.urls["postgres"], base.keys["postgres"], size, Path(name), on_postgres=True)
        with running as target:
            headers = {"Content-Type": "application/json", **target.headers}
            address = f"http://127.0.0.1:{target.port}"
            with httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False) as client:
                lines = [line(growth, client, options.times) for growth in GROWTHS]
    sys.stdout.write("| | costs | fit to a line, R² | measured at |\n|---|--:|--:|---|\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
