"""Writes what a chunk's commands have made: some statements for each table, tables in one order, and then the entries
of the change log, chained in the order of the writes."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.enums import Resource
from app.domain.resources import RESOURCES
from app.storage.database.driver_errors import is_key_refused
from app.storage.database.engine import Database
from app.storage.database.row_level_security import NOBODY
from app.storage.database.statistics import ANALYZE_GROWN
from app.storage.tables import CHANGES, CONTACTS, REPRESENTATIVES, metadata
from app.storage.writes.change_log import append
from app.storage.writes.chunk import ChunkPart, ChunkWrite, Key, key_names
from app.storage.writes.locking import LockingWrite
from app.storage.writes.multi_row import EncodedRows, insertion, update, write_rows
from app.storage.writes.tenant_rows import differs
from app.storage.writes.unit_of_work import CallerChanged, Values

logger = logging.getLogger(__name__)
CSR_ID = "csr_id"
PRIMARY = "is_primary"
Update = tuple[Values, Values]  # a row as it is stored, and as it is to be
(SUPERVISOR,) = RESOURCES[Resource.REPRESENTATIVE].references


async def give_csr_ids(unit: ChunkWrite, connection: AsyncConnection) -> None:
    """Gives new rows their csrIds, in the order in which they were made."""
    new = unit.new_rows()
    ids = await LockingWrite(connection, unit.caller).next_csr_ids(len(new)) if new else []
    for rows, csr_id in zip(new, ids, strict=True):
        for row in rows:
            row[CSR_ID] = csr_id


def encode(part: ChunkPart, dialect: Dialect) -> list[EncodedRows]:
    """What is to be written, as the driver takes it, in order. Takes long, and asks nothing of the database."""
    inserted: dict[sa.Table, list[Values]] = {}
    for table, row in part.inserted:
        inserted.setdefault(table, []).append(row)
    updated: dict[sa.Table, list[Update]] = {}
    for table, stored, row in part.updated:
        updated.setdefault(table, []).append((stored, row))
    statements: list[EncodedRows] = []
    for table in metadata.sorted_tables:  # what others refer to comes first
        changed = updated.get(table, [])
        changed.sort(key=lambda update: key_of(table, update[1]))
        changed, demoted = after_demotion(table, changed)
        if demoted:
            statements.append(update(table, key_names(table), (PRIMARY,), demoted, dialect))
        if table in inserted:
            statements.append(insertion(table, ordered(table, inserted[table]), dialect))
        statements += updates(table, changed, dialect)
    return statements


def key_of(table: sa.Table, row: Values) -> Key:
    return tuple(row[name] for name in key_names(table))


def ordered(table: sa.Table, rows: Sequence[Values]) -> list[Values]:
    """New rows in the order of their keys, in which chunks wait for one another; representatives after their
    supervisors, since rows are written in several statements."""
    in_order = by_key(table, rows)
    if table is not REPRESENTATIVES:
        return list(in_order.values())
    placed: dict[Key, Values] = {}
    for first in in_order:
        key, line = first, dict[Key, Values]()
        while key in in_order and key not in placed and key not in line:
            line[key] = in_order[key]
            key = (in_order[key].get(SUPERVISOR.field),)
        placed |= dict(reversed(line.items()))
    return list(placed.values())


def by_key(table: sa.Table, rows: Sequence[Values]) -> dict[Key, Values]:
    """Rows by their keys, in the order of these."""
    found = {key_of(table, row): row for row in rows}
    return {key: found[key] for key in sorted(found)}


def after_demotion(table: sa.Table, changed: list[Update]) -> tuple[list[Update], list[Values]]:
    """An account has one primary contact at every moment: whoever was one and changes is none meanwhile. The changes
    from then on, and who is to be none before."""
    if table is not CONTACTS:
        return changed, []
    updates: list[Update] = []
    demoted: list[Values] = []
    for stored, row in changed:
        if stored[PRIMARY] and any(row[name] != stored[name] for name in (PRIMARY, "account_number")):
            demoted.append({**row, PRIMARY: False})
            updates.append(({**stored, PRIMARY: False}, row))
        else:
            updates.append((stored, row))
    return updates, demoted


def updates(table: sa.Table, changed: Sequence[Update], dialect: Dialect) -> Iterator[EncodedRows]:
    """What changes rows: only columns are set that differ, since the server has no right to set keys. SQLite would
    write every index of a column that is set."""
    groups: dict[tuple[str, ...], list[Values]] = {}
    for stored, row in changed:
        columns = tuple(name for name, value in row.items() if differs(table.c[name], value, stored.get(name)))
        if columns:
            groups.setdefault(columns, []).append(row)
    if groups and dialect.name == "postgresql":
        together = {name for columns in groups for name in columns}
        groups = {tuple(c.name for c in table.c if c.name in together): [row for _, row in changed]}
    for columns, rows in groups.items():
        yield update(table, key_names(table), columns, rows, dialect)


@dataclass(slots=True)
class PartWriter:
    """Writes what parts of a chunk have made, one after the other, each in the background. The connection does one
    thing at a time: whoever else uses it waits for the part before."""

    database: Database
    connection: AsyncConnection
    unit: ChunkWrite
    log_entries: list[Values] = field(default_factory=list)
    writing: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Begins to write what was made since the last part."""
        await give_csr_ids(self.unit, self.connection)
        part = self.unit.take_part()
        self.log_entries += part.log_entries
        self.writing = asyncio.ensure_future(self.write(part))

    async def write(self, part: ChunkPart) -> None:
        for rows in await asyncio.to_thread(encode, part, self.connection.dialect):
            await write_rows(self.database, self.connection, part.tenant_id, rows)

    async def wait(self) -> None:
        """Waits until the part is written. Raises the driver's errors."""
        writing, self.writing = self.writing, None
        if writing:
            await writing

    async def end(self) -> None:
        """Writes the change log of all parts. From here to the commit whoever else writes for the tenant waits. Raises
        CallerChanged, and the driver's errors."""
        await self.wait()
        try:
            await append(self.connection, self.unit.caller.tenant_id, self.log_entries, self.insert_entries)
        except Exception as error:
            if is_key_refused(error):
                raise CallerChanged from error
            raise
        if not self.database.is_sqlite:
            self.database.disk_has_space()

    async def insert_entries(self, connection: AsyncConnection, rows: Sequence[Values]) -> None:
        encoded = await asyncio.to_thread(insertion, CHANGES, rows, connection.dialect)
        await write_rows(self.database, connection, self.unit.caller.tenant_id, encoded)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.writing:
            self.writing.cancel()
            await asyncio.wait([self.writing])
            if not self.writing.cancelled():
                self.writing.exception()  # seen: there is another reason to give up


async def analyze_grown_tables(database: Database) -> None:
    """To be called after a chunk, outside of its transaction: has Postgres analyze the tables that have grown by far
    since it last did. It does so by itself, but a minute later, and until then foreign keys may be checked by reading
    all of a tenant's rows: see `statistics`. Where it cannot be done the load goes on."""
    if database.is_sqlite or database.current_transaction.get():
        return
    try:
        async with database.raw_connection(NOBODY) as driver:
            await driver.execute(ANALYZE_GROWN)
    except Exception as reason:
        logger.warning("Tables that have grown could not be analyzed: %s", reason)
