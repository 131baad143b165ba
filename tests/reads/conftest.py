"""The ledger that reading tests share, on both databases."""

import shutil
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import KINDS
from tests.gateway import Gateway
from tests.postgres import PostgresServer
from tests.reads.world import World, build

numbers = count(1)


@pytest.fixture(scope="session")
async def sqlite_world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    path = tmp_path_factory.mktemp("world") / "world.db"
    shutil.copy(sqlite_template, path)
    async with Gateway(f"sqlite+aiosqlite:///{path}") as gateway:
        yield await build(gateway)


@pytest.fixture(scope="session")
async def postgres_world(postgres: PostgresServer, postgres_template: str) -> AsyncIterator[World]:
    name = f"world_{next(numbers)}"
    async with Gateway(await postgres.create_database(name, postgres_template)) as gateway:
        yield await build(gateway)
    await postgres.drop_database(name)


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest) -> World:
    """A ledger to read and not to write: on SQLite in one run of the test, on Postgres in the other."""
    made: World = request.getfixturevalue(f"{request.param}_world")
    return made


@pytest.fixture
def gateway(shared_gateway: Gateway) -> Gateway:
    """Shared: what is read is of one tenant."""
    return shared_gateway
