"""What the benchmark stands on: a Postgres of its own that keeps what it commits, an SQLite file, and the ledger in
both."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from app.storage.database.engine import Database
from tests.benchmarks.ledger import Size, fill
from tests.benchmarks.processes import processor_seconds
from tests.postgres import LaunchedPostgres, open_postgres

NAME = "benchmark"
# As a server would have them: above all, a commit waits for the disk.
SETTINGS = {"fsync": "on", "shared_buffers": "512MB", "work_mem": "16MB", "max_wal_size": "2GB"}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Grounds:
    """The databases by name, the key of the tenant in each, and the process of Postgres where it is known."""

    urls: dict[str, str]
    keys: dict[str, str]
    postgres_pid: int | None

    def postgres_cpu(self) -> float:
        return 0.0 if self.postgres_pid is None else processor_seconds(self.postgres_pid)

    def tidy(self) -> None:
        """Takes the written documents away again, so that every round finds the same tables."""
        for url in self.urls.values():
            asyncio.run(with_database(url, take_away))


async def with_database(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    database = Database(url, administers=True)
    try:
        return await work(database)
    finally:
        await database.dispose()


async def take_away(database: Database) -> None:
    async with database.writing() as connection:
        for table in ("status_transitions", "documents"):
            await connection.execute(sa.text(f"DELETE FROM {table} WHERE document_number LIKE 'W-%'"))


async def compact(database: Database) -> None:
    if database.is_sqlite:
        return
    async with database.writer.connect() as connection:
        free = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await free.execute(sa.text("VACUUM ANALYZE"))


@contextmanager
def grounds(size: Size, folder: Path) -> Iterator[Grounds]:
    with open_postgres(SETTINGS) as server:
        asyncio.run(server.create_database(NAME))
        urls = {"postgres": server.url(NAME), "sqlite": f"sqlite+aiosqlite:///{folder / 'benchmark.db'}"}
        keys = {
            name: asyncio.run(with_database(url, lambda database: fill(database, size))) for name, url in urls.items()
        }
        asyncio.run(with_database(urls["postgres"], compact))
        pid = server.pid if isinstance(server, LaunchedPostgres) else None
        try:
            yield Grounds(urls, keys, pid)
        finally:
            asyncio.run(server.drop_database(NAME))
