"""Snapshots: one state of the database, read row by row for as long as it takes. Each has a connection of its own
beside the pool, which short statements would have to wait for otherwise; at most as many as the pool has."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.storage.database.compat_aiosqlite import run_in_thread
from app.storage.database.connection_shares import ConnectionShares, ConnectionTurn
from app.storage.database.row_level_security import ENTER
from app.storage.database.time_limits import set_deadline

Sink = Callable[[bytes], Awaitable[None]]  # takes whole lines

MAX_SECONDS = 30 * 24 * 3600.0  # of a copy: the driver knows no other way to say that there is no limit
ROWS_PER_FETCH = 500  # of SQLite, whose thread makes their text meanwhile
CHUNK_BYTES = 2**18
# Characters that no JSON text has, so that Postgres quotes nothing.
LINES = {"format": "csv", "delimiter": "\x02", "quote": "\x03"}
KEEP_INDEX_ORDER = sa.text("SET LOCAL enable_sort = off")  # to sort millions of rows would fill the disk first


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the database, on a connection that has entered a tenant."""

    connection: AsyncConnection
    is_sqlite: bool

    async def copy_lines(self, text: str, arguments: Sequence[Any], sink: Sink, *, is_ordered: bool = False) -> None:
        """Hands the one text of each row to the sink, as lines and many at once. Reads on when the sink has returned.
        `is_ordered` says that an index has the rows in the order that is asked for."""
        driver: Any = (await self.connection.get_raw_connection()).driver_connection
        if self.is_sqlite:
            await copy_from_sqlite(driver, text, arguments, sink)
            return
        if is_ordered:
            await self.connection.execute(KEEP_INDEX_ORDER)

        try:
            await driver.copy_from_query(text, *arguments, output=sink, timeout=MAX_SECONDS, **LINES)
        except BaseException:
            driver.terminate()  # what Postgres answers to the end of the statement would find nobody who waits for it
            raise


async def copy_from_sqlite(driver: Any, text: str, arguments: Sequence[Any], sink: Sink) -> None:
    """The same of SQLite, all of whose work is done in the connection's thread."""
    cursor = await run_in_thread(driver, lambda plain: plain.execute(text, arguments))
    try:
        while lines := await run_in_thread(driver, lambda _: fetched_lines(cursor)):
            await sink(lines)
    finally:
        await run_in_thread(driver, lambda _: cursor.close())


def fetched_lines(cursor: Any) -> bytes:
    """The next lines; few rows, or as many bytes as a chunk has."""
    lines: list[str] = []
    size = 0
    while len(lines) < ROWS_PER_FETCH and size < CHUNK_BYTES and (row := cursor.fetchone()):
        lines.append(row[0])
        size += len(row[0])
    return "\n".join([*lines, ""]).encode()


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The snapshots of one database."""

    engine: AsyncEngine
    shares: ConnectionShares

    @asynccontextmanager
    async def open(self, tenant_id: int) -> AsyncIterator[Snapshot]:
        """A snapshot of this moment. Its connection is closed at the end, whatever is still under way on it."""
        is_sqlite = self.engine.dialect.name == "sqlite"
        async with ConnectionTurn(self.shares, tenant_id), self.engine.connect() as connection:
            try:
                if not is_sqlite:
                    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
                    connection = await connection.execution_options(**options)
                    await connection.execute(ENTER, {"tenant": str(tenant_id)})
                set_deadline((await connection.get_raw_connection()).info)
                yield Snapshot(connection, is_sqlite)
            finally:
                await connection.invalidate()
