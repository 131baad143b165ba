"""Loads the ledger straight into the tables: by COPY on Postgres, by one prepared statement for many rows on SQLite.
No rule is asked and no request made, which would take hours; yet what is loaded is what the gateway would have written,
the change log with its chain of hashes included. What triggers keep, they keep here, too.

Postgres lets only a superuser COPY into a table with row level security.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, groupby, islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from app.auth.api_keys import create_key, create_tenant, hash_key
from app.domain.caller import Caller
from app.domain.changes import Change, currency_model_change
from app.domain.enums import CurrencyModel, Product
from app.storage.database.compiled_statement import compile_statement
from app.storage.database.engine import Database
from app.storage.database.statistics import analyze_tables
from app.storage.migrations.migrate import migrate
from app.storage.tables import CHANGES, CSR_COUNTER, CSR_SEQUENCE, TENANTS
from app.storage.writes.change_log import LOGGED, lock_end, log_entry, move_end, next_place, row_place
from tests.benchmarks.grounds import compact
from tests.benchmarks.ledger import TENANT_ID
from tests.benchmarks.scale.ledger import Row, Size, Written, written

TENANT = "scale"
BATCH = 10_000
SQLITE_PRAGMAS = ("synchronous=OFF", "cache_size=-400000")  # a load that is interrupted is begun anew


async def load(database: Database, size: Size) -> None:
    """Makes the schema, and a tenant with the ledger."""
    if database.is_sqlite:
        event.listen(database.writer.sync_engine, "connect", hasten)
    await migrate(database)
    _, key = await create_tenant(database, TENANT, tuple(Product))
    loading = Loading(database, Caller(TENANT_ID, tuple(Product), read_only=False, key_hash=hash_key(key)))
    await loading.fix_currency_model(size)
    for table, rows in groupby(written(size), key=lambda one: one[0]):
        await loading.put(table, rows)
    await compact(database)


def hasten(connection: Any, _record: Any) -> None:
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


async def new_key(database: Database) -> str:
    """A key of the tenant."""
    return await create_key(database, TENANT, read_only=False)


class Loading:
    """A load under way, of one database."""

    def __init__(self, database: Database, caller: Caller) -> None:
        self.database, self.caller = database, caller

    async def fix_currency_model(self, size: Size) -> None:
        """As the first document with amounts does."""
        change = currency_model_change(TENANT, str(CurrencyModel.BASIC), size.start)
        async with self.database.writing() as connection:
            await connection.execute(sa.update(TENANTS).values(currency_model=change.after["currency_model"]))
            await self.log(connection, [change])

    async def put(self, table: sa.Table, rows: Iterable[Written]) -> None:
        """All rows of one table."""
        for number, batch in enumerate(batches(rows)):
            async with self.database.writing() as connection:
                await self.insert(connection, table, [row for _, row, _ in batch])
                await self.log(connection, [change for _, _, change in batch if change])
                if csr_id := batch[-1][1].get("csr_id"):
                    await self.count_to(connection, csr_id)
                if number == 0:  # see `analyze_tables`
                    await analyze_tables(connection)
        async with self.database.writing() as connection:
            await analyze_tables(connection)

    async def insert(self, connection: AsyncConnection, table: sa.Table, rows: list[Row]) -> None:
        """Rows that have the same columns."""
        columns = [name for name in (column.name for column in table.c) if name == "tenant_id" or name in rows[0]]
        values = {name: sa.bindparam(name, type_=table.c[name].type) for name in columns}
        made = compile_statement(sa.insert(table).values(values), connection.dialect)
        records = [made.arguments({"tenant_id": TENANT_ID, **row}) for row in rows]
        driver: Any = (await connection.get_raw_connection()).driver_connection
        if self.database.is_sqlite:
            await driver.executemany(made.text, records)
        else:
            names = [name for name, _ in made.binds]
            await driver.copy_records_to_table(table.name, columns=names, records=records)

    async def log(self, connection: AsyncConnection, changes: list[Change]) -> None:
        """Appends entries, as `change_log.append` does."""
        if not changes:
            return
        place = await lock_end(connection, TENANT_ID)
        rows = []
        for change in changes:
            entry = log_entry(self.caller, "", change)
            place = next_place(place, entry)
            rows.append({**{name: entry[name] for name in LOGGED}, **row_place(place, entry)})
        await self.insert(connection, CHANGES, rows)
        await move_end(connection, TENANT_ID, place)

    async def count_to(self, connection: AsyncConnection, csr_id: int) -> None:
        """The csrIds up to this one have been handed out."""
        if self.database.is_sqlite:
            await connection.execute(sa.update(CSR_COUNTER).values(value=csr_id))
        else:
            await connection.execute(sa.select(sa.func.setval(CSR_SEQUENCE.name, csr_id)))


def batches(rows: Iterable[Written]) -> Iterator[list[Written]]:
    remaining = iter(rows)
    for first in remaining:
        yield list(chain([first], islice(remaining, BATCH - 1)))
