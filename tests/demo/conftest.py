"""One demonstration ledger of the default size, as rows, for all tests that only look at it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.demo.tenants import TENANTS
from tests.conftest import migrated
from tests.demo.ledgers import Rows, made
from tests.postgres import PostgresServer


@pytest.fixture(scope="session")
async def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    url = new_sqlite(tmp_path_factory.mktemp("rows"))
    await migrated(url)
    return await made(url)


def new_sqlite(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'ledger.db'}"


@pytest.fixture(params=[tenant.name for tenant in TENANTS])
def own(request: pytest.FixtureRequest, rows: Rows) -> Rows:
    """The rows of one tenant."""
    (tenant_id,) = [row["tenant_id"] for row in rows["tenants"] if row["name"] == request.param]
    return {name: [row for row in found if row["tenant_id"] == tenant_id] for name, found in rows.items()}


@pytest.fixture
async def postgres_empty_url(postgres: PostgresServer) -> AsyncIterator[str]:
    """A database without any schema."""
    yield await postgres.create_database("without_schema")
    await postgres.drop_database("without_schema")
