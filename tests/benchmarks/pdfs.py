"""Measures what PDFs cost a running server, and fails over a bound: `python -m tests.benchmarks.pdfs`.

100 downloads of a 50 MB file at once, half of them by clients that read slowly, in less than 300 MB of memory;
appending 200 pages in less than half a second.
"""

import asyncio
import hashlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.pdfs import as_sent, made, pdf, stream
from tests.servers import RunningServer, gateway_cli

DOWNLOADS = 100
SIZE = 50_000_000
MOST_MEMORY = 300  # mebibytes
MOST_SECONDS = 0.5
ROOT = "/api/v1/ingest"
DOCUMENT = {"account_number": "A", "invoice_date": "2026-05-12", "due_date": "2026-06-11"}


def large_pdf() -> bytes:
    document = made("page")
    document.Root.Picture = stream(document, os.urandom(SIZE))
    return as_sent(document)


def memory(pid: int, word: str) -> int:
    """The memory of the server and the processes it started, in mebibytes: VmRSS now, VmHWM at most."""
    statuses = (Path(f"/proc/{each}/status").read_text() for each in family(pid))
    return (
        sum(int(line.split()[1]) for status in statuses for line in status.splitlines() if line.startswith(word))
        // 1024
    )


def family(pid: int) -> list[int]:
    return [pid, *(int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def forget_peak(pid: int) -> None:
    for each in family(pid):
        Path(f"/proc/{each}/clear_refs").write_text("5")


class Caller:
    """One tenant at a running server."""

    def __init__(self, http: httpx.AsyncClient, connection_id: str) -> None:
        self.http = http
        self.connection_id = connection_id

    async def push(self, number: str, content: bytes, query: str = "") -> tuple[str, float]:
        """The address of the stored file, and the seconds it took."""
        (await self.http.put(f"{ROOT}/documents/{number}", json=DOCUMENT)).raise_for_status()
        path = f"/api/v1/pdf-ingestion/pdf/{self.connection_id}/ingest_documents/{number}{query}"
        started = time.perf_counter()
        response = await self.http.post(path, content=content, headers={"Content-Type": "application/pdf"})
        seconds = time.perf_counter() - started
        response.raise_for_status()
        return f"{ROOT}/documents/{number}/attachments/{response.json()['id']}", seconds

    async def download(self, path: str, pause: float) -> str:
        """The hash of what came, chunk by chunk."""
        digest = hashlib.sha256()
        async with self.http.stream("GET", path) as response:
            response.raise_for_status()
            async for chunk in response.aiter_bytes(1 << 20):
                digest.update(chunk)
                await asyncio.sleep(pause)
        return digest.hexdigest()


async def measure(url: str, key: str, connection_id: str, pid: int) -> list[str]:
    """What was measured, in words; with what is over its bound."""
    limits = httpx.Limits(max_connections=DOWNLOADS)
    options = {"base_url": url, "headers": {"X-API-Key": key}, "timeout": 300, "limits": limits, "trust_env": False}
    async with httpx.AsyncClient(**options) as http:  # type: ignore[arg-type]
        caller = Caller(http, connection_id)
        (await http.put(f"{ROOT}/accounts/A", json={"name": "Acme"})).raise_for_status()
        return [*await downloads(caller, pid), *await appends(caller)]


async def downloads(caller: Caller, pid: int) -> list[str]:
    content = large_pdf()
    before = memory(pid, "VmRSS")
    path, seconds = await caller.push("LARGE", content)
    say(f"pushing {len(content) / 1e6:.0f} MB: {seconds:.2f} s, {before} MiB before, {memory(pid, 'VmHWM')} at most")
    digest = hashlib.sha256(content).hexdigest()
    forget_peak(pid)
    started = time.perf_counter()
    got = await asyncio.gather(*(caller.download(path, 0.02 * (n % 2)) for n in range(DOWNLOADS)))
    seconds, most = time.perf_counter() - started, memory(pid, "VmHWM")
    say(f"{DOWNLOADS} downloads at once: {seconds:.1f} s, {most} MiB at most")
    faults = [] if set(got) == {digest} else ["a download was not the file"]
    return faults if most < MOST_MEMORY else [*faults, f"{most} MiB is over {MOST_MEMORY}"]


async def appends(caller: Caller) -> list[str]:
    pages = pdf(*(f"page {n} " * 200 for n in range(200)))
    await caller.push("LONG", pages)
    taken = [(await caller.push("LONG", pages, "?append=true"))[1] for _ in range(5)]
    say(f"appending 200 pages to 200 … 1,000: {', '.join(f'{seconds:.2f}' for seconds in taken)} s")
    return [] if taken[0] < MOST_SECONDS else [f"{taken[0]:.2f} s is over {MOST_SECONDS}"]


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = {"GATEWAY_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'gateway.db'}"}
        tenant = json.loads(gateway_cli("tenants", "create", "acme", "--json", env=env, folder=folder))
        with RunningServer(env, folder) as server:
            faults = asyncio.run(measure(server.url, tenant["apiKey"], tenant["connectionId"], server.pid))
    if faults:
        raise SystemExit("\n".join(faults))


if __name__ == "__main__":
    main()
