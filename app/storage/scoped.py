"""The only door to a tenant's rows: every statement about them gets its tenant here."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.storage.tables import CSR_COUNTER, CSR_SEQUENCE, TENANTS

Values = dict[str, Any]


def owned(rows: sa.FromClause, caller: Caller) -> sa.ColumnElement[bool]:
    """The condition that the rows of this table or alias are the caller's tenant's."""
    return rows.c.tenant_id == sa.bindparam("tenant", caller.tenant_id, unique=False)


class Scoped:
    """One tenant's rows on one connection, inside the transaction of one write."""

    def __init__(self, connection: AsyncConnection, caller: Caller) -> None:
        self.connection = connection
        self.caller = caller
        self.is_postgres = connection.dialect.name == "postgresql"

    async def find(self, table: sa.Table, *, lock: bool = False, **key: Any) -> Values | None:
        """The row with these values, whole; locked against other writers until the transaction ends."""
        statement = sa.select(table).where(owned(table, self.caller), *matching(table, key))
        if lock:
            statement = statement.with_for_update(key_share=True)
        row = (await self.connection.execute(statement)).mappings().one_or_none()
        return None if row is None else dict(row)

    async def exists(self, table: sa.Table, **key: Any) -> bool:
        statement = sa.select(sa.literal(1)).where(owned(table, self.caller), *matching(table, key))
        return (await self.connection.execute(statement)).first() is not None

    async def fetch(self, statement: sa.Select[Any]) -> list[Values]:
        """The rows of a statement that is bound to the tenant by `owned`."""
        return [dict(row) for row in (await self.connection.execute(statement)).mappings()]

    async def insert(self, table: sa.Table, values: Mapping[str, Any]) -> None:
        """A new row; a table with csrIds gets its next one."""
        row = {"tenant_id": self.caller.tenant_id, **values}
        if "csr_id" in table.c:
            row["csr_id"] = await self.next_csr_id()
        await self.connection.execute(sa.insert(table).values(row))

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

    async def insert_once(self, table: sa.Table, values: Mapping[str, Any]) -> None:
        """A new row, or nothing where its key is there already."""
        dialect: Any = postgresql if self.is_postgres else sqlite
        row = {"tenant_id": self.caller.tenant_id, **values}
        await self.connection.execute(dialect.insert(table).values(row).on_conflict_do_nothing())

    async def update(self, table: sa.Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        statement = sa.update(table).where(owned(table, self.caller), *matching(table, where)).values(dict(values))
        await self.connection.execute(statement)

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


def matching(table: sa.Table, key: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == value for name, value in key.items()]
