"""Tenants of their own on one database of each kind: tests of writes need no more, and a tenant is made in a moment."""

import shutil
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import KINDS
from tests.gateway import Client, Gateway
from tests.postgres import PostgresServer

numbers = count(1)


@pytest.fixture(scope="session")
async def shared_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("shared") / "gateway.db")
    async with Gateway(f"sqlite+aiosqlite:///{path}") as gateway:
        yield gateway


@pytest.fixture(scope="session")
async def shared_postgres(postgres: PostgresServer, postgres_template: str) -> AsyncIterator[Gateway]:
    name = "shared_by_commands"
    async with Gateway(await postgres.create_database(name, postgres_template)) as gateway:
        yield gateway
    await postgres.drop_database(name)


@pytest.fixture(params=KINDS)
def shared_gateway(request: pytest.FixtureRequest) -> Gateway:
    """A gateway whose database other tests have written to: on SQLite in one run of the test, on Postgres in the
    other."""
    gateway: Gateway = request.getfixturevalue(f"shared_{request.param}")
    return gateway


@pytest.fixture
async def acme(shared_gateway: Gateway) -> Client:
    """A new tenant with all four products, through a key that may write."""
    return await shared_gateway.tenant(f"acme {next(numbers)}")


@pytest.fixture
async def globex(shared_gateway: Gateway) -> Client:
    """Another tenant on the same database."""
    return await shared_gateway.tenant(f"globex {next(numbers)}")
