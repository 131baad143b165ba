"""Servers in processes of their own, and a Postgres that a test may take away from them."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.auth.api_keys import create_tenant
from app.domain.enums import Product
from app.storage.database.engine import Database
from tests.conftest import migrated
from tests.postgres import LaunchedPostgres, PostgresUnavailableError, find_binaries
from tests.servers import RunningServer


@dataclass(frozen=True, slots=True)
class Caller:
    """A client of a running server; every request comes over a connection of its own."""

    server: RunningServer
    key: str

    async def post(self, query: str, **variables: Any) -> httpx.Response:
        body = {"query": query, "variables": variables}
        async with self.client() as client:
            return await client.post("/graphql", json=body, headers={"X-API-Key": self.key})

    async def get(self, path: str) -> httpx.Response:
        async with self.client() as client:
            return await client.get(path)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.server.url, timeout=60, trust_env=False)


async def new_tenant(env: dict[str, str], name: str = "acme") -> str:
    """A new tenant's key."""
    database = Database(env["GATEWAY_DATABASE_URL"], administers=True)
    _, key = await create_tenant(database, name, tuple(Product))
    await database.dispose()
    return key


@pytest.fixture
def env(database_url: str) -> dict[str, str]:
    return {"GATEWAY_DATABASE_URL": database_url}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The database of the server, as another program would open it."""
    opened = Database(database_url, administers=True)
    yield opened
    await opened.dispose()


@pytest.fixture
async def acme(env: dict[str, str], tmp_path: Path) -> AsyncIterator[Caller]:
    """A caller of a server of its own, which the test may have ended."""
    key = await new_tenant(env)
    with RunningServer(env, tmp_path) as server:
        yield Caller(server, key)
        server.kill()


@pytest.fixture(scope="package")
def mortal_postgres() -> Iterator[LaunchedPostgres]:
    """A Postgres of our own beside that of the other tests, to be killed and started again."""
    binaries = find_binaries("system") or find_binaries("wheel")
    if binaries is None:
        raise PostgresUnavailableError("no Postgres on this machine can be started and killed")
    with LaunchedPostgres(binaries) as server:
        yield server


@pytest.fixture
async def mortal(mortal_postgres: LaunchedPostgres, tmp_path: Path) -> AsyncIterator[Caller]:
    """A caller of a server on that Postgres."""
    mortal_postgres.start()
    name = f"mortal_{tmp_path.name}"
    url = await mortal_postgres.create_database(name)
    await migrated(url)
    env = {"GATEWAY_DATABASE_URL": url}
    key = await new_tenant(env)
    with RunningServer(env, tmp_path) as server:
        yield Caller(server, key)
        server.kill()
    mortal_postgres.start()
    await mortal_postgres.drop_database(name)
