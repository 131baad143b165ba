"""The unit of work with locks: each step is a statement of its own, in one transaction, and rows that the command
decides by are locked until it ends. It can do everything, and is slower than the optimistic one."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller
from app.domain.changes import Change
from app.storage.database.driver_errors import is_key_refused
from app.storage.tables import CSR_COUNTER, CSR_SEQUENCE, TENANTS
from app.storage.writes.change_log import append, log_entry
from app.storage.writes.tenant_rows import TenantRows, Values, differs, key_columns, owned, update_rows
from app.storage.writes.unit_of_work import CallerChanged, Lookup


class LockingWrite(TenantRows):
    """One tenant's rows on a connection that is inside a transaction. See UnitOfWork."""

    def __init__(self, connection: AsyncConnection, caller: Caller, request_id: str = "") -> None:
        super().__init__(connection, caller)
        self.request_id = request_id
        self.found: dict[Lookup, Values | None] = {}  # rows that were locked, as they are stored
        self.log_entries: list[Values] = []
        self.is_postgres = connection.dialect.name == "postgresql"

    async def find(self, table: sa.Table, *, lock: bool = False, **key: Any) -> Values | None:
        row = await super().find(table, lock=lock, **key)
        if lock:
            self.found[Lookup(table, tuple(key.items()))] = row
        return row

    async def ancestors(self, table: sa.Table, parent: str, key: str) -> set[str]:
        (name,) = (c.name for c in table.primary_key if c.name != "tenant_id")
        own = sa.select(table.c[name], table.c[parent]).where(owned(table, self.caller))
        line = own.where(table.c[name] == key).cte(recursive=True)
        above = own.where(table.c[name] == line.c[parent])
        return {row[name] for row in await self.fetch(sa.select(line.union(above).c[name]))}

    async def insert(self, table: sa.Table, values: Values) -> None:
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

    async def insert_once(self, table: sa.Table, values: Mapping[str, Any]) -> bool:
        dialect: Any = postgresql if self.is_postgres else sqlite
        row = {"tenant_id": self.caller.tenant_id, **values}
        inserted = await self.connection.execute(dialect.insert(table).values(row).on_conflict_do_nothing())
        return inserted.rowcount > 0

    async def update(self, table: sa.Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        stored = self.found.pop(Lookup(table, tuple(where.items())), None)
        if stored:  # only what changes is set: the server has no right to set keys
            values = {name: value for name, value in values.items() if differs(table.c[name], value, stored[name])}
            if not values:
                return
        await self.connection.execute(update_rows(table, key_columns(where)), {**values, **self.parameters(where)})

    async def delete(self, table: sa.Table, *conditions: sa.ColumnElement[bool], **where: Any) -> int:
        matches = [table.c[name] == value for name, value in where.items()]
        statement = sa.delete(table).where(owned(table, self.caller), *matches, *conditions)
        return (await self.connection.execute(statement)).rowcount

    async def lock_tenant(self) -> Values:
        row = await self.find(TENANTS, lock=True)
        if row is None:
            raise LookupError("the caller's tenant is gone")
        return row

    def log(self, change: Change) -> None:
        self.log_entries.append(log_entry(self.caller, self.request_id, change))

    async def write_log(self) -> None:
        """Writes the entries that were logged. To be done last: whoever else writes for the tenant waits from here to
        the commit. Raises CallerChanged."""
        try:
            await append(self.connection, self.caller.tenant_id, self.log_entries)
        except DBAPIError as error:
            if is_key_refused(error):
                raise CallerChanged from error
            raise
        self.log_entries.clear()

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
