"""How large tables are, told to Postgres in the middle of a load: it would learn so by itself, but only afterwards.

SQLite is told once and for all: see estimates.
"""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.tables import metadata

OF_TENANTS = [table.name for table in metadata.sorted_tables if "tenant_id" in table.c]
COUNT = sa.text(f"ANALYZE {', '.join(OF_TENANTS)}")


async def learn_sizes(connection: AsyncConnection) -> None:
    """To be called when the first of very many rows are there, and after the last.

    Foreign keys are checked by a plan that is made when the other table is empty and any index on the tenant seems as
    good as its key: such a plan reads all the tenant's rows for every row to come."""
    if connection.dialect.name == "postgresql":
        await connection.execute(COUNT)
