"""How long an invoice takes to render, and what it does to other requests.

`python -m tests.benchmarks.invoices` tells; nothing here passes or fails.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from app.pdf.invoices.rendering_processes import InvoiceRenderer
from tests.pdf.invoices.samples import ACCOUNT, ISSUED_AT, LINES, fullest, with_lines
from tests.servers import RunningServer, gateway_cli

TURNS = 7
ROUNDS, SECONDS, RENDERS = 3, 8, 8
Latencies = tuple[float, float, int]  # the median and the 99th of 100 in milliseconds, and of how many
ROOT = "/api/v1/ingest"


def different(count: int, turn: int) -> dict[str, Any]:
    """An invoice of so many lines, of which none was rendered before: typst remembers what it was given."""
    lines = [
        {
            **LINES[n % len(LINES)],
            "line_num_col": str(n + 1),
            "item_code_col": f"NW-{turn}-{n}",
            "desc_col": f"Part {n * 7919 + turn}, as ordered",
            "net_amount_col": str(n + turn),
        }
        for n in range(count)
    ]
    return {**with_lines(lines), "invoice_num": f"{turn}-{count}"}


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def timed(renderers: InvoiceRenderer, document: dict[str, Any]) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        size, _ = await renderers.render(document, ACCOUNT, ISSUED_AT, Path(folder) / "invoice.pdf")
        return time.perf_counter() - began, size


async def report(renderers: InvoiceRenderer, name: str, document: Callable[[int], dict[str, Any]]) -> None:
    found = sorted([await timed(renderers, document(turn)) for turn in range(TURNS)])
    best, middle = found[0][0] * 1000, statistics.median(took for took, _ in found) * 1000
    tell(f"{name:24} {best:6.0f} ms at best, {middle:6.0f} in the middle; {found[0][1] / 1000:6.0f} kB")


async def alone() -> None:
    """What invoices take of which nothing else is asked."""
    renderers = InvoiceRenderer()
    began, _ = await timed(renderers, different(3, 99))
    tell(f"{'the first of all':24} {began * 1000:6.0f} ms, a process started and fonts looked up")
    await report(renderers, "one page, 3 lines", lambda turn: different(3, turn))
    await report(renderers, "100 lines", lambda turn: different(100, turn))
    await report(renderers, "1,000 lines", lambda turn: different(1000, turn))
    await report(renderers, "every element, 3 lines", lambda turn: {**fullest(), "invoice_num": str(turn)})
    await renderers.close()


QUERY = """query($number: String!) { account(accountNumber: $number) { name documents { nodes { openAmount } } } }"""
BUSY = "import time\nwhile True: time.time()"


@contextmanager
def serving(folder: Path) -> Iterator[httpx.Client]:
    """A client of a server with one account and one document, whose invoice has a thousand lines."""
    env = {"GATEWAY_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'gateway.db'}"}
    made = json.loads(gateway_cli("tenants", "create", "acme", "--json", env=env, folder=folder))
    with (
        RunningServer(env, folder) as server,
        httpx.Client(base_url=server.url, headers={"X-API-Key": made["apiKey"]}, timeout=60, trust_env=False) as http,
    ):
        http.post(f"{ROOT}/accounts/A-1", json={"name": "Acme"}).raise_for_status()
        http.post(f"{ROOT}/documents/D-1", json=document()).raise_for_status()
        yield http


def document() -> dict[str, Any]:
    lines = different(1000, 0)["thick_billing"]["detail"]
    detail = [{name.upper(): value for name, value in line.items()} for line in lines]
    dates = {"account_number": "A-1", "invoice_date": "2026-01-05", "due_date": "2026-02-04"}
    return {**dates, "invoicing_detail": {"DETAIL": detail}}


def render_again(http: httpx.Client, turn: int) -> None:
    """A new version of the account, which the invoice names, and its PDF."""
    http.patch(f"{ROOT}/accounts/A-1", json={"name": f"Acme {turn}"}).raise_for_status()
    http.get(f"{ROOT}/documents/D-1/attachments").raise_for_status()


def latencies(http: httpx.Client, ended: Callable[[], bool]) -> Latencies:
    """What a small query takes that is asked again and again."""
    took = []
    body = {"query": QUERY, "variables": {"number": "A-1"}}
    while not ended():
        before = time.perf_counter()
        http.post("/graphql", json=body).raise_for_status()
        took.append((time.perf_counter() - before) * 1000)
        time.sleep(0.005)
    took.sort()
    return statistics.median(took), took[int(len(took) * 0.99) - 1], len(took)


def beside() -> None:
    """What other requests take while invoices render, beside an equal load elsewhere: a process that is busy."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as http, client_of(http) as other:
        render_again(other, 0)
        for turn in range(ROUNDS):
            usual = elsewhere(http)
            found = rendering(http, other, turn)
            tell(
                f"other requests: load elsewhere p50 {usual[0]:.1f} p99 {usual[1]:.1f} ms of {usual[2]}, rendering "
                f"p50 {found[0]:.1f} p99 {found[1]:.1f} ms of {found[2]}: {found[1] / usual[1]:.2f} times"
            )


def elsewhere(http: httpx.Client) -> Latencies:
    busy = subprocess.Popen([sys.executable, "-c", BUSY])
    end = time.perf_counter() + SECONDS
    try:
        return latencies(http, lambda: time.perf_counter() > end)
    finally:
        busy.kill()
        busy.wait()


def rendering(http: httpx.Client, other: httpx.Client, turn: int) -> Latencies:
    def render_some() -> None:
        for n in range(RENDERS):
            render_again(other, 1 + turn * RENDERS + n)

    thread = threading.Thread(target=render_some)
    thread.start()
    found = latencies(http, lambda: not thread.is_alive())
    thread.join()
    return found


def client_of(http: httpx.Client) -> httpx.Client:
    """Another of the same caller."""
    return httpx.Client(base_url=http.base_url, headers=http.headers, timeout=60, trust_env=False)


def main() -> None:
    asyncio.run(alone())
    beside()


if __name__ == "__main__":
    main()
