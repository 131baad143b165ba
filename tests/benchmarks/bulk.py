"""Bulk writes and exports of documents beside a script of single writes, and beside COPY of the bare rows as the limit:
`python -m tests.benchmarks.bulk --rows 100000`. On each database: rows a second of each way, and the server's memory.

The bare rows are those that the import has made, copied into an empty table of another database: on Postgres by COPY,
on SQLite by one INSERT in one transaction. Everything shares the machine."""

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # has no types
import httpx
from sqlalchemy.engine import make_url

from app.auth.api_keys import create_tenant
from app.domain.enums import Product
from app.storage.database.engine import Database
from app.storage.migrations.migrate import migrate
from app.storage.tables import ACCOUNTS, DOCUMENTS
from tests.benchmarks.processes import memory, repeating
from tests.postgres import PostgresServer, open_postgres
from tests.servers import COMMAND, RunningServer

ACCOUNT_COUNT = 2_000
CONNECTIONS = 8  # of the script of single writes
BULK_WRITE = 500  # documents of one bulkWrite
INPUT = "mutation($writes: [WriteInput!]!) { bulkWrite(writes: $writes) { written failed } }"


def arguments() -> argparse.Namespace:
    known = argparse.ArgumentParser(prog="python -m tests.benchmarks.bulk", description=__doc__)
    known.add_argument("--rows", type=int, default=1_000_000, help="documents to import and export (%(default)s)")
    known.add_argument("--singles", type=int, default=2_000, help="documents to write one by one (%(default)s)")
    known.add_argument("--database", choices=("postgres", "sqlite"), help="both where left out")
    return known.parse_args()


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def document(number: int, prefix: str = "D") -> dict[str, Any]:
    """A document of ten fields."""
    return {
        "document_number": f"{prefix}{number:08}",
        "account_number": f"A{number % ACCOUNT_COUNT:05}",
        "invoice_num": f"INV-{number:08}",
        "invoice_date": "2026-05-12",
        "due_date": "2026-06-11",
        "po_number": f"PO-{number % 977}",
        "description": "Work done in May, as agreed",
        "currency": "USD",
        "original_denomination": f"{number % 10_000}.25",
        "denomination": f"{number % 10_000 + 1}.25",
    }


@dataclass(slots=True)
class Bench:
    """One server on one database, with what was measured."""

    server: RunningServer
    folder: Path
    key: str
    rows: int
    measured: dict[str, tuple[int, float]] = field(default_factory=dict)  # rows and seconds
    peak: float = 0.0  # of the server's memory, in mebibytes
    total: int = 0  # documents in the end

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.server.url, headers={"X-API-Key": self.key}, timeout=600, trust_env=False)

    def note(self, name: str, rows: int, began: float) -> None:
        seconds = time.monotonic() - began
        self.measured[name] = rows, seconds
        tell(f"  {name:32} {rows:>9,} rows {seconds:8.1f} s {rows / seconds:>9,.0f} rows/s")

    def command(self, *words: str) -> None:
        env = {"GATEWAY_URL": self.server.url, "GATEWAY_API_KEY": self.key, "PATH": "/usr/bin:/bin", "PYTHONPATH": "."}
        subprocess.run([*COMMAND, *words], env=env, check=True, stdout=subprocess.DEVNULL)

    def write(self, name: str, rows: Iterator[dict[str, Any]]) -> str:
        path = self.folder / name
        with path.open("w") as file:
            file.writelines(f"{json.dumps(row)}\n" for row in rows)
        return str(path)

    def run(self, singles: int) -> None:
        accounts = ({"account_number": f"A{n:05}", "name": f"Account {n}"} for n in range(ACCOUNT_COUNT))
        self.command("import", self.write("accounts.ndjson", accounts))
        self.single_writes(singles)
        self.bulk_writes()
        self.watched_import()
        self.exports()

    def single_writes(self, count: int) -> None:
        """What a script reaches that writes one by one over some connections."""

        def put(number: int) -> None:
            row = document(number, "S")
            answer = client.put(f"/api/v1/ingest/documents/{row['document_number']}", json=row)
            assert answer.status_code == 201, answer.text

        with self.client() as client, ThreadPoolExecutor(CONNECTIONS) as pool:
            began = time.monotonic()
            list(pool.map(put, range(count)))
            self.note("single writes", count, began)

    def bulk_writes(self, times: int = 10) -> None:
        with self.client() as client:
            began = time.monotonic()
            for turn in range(times):
                rows = (document(turn * BULK_WRITE + n, "B") for n in range(BULK_WRITE))
                writes = [{"createDocument": as_graphql(row)} for row in rows]
                body = client.post("/graphql", json={"query": INPUT, "variables": {"writes": writes}}).json()
                assert body.get("data", {}).get("bulkWrite") == {"written": BULK_WRITE, "failed": 0}, body
            self.note(f"bulkWrite of {BULK_WRITE}", times * BULK_WRITE, began)

    def watched_import(self) -> None:
        path = self.write("documents.ndjson", (document(n) for n in range(self.rows)))
        with repeating(0.5, self.note_memory):
            began = time.monotonic()
            self.command("import", path)
            self.note("import", self.rows, began)
        tell(f"  {'server memory at most':32} {self.peak:9.0f} MiB")

    def exports(self) -> None:
        for form in ("ndjson", "csv", "arrow", "parquet"):
            rows = 0
            with self.client() as client, repeating(0.5, self.note_memory):
                began = time.monotonic()
                with client.stream("GET", f"/api/v1/bulk/documents?format={form}") as answer:
                    for data in answer.iter_raw():
                        rows += data.count(b"\n")
                self.total = self.total or rows  # of the first format, which has a line for each
                self.note(f"export {form}", self.total, began)
        tell(f"  {'server memory at most':32} {self.peak:9.0f} MiB")

    def note_memory(self) -> None:
        self.peak = max(self.peak, memory(self.server.pid))


def as_graphql(row: dict[str, Any]) -> dict[str, Any]:
    """A document as an argument of bulkWrite."""
    camel = {name: "".join([name.split("_")[0], *map(str.capitalize, name.split("_")[1:])]) for name in row}
    amounts = {"currency", "original_denomination", "denomination"}
    values = {camel[name]: value for name, value in row.items() if name not in ("document_number", *amounts)}
    basic = {camel[name]: row[name] for name in amounts}
    return {
        "documentNumber": row["document_number"],
        "input": {"combined": {**values, "amounts": {"basic": basic}}},
    }


async def prepared(url: str) -> str:
    """A new tenant's key in a database that gets its schema."""
    database = Database(url, administers=True)
    await migrate(database)
    _, key = await create_tenant(database, "acme", tuple(Product))
    await database.dispose()
    return key


async def copied_on_postgres(url: str, other: str) -> tuple[int, float]:
    """COPY of the documents, and of nothing else, into an empty database; rows and seconds."""
    source, target = [await asyncpg.connect(each.replace("+asyncpg", "")) for each in (url, other)]
    with tempfile.TemporaryDirectory() as folder:
        for table in (ACCOUNTS.name, DOCUMENTS.name):
            file = Path(folder) / table
            await source.copy_from_table(table, output=file, format="binary")
            began = time.monotonic()
            told = await target.copy_to_table(table, source=file, format="binary")
    seconds = time.monotonic() - began
    await source.close()
    await target.close()
    return int(told.split()[-1]), seconds


async def copied_on_sqlite(url: str, other: str) -> tuple[int, float]:
    """The same of SQLite."""
    source = make_url(url).database
    database = Database(other, administers=True)
    async with database.writer.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.execute("ATTACH ? AS source", (source,))
        await driver.execute("INSERT INTO accounts SELECT * FROM source.accounts")
        began = time.monotonic()
        await driver.execute("BEGIN IMMEDIATE")
        cursor = await driver.execute("INSERT INTO documents SELECT * FROM source.documents")
        rows = cursor.rowcount
        await driver.execute("COMMIT")
        seconds = time.monotonic() - began
        await connection.invalidate()
    await database.dispose()
    return rows, seconds


async def copied(url: str, other: str) -> tuple[int, float]:
    await prepared(other)
    return await (copied_on_sqlite if url.startswith("sqlite") else copied_on_postgres)(url, other)


async def urls(server: PostgresServer | None, folder: Path) -> tuple[str, str]:
    """Two new databases."""
    if server is None:
        return f"sqlite+aiosqlite:///{folder / 'bulk.db'}", f"sqlite+aiosqlite:///{folder / 'limit.db'}"
    return await server.create_database("bulk"), await server.create_database("limit_of_bulk")


def measure(name: str, asked: argparse.Namespace) -> Bench:
    tell(f"{name}:")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bulk-")))
        server = stack.enter_context(open_postgres()) if name == "postgres" else None
        url, other = asyncio.run(urls(server, folder))
        key = asyncio.run(prepared(url))
        with RunningServer({"GATEWAY_DATABASE_URL": url}, folder) as running:
            bench = Bench(running, folder, key, asked.rows)
            bench.run(asked.singles)
        rows, seconds = asyncio.run(copied(url, other))
        bench.note("COPY of the bare rows", rows, time.monotonic() - seconds)
    return bench


def markdown(found: dict[str, Bench]) -> str:
    """What was measured, as a table of the guide."""
    names = list(next(iter(found.values())).measured)
    lines = ["| rows/s | " + " | ".join(found) + " |", "|---|" + "--:|" * len(found)]
    for name in names:
        rates = (rows / seconds for rows, seconds in (bench.measured[name] for bench in found.values()))
        lines.append(f"| {name} | " + " | ".join(f"{rate:,.0f}" for rate in rates) + " |")
    lines.append("| server memory, MiB | " + " | ".join(f"{bench.peak:.0f}" for bench in found.values()) + " |")
    return "\n".join(lines)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    asked = arguments()
    names = [asked.database] if asked.database else ["postgres", "sqlite"]
    tell("\n" + markdown({name: measure(name, asked) for name in names}))


if __name__ == "__main__":
    main()
