"""Tenants of their own on one database of each kind, asked through REST and, for the same data, through GraphQL."""

import shutil
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import KINDS
from tests.gateway import Client, Gateway
from tests.postgres import PostgresServer
from tests.rest_api.client import Rest

MOST = 2**20  # bytes of a body
numbers = count(1)


@pytest.fixture(scope="session")
async def rest_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("rest") / "gateway.db")
    async with Gateway(f"sqlite+aiosqlite:///{path}", max_body_bytes=MOST) as gateway:
        yield gateway


@pytest.fixture(scope="session")
async def rest_postgres(postgres: PostgresServer, postgres_template: str) -> AsyncIterator[Gateway]:
    name = "shared_by_rest"
    async with Gateway(await postgres.create_database(name, postgres_template), max_body_bytes=MOST) as gateway:
        yield gateway
    await postgres.drop_database(name)


@pytest.fixture(params=KINDS)
def shared_gateway(request: pytest.FixtureRequest) -> Gateway:
    """A gateway whose database other tests have written to: on SQLite in one run of the test, on Postgres in the
    other."""
    gateway: Gateway = request.getfixturevalue(f"rest_{request.param}")
    return gateway


@pytest.fixture
def tenant_name() -> str:
    return f"acme {next(numbers)}"


@pytest.fixture
async def graph(shared_gateway: Gateway, tenant_name: str) -> Client:
    """A new tenant with all four products, through a key that may write, on the GraphQL facade."""
    return await shared_gateway.tenant(tenant_name)


@pytest.fixture
def rest(graph: Client) -> Rest:
    """The same tenant on the REST facade."""
    return Rest.of(graph)


@pytest.fixture
async def reader(shared_gateway: Gateway, graph: Client, tenant_name: str) -> Rest:
    """The same tenant on the REST facade, through a key that may only read."""
    return Rest.of(await shared_gateway.reader(tenant_name))


@pytest.fixture
async def other(shared_gateway: Gateway) -> Rest:
    """Another tenant on the same database."""
    return Rest.of(await shared_gateway.tenant(f"globex {next(numbers)}"))
