"""A write in two steps: one statement reads all that the write is judged by; what is written then is gathered, and done
at once.

It knows the writes that most of the load consists of: one resource's row, new or changed, with the rows that go with
it. Whatever else a command asks for raises NeedsTransaction, and the command is run again statement by statement.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.storage.database.compiled_statement import CompiledStatement, Values, compile_statement
from app.storage.database.engine import Database
from app.storage.database.row_level_security import enter_tenant
from app.storage.tables import CHANGES, TENANTS
from app.storage.writes.change_log import FINGERPRINT, LOGGED, fingerprint
from app.storage.writes.scoped import Lookup, Names, Scoped, named_by

CACHED_STATEMENTS = 1_000
VERSION = "seen_version"
LOG_PARAMETERS = tuple(f"log_{name}" for name in LOGGED)

TENANT = sa.bindparam("tenant", type_=sa.Integer())

Filled = tuple[sa.Table, tuple[str, ...]]  # a table, and the columns that a new row has values for
Given = Mapping[str, sa.ColumnElement[Any]]  # what stands for the values that `commit` gathers, by their names


class NeedsLocks(Exception):
    """The command does more than can be gathered."""


class LostRace(Exception):
    """Another writer was faster; nothing was written."""


class CallerChanged(Exception):
    """The key does not stand for the caller any more."""


@dataclass(frozen=True, slots=True)
class Guard:
    """The condition under which a write may be done at all, asked in the statement that reads; and its parameters."""

    condition: sa.ColumnElement[bool]
    values: Values


@dataclass(frozen=True, slots=True)
class RowChange:
    """The change of a row: its table, the names of its key, and the columns that are set."""

    table: sa.Table
    keys: tuple[str, ...]
    names: tuple[str, ...]


class OptimisticWrite(Scoped):
    """One tenant's rows for one write. What is inserted or updated is written by `commit`."""

    def __init__(self, database: Database, caller: Caller, request_id: str, guard: Guard | None) -> None:
        self.database = database
        self.dialect = database.writer.dialect
        self.caller = caller
        self.request_id = request_id
        self.logged: list[Values] = []
        self.guard = guard
        self.found: dict[Lookup, Values | None] = {}
        self.insertions: list[tuple[sa.Table, Values]] = []  # the resource's own row first, where it is new
        self.change: tuple[Lookup, Values] | None = None

    @property
    def connection(self) -> AsyncConnection:  # type: ignore[override]
        raise NeedsLocks

    @classmethod
    def begun(
        cls, database: Database, caller: Caller, request_id: str, guard: Guard | None
    ) -> AbstractAsyncContextManager[Self]:
        """For one write; what was written is undone on any exception."""
        raise NotImplementedError

    async def fetch_row(self, text: str, arguments: Sequence[Any]) -> Sequence[Any] | None:
        raise NotImplementedError

    async def write(self, change: RowChange | None, insertions: tuple[Filled, ...], values: Values) -> int:
        """Writes what was gathered and logged; the csrId of the first insertion, where its table has
        them. Raises LostRace."""
        raise NotImplementedError

    def speculate(self, looks: Sequence[Lookup]) -> bool:
        """Takes for granted that everything is as the command hopes, for `commit` to find out; whether it can."""
        return False

    async def load(self, *looks: Lookup) -> None:
        """Reads what the looks name in one statement. Raises CallerChanged."""
        wanted = tuple(look for look in looks if look not in self.found)
        shapes = tuple((look.table, named_by(dict(look.key)), look.whole) for look in wanted)
        made = reading(shapes, self.guard and self.guard.condition, self.dialect)
        values = {"tenant": self.caller.tenant_id, **(self.guard.values if self.guard else {})}
        for number, look in enumerate(wanted):
            values |= {f"key_{number}_{name}": value for name, value in look.key}
        record = await self.fetch_row(made.text, made.arguments(values))
        if record is None:
            raise CallerChanged
        first = 1  # the tenant's own, which is there even where nothing is looked up
        for look in wanted:
            last = first + (len(look.table.c) if look.whole else 1)
            there = record[first] is not None  # the tenant, which leads in every table
            self.found[look] = made.row(record, first, last) if there else None
            first = last

    async def find(self, table: sa.Table, *, lock: bool = False, **key: Any) -> Values | None:
        if lock and "version" not in table.c:  # nothing would tell that the row had changed since
            raise NeedsLocks
        return await self.look(Lookup(table, tuple(key.items())))

    async def exists(self, table: sa.Table, **key: Any) -> bool:
        return await self.look(Lookup(table, tuple(key.items()), whole=False)) is not None

    async def look(self, look: Lookup) -> Values | None:
        if look not in self.found:
            await self.load(look)
        return self.found[look]

    async def insert(self, table: sa.Table, values: Values) -> None:
        if "csr_id" in table.c and (self.insertions or self.change):
            raise NeedsLocks
        self.insertions.append((table, values))

    async def update(self, table: sa.Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        look = Lookup(table, tuple(where.items()))
        if self.insertions or self.change or "version" not in table.c or not self.found.get(look):
            raise NeedsLocks
        self.change = (look, dict(values))

    @property
    def is_empty(self) -> bool:
        """Whether the command has found nothing to write."""
        return not (self.insertions or self.change or self.logged)

    async def commit(self) -> None:
        """Writes what was gathered, and the one change that was logged; a new resource's row gets its csrId. Raises
        LostRace."""
        if len(self.logged) != 1:
            raise NeedsLocks
        values: Values = {"tenant": self.caller.tenant_id}
        change = None
        if self.change:
            look, row = self.change
            stored = self.found[look] or {}
            names = tuple(name for name, value in row.items() if differs(look.table.c[name], value, stored[name]))
            change = RowChange(look.table, tuple(name for name, _ in look.key), names)
            values |= {f"set_{name}": row[name] for name in names} | dict(look.key) | {VERSION: stored["version"]}
        shapes: list[Filled] = []
        for number, (table, row) in enumerate(self.insertions):
            filled = tuple([name for name, value in row.items() if value is not None])
            values.update(zip(row_parameters(number, filled), map(row.__getitem__, filled), strict=True))
            shapes.append((table, filled))
        entry = self.logged[0]
        values.update(zip(LOG_PARAMETERS, map(entry.__getitem__, LOGGED), strict=True))
        values[FINGERPRINT] = fingerprint(self.caller.tenant_id, entry)
        csr_id = await self.write(change, tuple(shapes), values)
        if not change:
            self.insertions[0][1]["csr_id"] = csr_id


@lru_cache(CACHED_STATEMENTS)
def reading(
    shapes: tuple[tuple[sa.Table, Names, bool], ...], condition: sa.ColumnElement[bool] | None, dialect: Dialect
) -> CompiledStatement:
    """Reads the tenant, and a row of each table, whole or its tenant alone, or nulls in its place; no row at all where
    the condition does not hold."""
    tenant = own_tenant(dialect)
    joined: Any = TENANTS
    columns: list[sa.ColumnElement[Any]] = [TENANTS.c.tenant_id]
    for number, (table, names, whole) in enumerate(shapes):
        other = table.alias(f"t{number}")
        met = [other.c.tenant_id == tenant]
        for name, is_empty in names:
            column = other.c[name]
            wanted = sa.bindparam(f"key_{number}_{name}", type_=column.type)
            met.append(column.is_(None) if is_empty else column == wanted)
        joined = joined.outerjoin(other, sa.and_(*met))
        columns += other.c if whole else [other.c.tenant_id]
    held = () if condition is None else (condition,)
    statement = sa.select(*columns).select_from(joined).where(TENANTS.c.tenant_id == tenant, *held)
    return compile_statement(statement, dialect)


def differs(column: sa.Column[Any], value: Any, stored: Any) -> bool:
    """Whether a value is to be written over the stored one. Of JSON that cannot be told: True equals 1 in Python."""
    return bool(value != stored) or (isinstance(column.type, sa.JSON) and value is not None)


@lru_cache(CACHED_STATEMENTS)
def row_parameters(number: int, names: tuple[str, ...]) -> tuple[str, ...]:
    """What the values of the insertion of that number are called."""
    return tuple(f"row_{number}_{name}" for name in names)


def gathered_types(change: RowChange | None, insertions: tuple[Filled, ...]) -> dict[str, sa.types.TypeEngine[Any]]:
    """The types of the values that `commit` gathers, by their names, but for the tenant's."""
    types: dict[str, sa.types.TypeEngine[Any]] = {}
    if change:
        types |= {name: change.table.c[name].type for name in change.keys} | {VERSION: sa.Integer()}
        types |= {f"set_{name}": change.table.c[name].type for name in change.names}
    for number, (table, names) in enumerate(insertions):
        types |= zip(row_parameters(number, names), (table.c[name].type for name in names), strict=True)
    types |= zip(LOG_PARAMETERS, (CHANGES.c[name].type for name in LOGGED), strict=True)
    return types | {FINGERPRINT: sa.Text()}


def new_row(number: int, filled: Filled, given: Given) -> dict[str, Any]:
    """The values of the insertion of that number."""
    names = filled[1]
    row = {name: given[parameter] for name, parameter in zip(names, row_parameters(number, names), strict=True)}
    return {"tenant_id": TENANT, **row}


def new_entry(given: Given) -> dict[str, Any]:
    """The values of the change that was logged; its place in the chain is still to come."""
    return {
        "tenant_id": TENANT,
        **{name: given[parameter] for name, parameter in zip(LOGGED, LOG_PARAMETERS, strict=True)},
    }


def own_tenant(dialect: Dialect) -> sa.ColumnElement[int]:
    """The tenant, as a parameter; on Postgres the statement enters it by that."""
    return enter_tenant(TENANT) if dialect.name == "postgresql" else TENANT


def updated(change: RowChange, given: Given, dialect: Dialect) -> sa.Update:
    """Sets the columns of the row, provided that it is at the version that was read."""
    table = change.table
    met = [table.c[name] == given[name] for name in change.keys]
    met += [table.c.tenant_id == own_tenant(dialect), table.c.version == given[VERSION]]
    return sa.update(table).where(*met).values({name: given[f"set_{name}"] for name in change.names})
