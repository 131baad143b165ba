"""Demonstration ledgers in databases, and every row of one as values."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from app.demo.ledger import ORDER
from app.demo.plan import Plan
from app.demo.tenants_and_keys import make_demonstration
from app.storage.database.engine import Database
from app.storage.tables import REPRESENTATIVES, TENANTS

AS_OF = date(2026, 1, 31)
TABLES = (TENANTS, REPRESENTATIVES, *ORDER)
Rows = dict[str, list[dict[str, Any]]]


async def made(url: str, plan: Plan | None = None) -> Rows:
    """The rows of a ledger that is made in an empty database."""
    database = Database(url, administers=True)
    try:
        await make_demonstration(database, plan or Plan(AS_OF))
        return await all_rows(database)
    finally:
        await database.dispose()


async def all_rows(database: Database) -> Rows:
    """Every row by table, in the order of its key; the moment at which the tenants were made left out."""
    async with database.reading() as connection:
        return {table.name: await rows_of(connection, table) for table in TABLES}


async def rows_of(connection: Any, table: sa.Table) -> list[dict[str, Any]]:
    columns = [column for column in table.c if (table, column.name) != (TENANTS, "created_at")]
    found = await connection.execute(sa.select(*columns).order_by(*table.primary_key.columns))
    return [dict(row) for row in found.mappings()]
