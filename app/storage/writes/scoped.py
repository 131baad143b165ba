"""The only door to a tenant's rows: every statement about them gets its tenant here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.domain.changes import Change
from app.storage.tables import CSR_COUNTER, CSR_SEQUENCE, TENANTS
from app.storage.writes.change_log import append, entry_of

Values = dict[str, Any]
Names = tuple[tuple[str, bool], ...]  # of columns, and whether each is to be empty


def owned(rows: sa.FromClause, caller: Caller) -> sa.ColumnElement[bool]:
    """The condition that the rows of this table or alias are the caller's tenant's."""
    return rows.c.tenant_id == sa.bindparam("tenant", caller.tenant_id, unique=False)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A row to be looked up: the table, the values that name the row in it, and whether all of it is wanted, or only
    whether it is there. `expected`: whether it must be there, or must not, for the command to succeed at all."""

    table: sa.Table
    key: tuple[tuple[str, Any], ...] = ()
    whole: bool = True
    expected: bool | None = field(default=None, compare=False)


class Scoped:
    """One tenant's rows on one connection, inside the transaction of one write."""

    def __init__(self, connection: AsyncConnection, caller: Caller, request_id: str = "") -> None:
        self.connection = connection
        self.caller = caller
        self.request_id = request_id
        self.logged: list[Values] = []
        self.is_postgres = connection.dialect.name == "postgresql"

    async def load(self, *looks: Lookup) -> None:
        """Told beforehand what a command will look up; here every look is a statement of its own."""

    async def find(self, table: sa.Table, *, lock: bool = False, **key: Any) -> Values | None:
        """The row with these values, whole; locked against other writers until the transaction ends."""
        statement = finding(table, named_by(key), lock)
        row = (await self.connection.execute(statement, self.named(key))).mappings().one_or_none()
        return None if row is None else dict(row)

    async def exists(self, table: sa.Table, **key: Any) -> bool:
        return (await self.connection.execute(existing(table, named_by(key)), self.named(key))).first() is not None

    def named(self, key: Mapping[str, Any]) -> Values:
        """The parameters of a condition on these values."""
        found = {f"key_{name}": value for name, value in key.items() if value is not None}
        return {"tenant": self.caller.tenant_id, **found}

    async def fetch(self, statement: sa.Select[Any]) -> list[Values]:
        """The rows of a statement that is bound to the tenant by `owned`."""
        return [dict(row) for row in (await self.connection.execute(statement)).mappings()]

    async def insert(self, table: sa.Table, values: Values) -> None:
        """A new row; where the table has csrIds, `values` gets the next one."""
        if "csr_id" in table.c:
            values["csr_id"] = await self.next_csr_id()
        await self.connection.execute(sa.insert(table), {"tenant_id": self.caller.tenant_id, **values})

    async def insert_all(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """New rows in one go, all with the same columns; a table with csrIds gets the next ones, in their order."""
        if not rows:
            return
        filled = [name for name in rows[0] if any(row[name] is not None for row in rows)]  # few of a document's columns
        owned_rows = [{"tenant_id": self.caller.tenant_id, **{name: row[name] for name in filled}} for row in rows]
        if "csr_id" in table.c:
            for row, csr_id in zip(owned_rows, await self.next_csr_ids(len(rows)), strict=True):
                row["csr_id"] = csr_id
        await self.connection.execute(sa.insert(table), owned_rows)

    def log(self, change: Change) -> None:
        """Adds to the change log, once the command has written all else."""
        self.logged.append(entry_of(self.caller, self.request_id, change))

    async def write_log(self) -> None:
        """Writes what was logged. Last of all: whoever else writes for the tenant waits from here to the commit."""
        await append(self.connection, self.caller.tenant_id, self.logged)
        self.logged.clear()

    async def insert_once(self, table: sa.Table, values: Mapping[str, Any]) -> bool:
        """A new row, or nothing where its key is there already; whether it is new."""
        dialect: Any = postgresql if self.is_postgres else sqlite
        row = {"tenant_id": self.caller.tenant_id, **values}
        made = await self.connection.execute(dialect.insert(table).values(row).on_conflict_do_nothing())
        return made.rowcount > 0

    async def update(self, table: sa.Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        await self.connection.execute(updating(table, named_by(where)), {**values, **self.named(where)})

    async def delete(self, table: sa.Table, *conditions: sa.ColumnElement[bool], **where: Any) -> int:
        """Removes the rows with these values; their number."""
        statement = sa.delete(table).where(owned(table, self.caller), *matching(table, where), *conditions)
        return (await self.connection.execute(statement)).rowcount

    async def lock_tenant(self) -> Values:
        """The tenant's row, locked: writes that touch a rule of the whole tenant take turns here."""
        row = await self.find(TENANTS, lock=True)
        if row is None:
            raise LookupError("the caller's tenant is gone")
        return row

    async def next_csr_id(self) -> int:
        counted = sa.update(CSR_COUNTER).values(value=CSR_COUNTER.c.value + 1).returning(CSR_COUNTER.c.value)
        statement: sa.Executable = sa.select(CSR_SEQUENCE.next_value()) if self.is_postgres else counted
        return int((await self.connection.execute(statement)).scalar_one())

    async def next_csr_ids(self, count: int) -> list[int]:
        """That many csrIds, rising, from the source of single ones."""
        if self.is_postgres:
            numbers = sa.func.generate_series(1, count).table_valued("number")
            return sorted(await self.connection.scalars(sa.select(CSR_SEQUENCE.next_value()).select_from(numbers)))
        counted = sa.update(CSR_COUNTER).values(value=CSR_COUNTER.c.value + count).returning(CSR_COUNTER.c.value)
        last = int((await self.connection.execute(counted)).scalar_one())
        return list(range(last - count + 1, last + 1))


# Statements are made once for a table and the names of a key: to make them takes longer than to run them.


@cache
def finding(table: sa.Table, names: Names, lock: bool) -> sa.Select[Any]:
    statement = sa.select(table).where(*keyed(table, names))
    return statement.with_for_update(key_share=True) if lock else statement


@cache
def existing(table: sa.Table, names: Names) -> sa.Select[Any]:
    return sa.select(sa.literal_column("1")).where(*keyed(table, names))


@cache
def updating(table: sa.Table, names: Names) -> sa.Update:
    """Sets the columns that its parameters name."""
    return sa.update(table).where(*keyed(table, names))


def keyed(table: sa.Table, names: Names) -> list[sa.ColumnElement[bool]]:
    """The condition of `Scoped.named` values."""
    owner = table.c.tenant_id == sa.bindparam("tenant", type_=sa.Integer())
    return [owner, *(given(table.c[name], is_empty) for name, is_empty in names)]


def given(column: sa.Column[Any], is_empty: bool) -> sa.ColumnElement[bool]:
    return column.is_(None) if is_empty else column == sa.bindparam(f"key_{column.name}", type_=column.type)


def named_by(key: Mapping[str, Any]) -> Names:
    return tuple((name, value is None) for name, value in key.items())


def matching(table: sa.Table, key: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == value for name, value in key.items()]
