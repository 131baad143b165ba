"""A write in two statements and no lock held between them, on Postgres: one that reads all that the write is judged by,
and one that writes, provided that the row it changes is still the one that was read.

It knows the writes that most of the load consists of: one resource's row, new or changed, with the rows that go with
it. Whatever else a command asks for raises NeedsTransaction, and the command is run again in a transaction with locks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.storage.direct import Direct, Values, direct
from app.storage.engine import Database, sqlstate
from app.storage.scoped import Look, Names, Scoped, named_by
from app.storage.tables import CSR_SEQUENCE, TENANTS

CACHED_STATEMENTS = 1_000
# Postgres: unique or foreign key violated, serialization failure, deadlock.
LOST_STATES = {"23505", "23503", "40001", "40P01"}
VERSION = "seen_version"


class NeedsTransaction(Exception):
    """The command does more than one statement can."""


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
class Insertion:
    """A new row."""

    table: sa.Table
    row: Values


class Optimistic(Scoped):
    """One tenant's rows for one write. What is inserted or updated is written by `commit`."""

    def __init__(self, database: Database, caller: Caller, guard: Guard | None = None) -> None:
        self.database = database
        self.dialect = database.writer.dialect
        self.caller = caller
        self.guard = guard
        self.found: dict[Look, Values | None] = {}
        self.insertions: list[Insertion] = []  # the resource's own row first, where it is new
        self.change: tuple[Look, Values] | None = None

    @property
    def connection(self) -> AsyncConnection:  # type: ignore[override]
        raise NeedsTransaction

    async def load(self, *looks: Look) -> None:
        """Reads what the looks name in one statement. Raises CallerChanged."""
        wanted = tuple(look for look in looks if look not in self.found)
        shapes = tuple((look.table, named_by(dict(look.key)), look.whole) for look in wanted)
        made = reading(shapes, self.guard and self.guard.condition, self.dialect)
        values = {"tenant": self.caller.tenant_id, **(self.guard.values if self.guard else {})}
        for number, look in enumerate(wanted):
            values |= {f"key_{number}_{name}": value for name, value in look.key}
        record = await self.database.fetch_row(made.text, made.arguments(values))
        if record is None:
            raise CallerChanged
        first = 0
        for look in wanted:
            last = first + (len(look.table.c) if look.whole else 1)
            there = record[first] is not None  # the tenant, which leads in every table
            self.found[look] = made.row(record, first, last) if there else None
            first = last

    async def find(self, table: sa.Table, *, lock: bool = False, **key: Any) -> Values | None:
        if lock and "version" not in table.c:  # nothing would tell that the row had changed since
            raise NeedsTransaction
        return await self.look(Look(table, tuple(key.items())))

    async def exists(self, table: sa.Table, **key: Any) -> bool:
        return await self.look(Look(table, tuple(key.items()), whole=False)) is not None

    async def look(self, look: Look) -> Values | None:
        if look not in self.found:
            await self.load(look)
        return self.found[look]

    async def insert(self, table: sa.Table, values: Values) -> None:
        if "csr_id" in table.c and (self.insertions or self.change):
            raise NeedsTransaction
        self.insertions.append(Insertion(table, values))

    async def update(self, table: sa.Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        look = Look(table, tuple(where.items()))
        if self.insertions or self.change or "version" not in table.c or not self.found.get(look):
            raise NeedsTransaction
        self.change = (look, dict(values))

    async def commit(self) -> None:
        """Writes everything in one statement. Raises LostRace."""
        if not self.insertions and not self.change:
            return
        made, values = self.writing()
        try:
            record = await self.database.fetch_row(made.text, made.arguments(values))
        except Exception as error:
            if sqlstate(error) in LOST_STATES:
                raise LostRace from error
            raise
        if record is None:
            raise LostRace
        if not self.change:
            self.insertions[0].row["csr_id"] = record[0]

    def writing(self) -> tuple[Direct, Values]:
        """The statement that writes, and its parameters."""
        values: Values = {"tenant": self.caller.tenant_id}
        look = None
        changed: tuple[str, ...] = ()
        if self.change:
            look, row = self.change
            stored = self.found[look] or {}
            changed = tuple(name for name, value in row.items() if differs(look.table.c[name], value, stored[name]))
            values |= {f"set_{name}": row[name] for name in changed} | dict(look.key) | {VERSION: stored["version"]}
        shapes = []
        for number, insertion in enumerate(self.insertions):
            filled = tuple(name for name, value in insertion.row.items() if value is not None)
            values |= {f"row_{number}_{name}": insertion.row[name] for name in filled}
            shapes.append((insertion.table, filled))
        key = (look.table, tuple(name for name, _ in look.key), changed) if look else None
        return writing(key, tuple(shapes), self.dialect), values


@lru_cache(CACHED_STATEMENTS)
def reading(
    shapes: tuple[tuple[sa.Table, Names, bool], ...], condition: sa.ColumnElement[bool] | None, dialect: Dialect
) -> Direct:
    """Reads a row of each table, whole or its tenant alone, or nulls in its place; no row at all where the condition
    does not hold."""
    tenant = sa.bindparam("tenant", type_=sa.Integer())
    joined: Any = TENANTS
    columns: list[sa.ColumnElement[Any]] = []
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
    return direct(statement, dialect)


@lru_cache(CACHED_STATEMENTS)
def writing(
    change: tuple[sa.Table, tuple[str, ...], tuple[str, ...]] | None,
    insertions: tuple[tuple[sa.Table, tuple[str, ...]], ...],
    dialect: Dialect,
) -> Direct:
    """Writes the changed row or the first insertion, and the other insertions where that was done. The changed row's
    version, or the new row's csrId, is answered; no row where the row was not as it had been read."""
    tenant = sa.bindparam("tenant", type_=sa.Integer())
    if change:
        table, keys, names = change
        met = [table.c[name] == sa.bindparam(name, type_=table.c[name].type) for name in keys]
        met += [table.c.tenant_id == tenant, table.c.version == sa.bindparam(VERSION, type_=sa.Integer())]
        sets = {name: sa.bindparam(f"set_{name}", type_=table.c[name].type) for name in names}
        first: Any = sa.update(table).where(*met).values(sets).returning(table.c.version.label("written"))
        others = list(enumerate(insertions))
    else:
        table, names = insertions[0]
        made: Any = {"tenant_id": tenant, **given(table, names, 0)}
        answered = table.c.tenant_id
        if "csr_id" in table.c:
            made, answered = {**made, "csr_id": CSR_SEQUENCE.next_value()}, table.c.csr_id
        first = sa.insert(table).values(made).returning(answered.label("written"))
        others = list(enumerate(insertions))[1:]
    written = first.cte("written")
    statement = sa.select(written.c.written)
    for number, (other, filled) in others:
        row = {"tenant_id": tenant, **given(other, filled, number)}
        added = sa.insert(other).from_select(list(row), sa.select(*row.values()).select_from(written))
        statement = statement.add_cte(added.cte(f"added{number}"))
    return direct(statement, dialect)


def differs(column: sa.Column[Any], value: Any, stored: Any) -> bool:
    """Whether a value is to be written over the stored one. Of JSON that cannot be told: True equals 1 in Python."""
    return bool(value != stored) or (isinstance(column.type, sa.JSON) and value is not None)


def given(table: sa.Table, names: tuple[str, ...], number: int) -> dict[str, Any]:
    return {name: sa.bindparam(f"row_{number}_{name}", type_=table.c[name].type) for name in names}
