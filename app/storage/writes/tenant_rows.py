"""The one way to a tenant's rows: every statement about them gets its tenant here. Reading is here, writing in
`locking` and `optimistic`."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.caller import Caller

Values = dict[str, Any]
KeyColumns = tuple[tuple[str, bool], ...]  # the columns of a key, and whether each is to be null


def owned(rows: sa.FromClause, caller: Caller) -> sa.ColumnElement[bool]:
    """The condition that the rows of this table or alias are the caller's tenant's."""
    return rows.c.tenant_id == sa.bindparam("tenant", caller.tenant_id, unique=False)


class TenantRows:
    """One tenant's rows on one connection."""

    def __init__(self, connection: AsyncConnection, caller: Caller) -> None:
        self.connection = connection
        self.caller = caller

    async def find(self, table: sa.Table, *, lock: bool = False, **key: Any) -> Values | None:
        """The row with these values, with all of its columns. With `lock`, nobody else changes it before the
        transaction ends."""
        statement = select_row(table, key_columns(key), lock)
        row = (await self.connection.execute(statement, self.parameters(key))).mappings().one_or_none()
        return None if row is None else dict(row)

    async def exists(self, table: sa.Table, **key: Any) -> bool:
        statement = select_existence(table, key_columns(key))
        return (await self.connection.execute(statement, self.parameters(key))).first() is not None

    async def fetch(self, statement: sa.Select[Any]) -> list[Values]:
        """The rows of a statement that is bound to the tenant by `owned`."""
        return [dict(row) for row in (await self.connection.execute(statement)).mappings()]

    async def count(self, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
        """How many rows of the tenant's meet the conditions."""
        own = table.c.tenant_id == self.caller.tenant_id
        statement = sa.select(sa.func.count()).select_from(table).where(own, *conditions)
        return int((await self.connection.execute(statement)).scalar_one())

    def parameters(self, key: Mapping[str, Any]) -> Values:
        """The parameters of `has_key` for these values."""
        named = {f"key_{name}": value for name, value in key.items() if value is not None}
        return {"tenant": self.caller.tenant_id, **named}


# Statements are made once for a table and the columns of a key: to make them takes longer than to run them.


@cache
def select_row(table: sa.Table, key: KeyColumns, lock: bool) -> sa.Select[Any]:
    statement = sa.select(table).where(*has_key(table, key))
    return statement.with_for_update(key_share=True) if lock else statement


@cache
def select_existence(table: sa.Table, key: KeyColumns) -> sa.Select[Any]:
    return sa.select(sa.literal_column("1")).where(*has_key(table, key))


@cache
def update_rows(table: sa.Table, key: KeyColumns) -> sa.Update:
    """Sets the columns that its parameters name."""
    return sa.update(table).where(*has_key(table, key))


def has_key(table: sa.Table, key: KeyColumns) -> list[sa.ColumnElement[bool]]:
    """The conditions that a row is the tenant's and has the values that `TenantRows.parameters` names."""
    tenant = table.c.tenant_id == sa.bindparam("tenant", type_=sa.Integer())
    return [tenant, *(equals_parameter(table.c[name], is_null) for name, is_null in key)]


def equals_parameter(column: sa.Column[Any], is_null: bool) -> sa.ColumnElement[bool]:
    return column.is_(None) if is_null else column == sa.bindparam(f"key_{column.name}", type_=column.type)


def key_columns(key: Mapping[str, Any]) -> KeyColumns:
    return tuple((name, value is None) for name, value in key.items())


def differs(column: sa.Column[Any], value: Any, stored: Any) -> bool:
    """Whether a value is to be written over the stored one. Of JSON that cannot be told: True equals 1 in Python."""
    return bool(value != stored) or (isinstance(column.type, sa.JSON) and value is not None)
