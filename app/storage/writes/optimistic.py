"""The unit of work without locks: one statement reads all that the command decides by, and what the command writes is
collected and written at once, provided that nothing has changed in between.

It knows the writes that most of the load consists of: one resource's row, new or changed, with the rows that go with
it. Whatever else a command asks for raises NeedsLocks. How the two statements are run is each database's own:
`optimistic_postgres` and `optimistic_sqlite`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.domain.changes import Change
from app.storage.database.compiled_statement import CompiledStatement, Values, compile_statement
from app.storage.database.driver_errors import is_key_refused
from app.storage.database.engine import Database
from app.storage.database.row_level_security import enter_tenant
from app.storage.tables import CHANGES, TENANTS
from app.storage.writes.change_log import FINGERPRINT, LOGGED, log_entry
from app.storage.writes.tenant_rows import KeyColumns, differs, key_columns
from app.storage.writes.unit_of_work import CallerChanged, Guard, Lookup, NeedsLocks

# Of statements by the columns that they write; with all columns there are, one takes some 50 KB.
MAX_STATEMENT_BYTES = 4 * 2**20
STATEMENT_BYTES, CHARACTER_BYTES = 6_000, 3  # of one, as measured at most
CACHED_SHAPES = 64  # of look-ups, which are few, each of up to 75 KB; and of names of parameters, of up to 7 KB
VERSION = "read_version"  # the parameter: the version that the row had when it was read
LOG_PARAMETERS = tuple(f"log_{name}" for name in LOGGED)
TENANT = sa.bindparam("tenant", type_=sa.Integer())

InsertShape = tuple[sa.Table, tuple[str, ...]]  # a table, and the columns that the new row has values for
Parameters = Mapping[str, sa.ColumnElement[Any]]  # what stands in a statement for each value that is written


class WriteConflict(Exception):
    """Another writer was faster, or what was expected of a row is not so; nothing was written."""


@dataclass(frozen=True, slots=True)
class UpdateShape:
    """What the statement of an update depends on: the table, the columns of the key, and the columns that are set."""

    table: sa.Table
    key: tuple[str, ...]
    columns: tuple[str, ...]


class OptimisticWrite(ABC):
    """One tenant's rows within one write. See UnitOfWork; what is inserted or updated is written by `commit`, or, where
    the write is transactional, when the transaction ends: until then its `connection` reads what was written."""

    connection: AsyncConnection

    def __init__(self, database: Database, caller: Caller, request_id: str, guard: Guard | None) -> None:
        self.database = database
        self.dialect = database.writer.dialect
        self.caller = caller
        self.request_id = request_id
        self.guard = guard
        self.rows: dict[Lookup, Values | None] = {}  # that were read
        self.insertions: list[tuple[sa.Table, Values]] = []  # the resource's own row first, where it is new
        self.updated: tuple[Lookup, Values] | None = None
        self.log_entries: list[Values] = []

    @classmethod
    @abstractmethod
    def begin(
        cls, database: Database, caller: Caller, request_id: str, guard: Guard | None, *, transactional: bool
    ) -> AbstractAsyncContextManager[Self]:
        """For one write; on any exception nothing of it is kept. Unless it is transactional, one that comes after
        `commit` is too late."""

    @abstractmethod
    async def fetch_row(self, text: str, arguments: Sequence[Any]) -> Sequence[Any] | None:
        """The one row of a statement."""

    @abstractmethod
    async def write(self, update: UpdateShape | None, insertions: tuple[InsertShape, ...], values: Values) -> int:
        """Writes what was collected, with the entry in the change log; the csrId of the first insertion, where its
        table has them. Raises WriteConflict."""

    def speculate(self, lookups: Sequence[Lookup]) -> bool:
        """Takes for granted that every row is as the command expects it, without reading any: the write fails where one
        is not. Whether that can be done."""
        return False

    async def load(self, *lookups: Lookup) -> None:
        """Reads these rows in one statement. Raises CallerChanged."""
        wanted = tuple(lookup for lookup in lookups if lookup not in self.rows)
        shapes = tuple((lookup.table, key_columns(dict(lookup.key)), lookup.whole) for lookup in wanted)
        statement = select_rows(shapes, self.guard and self.guard.condition, self.dialect)
        values = {"tenant": self.caller.tenant_id, **(self.guard.values if self.guard else {})}
        for number, lookup in enumerate(wanted):
            values |= {f"key_{number}_{name}": value for name, value in lookup.key}
        record = await self.fetch_row(statement.text, statement.arguments(values))
        if record is None:
            raise CallerChanged
        first = 1  # after the tenant's own column, which is there even where nothing is looked up
        for lookup in wanted:
            last = first + (len(lookup.table.c) if lookup.whole else 1)
            exists = record[first] is not None  # its tenant, which is the first column of every table
            self.rows[lookup] = statement.row(record, first, last) if exists else None
            first = last

    async def find(self, table: sa.Table, *, lock: bool = False, **key: Any) -> Values | None:
        if lock and "version" not in table.c:  # nothing would tell that the row has changed since
            raise NeedsLocks
        return await self.look_up(Lookup(table, tuple(key.items())))

    async def exists(self, table: sa.Table, **key: Any) -> bool:
        return await self.look_up(Lookup(table, tuple(key.items()), whole=False)) is not None

    async def look_up(self, lookup: Lookup) -> Values | None:
        if lookup not in self.rows:
            await self.load(lookup)
        return self.rows[lookup]

    async def ancestors(self, table: sa.Table, parent: str, key: str) -> set[str]:
        raise NeedsLocks

    async def insert(self, table: sa.Table, values: Values) -> None:
        if "csr_id" in table.c and (self.insertions or self.updated):
            raise NeedsLocks
        self.insertions.append((table, values))

    async def insert_once(self, table: sa.Table, values: Mapping[str, Any]) -> bool:
        raise NeedsLocks

    async def update(self, table: sa.Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        lookup = Lookup(table, tuple(where.items()))
        if self.insertions or self.updated or "version" not in table.c or not self.rows.get(lookup):
            raise NeedsLocks
        self.updated = (lookup, dict(values))

    async def delete(self, table: sa.Table, *conditions: sa.ColumnElement[bool], **where: Any) -> int:
        raise NeedsLocks

    async def lock_tenant(self) -> Values:
        raise NeedsLocks

    def log(self, change: Change) -> None:
        self.log_entries.append(log_entry(self.caller, self.request_id, change))

    async def commit(self) -> None:
        """Writes what was collected, if anything; a new resource's row gets its csrId. Raises WriteConflict,
        CallerChanged, and NeedsLocks unless one change was logged."""
        if not (self.insertions or self.updated or self.log_entries):
            return
        if len(self.log_entries) != 1:
            raise NeedsLocks
        values: Values = {"tenant": self.caller.tenant_id}
        update = self.collect_update(values)
        try:
            csr_id = await self.write(update, self.collect_insertions(values), self.collect_log_entry(values))
        except Exception as error:
            if is_key_refused(error):
                raise CallerChanged from error
            raise
        if not update:
            self.insertions[0][1]["csr_id"] = csr_id

    def collect_update(self, values: Values) -> UpdateShape | None:
        """The shape of the update, whose parameters are added to the values: only those columns are set that differ."""
        if self.updated is None:
            return None
        lookup, row = self.updated
        stored = self.rows[lookup] or {}
        columns = tuple(name for name, value in row.items() if differs(lookup.table.c[name], value, stored[name]))
        values |= {f"set_{name}": row[name] for name in columns} | dict(lookup.key) | {VERSION: stored["version"]}
        return UpdateShape(lookup.table, tuple(name for name, _ in lookup.key), columns)

    def collect_insertions(self, values: Values) -> tuple[InsertShape, ...]:
        """The shapes of the insertions, whose parameters are added to the values."""
        shapes: list[InsertShape] = []
        for number, (table, row) in enumerate(self.insertions):
            filled = tuple([name for name, value in row.items() if value is not None])
            values.update(zip(row_parameters(number, filled), map(row.__getitem__, filled), strict=True))
            shapes.append((table, filled))
        return tuple(shapes)

    def collect_log_entry(self, values: Values) -> Values:
        """The values, to which those of the entry in the change log are added."""
        entry = self.log_entries[0]
        values.update(zip(LOG_PARAMETERS, map(entry.__getitem__, LOGGED), strict=True))
        values[FINGERPRINT] = entry[FINGERPRINT]
        return values


def statement_bytes(statement: CompiledStatement) -> int:
    """What a statement takes in a cache."""
    return STATEMENT_BYTES + CHARACTER_BYTES * len(statement.text)


@lru_cache(CACHED_SHAPES)
def select_rows(
    shapes: tuple[tuple[sa.Table, KeyColumns, bool], ...], condition: sa.ColumnElement[bool] | None, dialect: Dialect
) -> CompiledStatement:
    """Reads the tenant, and a row of each table, whole or its tenant alone, or nulls in its place; no row at all where
    the condition does not hold."""
    tenant = tenant_parameter(dialect)
    joined: Any = TENANTS
    columns: list[sa.ColumnElement[Any]] = [TENANTS.c.tenant_id]
    for number, (table, key, whole) in enumerate(shapes):
        alias = table.alias(f"t{number}")
        conditions = [alias.c.tenant_id == tenant]
        for name, is_null in key:
            column = alias.c[name]
            wanted = sa.bindparam(f"key_{number}_{name}", type_=column.type)
            conditions.append(column.is_(None) if is_null else column == wanted)
        joined = joined.outerjoin(alias, sa.and_(*conditions))
        columns += alias.c if whole else [alias.c.tenant_id]
    guarded = () if condition is None else (condition,)
    statement = sa.select(*columns).select_from(joined).where(TENANTS.c.tenant_id == tenant, *guarded)
    return compile_statement(statement, dialect)


@lru_cache(4 * CACHED_SHAPES)
def row_parameters(number: int, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the parameters of the insertion of that number."""
    return tuple(f"row_{number}_{name}" for name in columns)


def parameter_types(
    update: UpdateShape | None, insertions: tuple[InsertShape, ...]
) -> dict[str, sa.types.TypeEngine[Any]]:
    """The types of all parameters of a write by their names, the tenant's apart."""
    types: dict[str, sa.types.TypeEngine[Any]] = {}
    if update:
        types |= {name: update.table.c[name].type for name in update.key} | {VERSION: sa.Integer()}
        types |= {f"set_{name}": update.table.c[name].type for name in update.columns}
    for number, (table, columns) in enumerate(insertions):
        types |= zip(row_parameters(number, columns), (table.c[name].type for name in columns), strict=True)
    types |= zip(LOG_PARAMETERS, (CHANGES.c[name].type for name in LOGGED), strict=True)
    return types | {FINGERPRINT: sa.Text()}


def inserted_values(number: int, insertion: InsertShape, parameters: Parameters) -> dict[str, Any]:
    """The columns of the insertion of that number, each with what stands for its value."""
    columns = insertion[1]
    names = zip(columns, row_parameters(number, columns), strict=True)
    return {"tenant_id": TENANT, **{column: parameters[name] for column, name in names}}


def logged_values(parameters: Parameters) -> dict[str, Any]:
    """The columns of the entry in the change log, but for its place in the chain."""
    names = zip(LOGGED, LOG_PARAMETERS, strict=True)
    return {"tenant_id": TENANT, **{column: parameters[name] for column, name in names}}


def tenant_parameter(dialect: Dialect) -> sa.ColumnElement[int]:
    """The tenant; on Postgres the statement enters it, for row level security, by naming it so."""
    return enter_tenant(TENANT) if dialect.name == "postgresql" else TENANT


def update_statement(update: UpdateShape, parameters: Parameters, dialect: Dialect) -> sa.Update:
    """Sets the columns of the row, provided that it still has the version that was read."""
    table = update.table
    conditions = [table.c[name] == parameters[name] for name in update.key]
    conditions += [table.c.tenant_id == tenant_parameter(dialect), table.c.version == parameters[VERSION]]
    return sa.update(table).where(*conditions).values({name: parameters[f"set_{name}"] for name in update.columns})
