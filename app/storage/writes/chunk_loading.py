"""Reads the rows that a chunk's commands look up: one statement for each kind of look-up, however many there are. Rows
are locked in one order of tables and keys, so that chunks do not wait for each other in a circle."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database.compiled_statement import CompiledStatement, compile_statement
from app.storage.database.engine import Database
from app.storage.database.exact_json import dump_json
from app.storage.tables import TENANTS
from app.storage.writes.chunk import TENANT_LOCK, ChunkWrite, Key, LineLookup, Place, Wanted, key_names
from app.storage.writes.dry_run import DryRun
from app.storage.writes.unit_of_work import Lookup, Values

CACHED_STATEMENTS = 64
TENANT = sa.bindparam("tenant", type_=sa.Integer())
Absorb = Callable[[], None]  # adds what was read to the unit of work; it may take long, and asks no database


@dataclass(frozen=True, slots=True)
class Group:
    """Look-ups that one statement answers: by the same columns of one table, of whole rows or of keys alone."""

    table: sa.Table
    names: tuple[str, ...]
    whole: bool

    @property
    def is_by_key(self) -> bool:
        return self.names == key_names(self.table)


@dataclass(slots=True)
class Loader:
    """Reads rows for a unit of work, within a transaction. `dry_run`: no row is locked, and what the run would have
    made goes for what is stored."""

    database: Database
    connection: AsyncConnection
    unit: ChunkWrite
    dry_run: DryRun | None
    dialect: Dialect = field(init=False)

    def __post_init__(self) -> None:
        self.dialect = self.connection.dialect

    async def load_tenant(self, *, lock: bool) -> None:
        lock = lock and self.dry_run is None
        statement = select_tenant(lock, self.dialect)
        (record,) = await self.fetch(statement, {})
        self.unit.tenant_row = (
            statement.row(record) if not (self.dry_run and self.dry_run.tenant) else self.dry_run.tenant
        )

    async def load(self, wanted: Iterable[Wanted]) -> list[Absorb]:
        """Reads what is wanted; what it gives is to be called before the commands are run again."""
        lookups: dict[Group, dict[Key, None]] = {}
        lines: dict[tuple[sa.Table, str], dict[Key, None]] = {}
        for each in dict.fromkeys(wanted):
            if each == TENANT_LOCK:
                await self.load_tenant(lock=True)
                self.unit.tenant_locked = True
            elif isinstance(each, LineLookup):
                lines.setdefault((each.table, each.parent), {})[each.key] = None
            elif isinstance(each, Lookup) and each.table is not TENANTS:
                group = Group(each.table, tuple(name for name, _ in each.key), each.whole)
                lookups.setdefault(group, {})[tuple(value for _, value in each.key)] = None
        absorbing = [
            await self.load_group(group, list(keys), lock=group.whole)
            for group, keys in sorted(lookups.items(), key=lambda item: (item[0].table.name, item[0].names))
        ]
        for (table, parent), keys in lines.items():
            wanted_keys = self.key_arguments(key_names(table), list(keys))
            records = await self.fetch(select_lines(table, parent, self.dialect), wanted_keys)
            line = keys | dict.fromkeys((key,) for (key,) in records)
            absorbing.append(await self.load_group(Group(table, key_names(table), True), list(line), lock=False))
        return absorbing

    async def load_group(self, group: Group, keys: Sequence[Key], *, lock: bool) -> Absorb:
        statement = select_group(group, lock and self.dry_run is None, self.dialect)
        records = await self.fetch(statement, self.key_arguments(group.names, keys))
        if not group.whole:
            return lambda: self.absorb_keys(group.table, keys, {tuple(record) for record in records})
        return lambda: self.absorb_rows(group, keys, [statement.row(record) for record in records])

    def key_arguments(self, names: Sequence[str], keys: Sequence[Key]) -> Values:
        """The parameters that hold the values of many keys."""
        if self.database.is_sqlite:
            return {"keys": dump_json([key[0] if len(names) == 1 else key for key in keys])}
        return {f"keys_{place}": [key[place] for key in keys] for place in range(len(names))}

    def absorb_keys(self, table: sa.Table, keys: Sequence[Key], present: set[Key]) -> None:
        for key in keys:
            place = table, key
            self.unit.present[place] = key in present or (
                self.dry_run is not None and self.dry_run.row(place) is not None
            )

    def absorb_rows(self, group: Group, keys: Sequence[Key], rows: Sequence[Values]) -> None:
        found: dict[Key, Key] = {}  # by the values that were looked up
        for row in rows:
            key = tuple(row[name] for name in key_names(group.table))
            found[tuple(row[name] for name in group.names)] = key
            self.absorb((group.table, key), row)
        for key in keys:
            if group.is_by_key:
                self.absorb((group.table, key), None)
            else:
                lookup = Lookup(group.table, tuple(zip(group.names, key, strict=True)))
                self.unit.found[lookup] = self.found_in_dry_run(lookup) or found.get(key)

    def absorb(self, place: Place, row: Values | None) -> None:
        if place not in self.unit.rows:
            self.unit.rows[place] = (self.dry_run and self.dry_run.row(place)) or row

    def found_in_dry_run(self, lookup: Lookup) -> Key | None:
        """The row that the dry run would have given these values."""
        found = self.dry_run.find(lookup) if self.dry_run else None
        if found is None:
            return None
        key, row = found
        self.absorb((lookup.table, key), row)
        return key

    async def fetch(self, statement: CompiledStatement, values: Values) -> Sequence[Sequence[Any]]:
        raw: Any = await self.connection.get_raw_connection()
        driver = raw.driver_connection
        self.database.prepared.note(driver, statement.text)
        arguments = statement.arguments({"tenant": self.unit.caller.tenant_id, **values})
        with self.database.observe_statement(statement.text, arguments):
            if self.database.is_sqlite:
                records: Sequence[Any] = await driver.execute_fetchall(statement.text, arguments)
            else:
                records = await driver.fetch(statement.text, *arguments)
        return records


@lru_cache(CACHED_STATEMENTS)
def select_tenant(lock: bool, dialect: Dialect) -> CompiledStatement:
    statement = sa.select(TENANTS).where(TENANTS.c.tenant_id == TENANT)
    return compile_statement(statement.with_for_update(key_share=True) if lock else statement, dialect)


@lru_cache(CACHED_STATEMENTS)
def select_group(group: Group, lock: bool, dialect: Dialect) -> CompiledStatement:
    table, key = group.table, [group.table.c[name] for name in key_names(group.table)]
    columns: Sequence[sa.Column[Any]] = list(table.c) if group.whole else key
    statement = sa.select(*columns).where(table.c.tenant_id == TENANT, is_wanted(table, group.names, dialect))
    return compile_statement(statement.order_by(*key).with_for_update(key_share=True) if lock else statement, dialect)


@lru_cache(CACHED_STATEMENTS)
def select_lines(table: sa.Table, parent: str, dialect: Dialect) -> CompiledStatement:
    """The keys of all rows that the wanted ones lead to, and their own."""
    (name,) = key_names(table)
    own = sa.select(table.c[name], table.c[parent])
    line = own.where(table.c.tenant_id == TENANT, is_wanted(table, (name,), dialect)).cte("line", recursive=True)
    above = own.where(table.c.tenant_id == TENANT, table.c[name] == line.c[parent])
    return compile_statement(sa.select(line.union(above).c[name]), dialect)


def is_wanted(table: sa.Table, names: Sequence[str], dialect: Dialect) -> sa.ColumnElement[bool]:
    """The condition that a row has the values of one of the keys that are sent."""
    columns = [table.c[name] for name in names]
    if dialect.name == "postgresql":
        lists = [
            sa.cast(sa.bindparam(f"keys_{place}"), ARRAY(sa.Boolean() if is_boolean(column) else sa.Text()))
            for place, column in enumerate(columns)
        ]
        if len(columns) == 1:
            return columns[0] == sa.any_(lists[0])
        sent = sa.func.unnest(*lists).table_valued(*names, name="sent").render_derived("sent")
        return sa.tuple_(*columns).in_(sa.select(*sent.c))
    sent = sa.func.json_each(sa.bindparam("keys", type_=sa.Text())).table_valued("value", name="sent")
    if len(columns) == 1:
        return columns[0].in_(sa.select(sent.c.value))
    parts = [sa.func.json_extract(sent.c.value, sa.literal_column(f"'$[{place}]'")) for place in range(len(names))]
    return sa.tuple_(*columns).in_(sa.select(*parts))


def is_boolean(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.Boolean)
