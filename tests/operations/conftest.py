"""The demonstration ledger that operation documents run on: of a fixed day, on both databases."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest

from app.auth.api_keys import create_key
from app.demo.plan import Plan
from app.demo.tenants import NORTHWIND
from app.demo.tenants_and_keys import make_demonstration
from app.graphql_api.operation_documents import OperationDocument
from app.storage.database.engine import Database
from tests.conftest import KINDS, migrated
from tests.gateway import Client, Gateway
from tests.operations.golden import is_mutation
from tests.postgres import PostgresServer

# Long past, so that every open document of the ledger is overdue today as well, whenever today is.
AS_OF = date(2026, 1, 31)


class Copies(Protocol):
    """Makes one more database with the ledger."""

    async def make(self) -> str: ...

    async def drop(self, url: str) -> None: ...


class SqliteCopies:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = count(1)
        self.template = folder / "ledger.db"

    async def make(self) -> str:
        path = self.folder / f"copy-{next(self.numbers)}.db"
        shutil.copy(self.template, path)
        return f"sqlite+aiosqlite:///{path}"

    async def drop(self, url: str) -> None:
        """Nothing: the folder goes with the test run."""


class PostgresCopies:
    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self.numbers = count(1)
        self.template = "ledger"

    async def make(self) -> str:
        return await self.server.create_database(f"ledger_{next(self.numbers)}", self.template)

    async def drop(self, url: str) -> None:
        await self.server.drop_database(url.rpartition("/")[2])


async def fill(url: str) -> None:
    database = Database(url, administers=True)
    await make_demonstration(database, Plan(AS_OF))
    await database.dispose()


@asynccontextmanager
async def northwind(url: str) -> AsyncIterator[Client]:
    """The ledger's first tenant; what a connection asks when it is new has been asked."""
    async with Gateway(url) as gateway:
        client = Client(gateway, await create_key(gateway.database, NORTHWIND.name, read_only=False))
        await client.run("{ tenant { name } }")
        yield client


@pytest.fixture(scope="session")
async def sqlite_copies(tmp_path_factory: pytest.TempPathFactory) -> SqliteCopies:
    copies = SqliteCopies(tmp_path_factory.mktemp("ledger"))
    url = f"sqlite+aiosqlite:///{copies.template}"
    await migrated(url)
    await fill(url)
    return copies


@pytest.fixture(scope="session")
async def postgres_copies(postgres: PostgresServer, postgres_template: str) -> PostgresCopies:
    copies = PostgresCopies(postgres)
    await fill(await postgres.create_database(copies.template, postgres_template))
    return copies


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def copies(kind: str, request: pytest.FixtureRequest) -> Copies:
    found: Copies = request.getfixturevalue(f"{kind}_copies")
    return found


@pytest.fixture(scope="session")
async def sqlite_reader(sqlite_copies: SqliteCopies) -> AsyncIterator[Client]:
    async with northwind(await sqlite_copies.make()) as client:
        yield client


@pytest.fixture(scope="session")
async def postgres_reader(postgres_copies: PostgresCopies) -> AsyncIterator[Client]:
    async with northwind(await postgres_copies.make()) as client:
        yield client


@pytest.fixture
def reader(kind: str, request: pytest.FixtureRequest) -> Client:
    found: Client = request.getfixturevalue(f"{kind}_reader")
    return found


@pytest.fixture
async def client(document: OperationDocument, copies: Copies, reader: Client) -> AsyncIterator[Client]:
    """A client of the ledger; a mutation gets a copy of its own."""
    if not is_mutation(document):
        yield reader
        return
    url = await copies.make()
    async with northwind(url) as writer:
        yield writer
    await copies.drop(url)
