"""All attackers together for a while: how much memory the server and its children take, and how much they keep."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import orjson

from tests.benchmarks.fairness.attackers import invoice_name
from tests.benchmarks.fairness.grounds import OTHER, ROOT, Ground, Running
from tests.benchmarks.fairness.load import attacked, served, watched
from tests.benchmarks.fairness.open_loop import Served
from tests.benchmarks.processes import proportional_memory

MOST_MEMORY = 400.0  # mebibytes, of the server and its children
MOST_KEPT = 1.20  # of what a server has whose caches are full
TEXTS = 100  # large ones, so many that they fill every cache of texts and plans; fewer where a soak is only tried
LOOK_UPS = 60  # in each of them
REST_SECONDS = 60.0  # most, for the memory to be given back
COLUMNS = "accountNumber name displayReference currency language phone fax email paymentTerms creditLimit vat"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Memory in mebibytes: of a server with full caches, at most beside the attackers, and afterwards."""

    database: str
    minutes: float
    full: float
    peak: float
    after: float
    requests: int
    honest: Served

    @property
    def bounded(self) -> bool:
        return self.peak <= MOST_MEMORY and self.after <= MOST_KEPT * self.full

    @property
    def told(self) -> str:
        verdict = "bounded" if self.bounded else "UNBOUNDED"
        return (
            f"all attackers for {self.minutes:g} minutes on {self.database}, {self.requests:,} requests: memory "
            f"{self.full:.0f} MiB with full caches, {self.peak:.0f} MiB at most (meant: {MOST_MEMORY:.0f}), "
            f"{self.after:.0f} MiB afterwards ({self.after / self.full:.2f} times; meant: {MOST_KEPT:.2f}); another "
            f"tenant: p50 {self.honest.p50:,.0f} ms, p99 {self.honest.p99:,.0f} ms, {self.honest.errors} of "
            f"{self.honest.requests} requests failed: {verdict}"
        )


def soak(ground: Ground, names: Sequence[str], seconds: float) -> Outcome:
    full = full_caches(ground, min(TEXTS, 1 + int(seconds)))
    with ground.running() as running, ThreadPoolExecutor() as threads:
        with watched(running.pid) as samples:
            attack = threads.submit(attacked, running, names, seconds)
            honest = served(running, ["S"], seconds)["S"]
            done = attack.result()
        after = rested(running, full)
    peak = max(after, *(sample.memory for sample in samples))
    return Outcome(ground.database, seconds / 60, full, peak, after, done.requests, honest)


def full_caches(ground: Ground, texts: int) -> float:
    """The memory of a new server that has been sent so many large texts, and has rendered an invoice."""
    with ground.running() as running:
        address = f"http://127.0.0.1:{running.port}"
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as http:
            headers = {"X-API-Key": ground.keys[OTHER], "Content-Type": "application/json"}
            for number in range(texts):
                body = orjson.dumps({"query": large_text(number)})
                http.post("/graphql", content=body, headers=headers).raise_for_status()
            http.get(f"{ROOT}/documents/{invoice_name(0)}/attachments", headers=headers).raise_for_status()
        return proportional_memory(running.pid)


def large_text(number: int) -> str:
    look_ups = (f'a{n}: account(accountNumber: "{number}-{n}") {{ {COLUMNS} }}' for n in range(LOOK_UPS))
    return f"{{ {' '.join(look_ups)} }}"


def rested(running: Running, full: float) -> float:
    """The memory once the attackers are gone, as soon as it is within its bound, or after a while."""
    deadline = time.monotonic() + REST_SECONDS
    while (found := proportional_memory(running.pid)) > MOST_KEPT * full and time.monotonic() < deadline:
        time.sleep(1)
    return found
