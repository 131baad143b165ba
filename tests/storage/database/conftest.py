"""Statements as one writes them by hand."""

from typing import Any

import sqlalchemy as sa

from app.storage.database.engine import Database


async def execute(database: Database, statement: str, tenant_id: int = 0) -> Any:
    async with database.writing(tenant_id) as connection:
        return await connection.execute(sa.text(statement))
