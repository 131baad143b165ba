"""Writes what a chunk's commands have made: some statements for each table, tables in one order, and then the entries
of the change log, chained in the order of the writes."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.enums import Resource
from app.domain.resources import RESOURCES
from app.storage.database.driver_errors import is_key_refused
from app.storage.database.engine import Database
from app.storage.database.row_level_security import NOBODY
from app.storage.database.statistics import ANALYZE_GROWN
from app.storage.tables import CHANGES, CONTACTS, REPRESENTATIVES, TENANTS, metadata
from app.storage.writes.change_log import LOGGED, chain_hash, fingerprint, lock_end, move_end
from app.storage.writes.chunk import ChunkWrite, Key, Place, key_names
from app.storage.writes.locking import LockingWrite
from app.storage.writes.multi_row import EncodedRows, insert_statement, insertion, update, write_rows
from app.storage.writes.tenant_rows import differs
from app.storage.writes.unit_of_work import CallerChanged, Values

logger = logging.getLogger(__name__)
CSR_ID = "csr_id"
PLACE = ("sequence", "hash")  # of an entry in the chain
PRIMARY = "is_primary"
(SUPERVISOR,) = RESOURCES[Resource.REPRESENTATIVE].references


@dataclass(frozen=True, slots=True)
class EncodedLog:
    """The entries of a chunk without their places in the chain, and the fingerprint of each."""

    entries: EncodedRows
    fingerprints: list[str]


async def give_csr_ids(unit: ChunkWrite, connection: AsyncConnection) -> None:
    """Gives new rows their csrIds, in the order in which they were made."""
    new = [place for place in unit.inserted if CSR_ID in place[0].c]
    if not new:
        return
    ids = await LockingWrite(connection, unit.caller).next_csr_ids(len(new))
    for place, csr_id in zip(new, ids, strict=True):
        unit.inserted[place][CSR_ID] = csr_id
        (unit.rows[place] or {})[CSR_ID] = csr_id


def encode(unit: ChunkWrite, dialect: Dialect) -> tuple[list[EncodedRows], EncodedLog | None]:
    """What is to be written, as the driver takes it, in order. Takes long, and asks nothing of the database."""
    inserted, updated = by_table(unit, unit.inserted), by_table(unit, unit.updated)
    statements: list[EncodedRows] = []
    for table in metadata.sorted_tables:  # what others refer to comes first
        places = sorted(updated.get(table, ()), key=lambda place: place[1])
        statements += demotions(unit, table, places, dialect)
        if new := inserted.get(table):
            statements.append(insertion(table, ordered(table, [current(unit, place) for place in new]), dialect))
        statements += updates(unit, table, places, dialect)
    return statements, encode_log(unit, dialect)


def by_table(unit: ChunkWrite, places: dict[Place, Values]) -> dict[sa.Table, list[Place]]:
    found: dict[sa.Table, list[Place]] = {}
    for place in places:
        found.setdefault(place[0], []).append(place)
    return found


def current(unit: ChunkWrite, place: Place) -> Values:
    if place[0] is TENANTS:
        return unit.tenant_row
    row = unit.rows[place]
    if row is None:
        raise LookupError("a row that was written is gone")
    return row


def ordered(table: sa.Table, rows: Sequence[Values]) -> list[Values]:
    """New rows in the order of their keys, in which chunks wait for one another; representatives after their
    supervisors, since rows are written in several statements."""
    names = key_names(table)
    by_key: dict[Key, Values] = {tuple(row[name] for name in names): row for row in rows}
    in_order = dict(sorted(by_key.items()))
    if table is not REPRESENTATIVES:
        return list(in_order.values())
    placed: dict[Key, Values] = {}
    for key in in_order:
        line: list[Key] = []
        while key in by_key and key not in placed and key not in line:
            line.append(key)
            key = (by_key[key].get(SUPERVISOR.field),)
        placed |= {each: by_key[each] for each in reversed(line)}
    return list(placed.values())


def demotions(unit: ChunkWrite, table: sa.Table, places: Sequence[Place], dialect: Dialect) -> Iterator[EncodedRows]:
    """An account has one primary contact at every moment: whoever was one and changes is none meanwhile."""
    if table is not CONTACTS:
        return
    former = [place for place in places if unit.updated[place][PRIMARY]]
    changed = [
        place
        for place in former
        if any(current(unit, place)[name] != unit.updated[place][name] for name in (PRIMARY, "account_number"))
    ]
    if changed:
        rows = [{**current(unit, place), PRIMARY: False} for place in changed]
        yield update(table, key_names(table), (PRIMARY,), rows, dialect)


def updates(unit: ChunkWrite, table: sa.Table, places: Sequence[Place], dialect: Dialect) -> Iterator[EncodedRows]:
    """What changes rows: only columns are set that differ, since the server has no right to set keys. SQLite would
    write every index of a column that is set."""
    groups: dict[tuple[str, ...], list[Values]] = {}
    for place in places:
        row, stored = current(unit, place), unit.updated[place]
        columns = tuple(name for name, value in row.items() if differs(table.c[name], value, stored.get(name)))
        if columns:
            groups.setdefault(columns, []).append(row)
    if groups and dialect.name == "postgresql":
        together = {name for columns in groups for name in columns}
        rows = [row for group in groups.values() for row in group]
        groups = {tuple(c.name for c in table.c if c.name in together): rows}
    for columns, rows in groups.items():
        yield update(table, key_names(table), columns, rows, dialect)


def encode_log(unit: ChunkWrite, dialect: Dialect) -> EncodedLog | None:
    entries = unit.log_entries
    if not entries:
        return None
    filled = {name for entry in entries for name, value in entry.items() if value is not None}
    names = (*(name for name in LOGGED if name in filled), *PLACE)
    fingerprints = [fingerprint(unit.caller.tenant_id, entry) for entry in entries]
    return EncodedLog(insert_statement(CHANGES, names, dialect).encoded(entries), fingerprints)


async def write(
    database: Database,
    connection: AsyncConnection,
    tenant_id: int,
    statements: Sequence[EncodedRows],
    log: EncodedLog | None,
) -> None:
    """Writes all of it. From the change log on, whoever else writes for the tenant waits for the commit. Raises
    CallerChanged, and the driver's errors."""
    for statement in statements:
        await write_rows(database, connection, tenant_id, statement)
    if log is None:
        return
    sequence, former = await lock_end(connection, tenant_id)
    hashes: list[str] = []
    for printed in log.fingerprints:
        former = chain_hash(former, printed)
        hashes.append(former)
    places = list(range(sequence + 1, sequence + 1 + log.entries.count))
    entries = replace(log.entries, lists=[*log.entries.lists[: -len(PLACE)], places, hashes])
    try:
        await write_rows(database, connection, tenant_id, entries)
    except Exception as error:
        if is_key_refused(error):
            raise CallerChanged from error
        raise
    await move_end(connection, tenant_id, places[-1], former)


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
