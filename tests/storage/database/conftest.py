"""A Postgres database as a server's login has it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from app.storage.database.engine import Database
from app.storage.database.row_level_security import ROLE


@pytest.fixture
async def server_url(postgres_url: str) -> AsyncIterator[str]:
    """The address of the database for a login that may serve, and nothing else."""
    login = f"web_{make_url(postgres_url).database}"
    owner = Database(postgres_url, administers=True)
    await execute(owner, f"CREATE ROLE {login} LOGIN PASSWORD 'secret' IN ROLE {ROLE}")
    yield make_url(postgres_url).set(username=login, password="secret").render_as_string(hide_password=False)
    await execute(owner, f"DROP ROLE {login}")
    await owner.dispose()


async def execute(database: Database, statement: str, tenant_id: int = 0) -> Any:
    async with database.writing(tenant_id) as connection:
        return await connection.execute(sa.text(statement))
