"""Servers in processes of their own, under attack: one of each kind of database for all of these tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.attacks.judge import Target
from tests.conftest import KINDS, migrated, numbers
from tests.postgres import PostgresServer
from tests.server.conftest import new_tenant
from tests.servers import RunningServer

SETTINGS = {"GATEWAY_LOG_REQUESTS": "true", "GATEWAY_LOG_FORMAT": "json"}


@pytest.fixture(scope="package")
async def target(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Target]:
    """For attacks on what comes before the database."""
    folder = tmp_path_factory.mktemp("attacked")
    env = {"GATEWAY_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'gateway.db'}"}
    await migrated(env["GATEWAY_DATABASE_URL"])
    key = await new_tenant(env)
    with RunningServer(env | SETTINGS, folder) as server:
        found = Target(server, key)
        found.answers_honestly()
        yield found


@pytest.fixture(scope="package", params=KINDS)
async def ledger(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    postgres: PostgresServer,
    postgres_template: str,
) -> AsyncIterator[Target]:
    """For attacks that mean to reach the database, of both kinds."""
    folder: Path = tmp_path_factory.mktemp("ledger")
    url = f"sqlite+aiosqlite:///{folder / 'gateway.db'}"
    if request.param == "sqlite":
        await migrated(url)
    else:
        url = await postgres.create_database(f"attacked_{next(numbers)}", postgres_template)
    env = {"GATEWAY_DATABASE_URL": url}
    key = await new_tenant(env)
    with RunningServer(env, folder) as server:
        yield Target(server, key)
