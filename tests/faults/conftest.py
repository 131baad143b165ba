"""Servers that a fault is about to meet, shared by many tests, and a new tenant on one for each test."""

import shutil
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import cli
from tests.conftest import KINDS, migrated
from tests.faults.asking import Asker
from tests.postgres import LaunchedPostgres, PostgresServer
from tests.server.conftest import mortal_postgres, new_tenant
from tests.servers import COMMAND, RunningServer

__all__ = ["cli", "mortal_postgres"]
STEPPED = (sys.executable, "-m", "tests.faults.stepped_clock")
CLOCK = "clock"  # the file beside the log that says by how many seconds the clock is off
numbers = count(1)


@contextmanager
def serving(url: str, folder: Path, program: Sequence[str] = COMMAND, **settings: Any) -> Iterator[RunningServer]:
    """A server of its own on a migrated database, which the test may have ended; `program` runs it."""
    env = {"GATEWAY_DATABASE_URL": url, "GATEWAY_BLOB_URL": f"file://{folder}/blobs"}
    env |= {f"GATEWAY_{name.upper()}": str(value) for name, value in settings.items()}
    server = RunningServer(env, folder, program=program)
    try:
        yield server.start()
    finally:
        server.kill()


async def asker_of(server: RunningServer, url: str) -> Asker:
    """A client of a new tenant, which has one account to read."""
    asker = Asker(server, await new_tenant({"GATEWAY_DATABASE_URL": url}, f"tenant {next(numbers)}"))
    assert (await asker.write("rest write", "here")).status_code == 201
    return asker


@pytest.fixture(scope="package", params=KINDS)
async def shared_url(
    request: pytest.FixtureRequest,
    sqlite_template: Path,
    postgres: PostgresServer,
    postgres_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[str]:
    """A migrated database for many tests: on SQLite in one run of them, on Postgres in the other."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "gateway.db"
        shutil.copy(sqlite_template, path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    name = f"faults_{next(numbers)}"
    yield await postgres.create_database(name, postgres_template)
    await postgres.drop_database(name)


@pytest.fixture(scope="package")
def shared_server(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server on it, which outlives what happens to it; a test may set its clock."""
    folder = tmp_path_factory.mktemp("server")
    (folder / CLOCK).write_text("0")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLOCK", str(folder / CLOCK))
        with serving(shared_url, folder, STEPPED, pool_size=5, max_wait_seconds=1) as running:
            yield running


@pytest.fixture(scope="module")
async def mortal_url(mortal_postgres: LaunchedPostgres) -> AsyncIterator[str]:
    """A migrated database on a Postgres that may be frozen, or killed."""
    name = f"faults_{next(numbers)}"
    mortal_postgres.start()
    url = await mortal_postgres.create_database(name)
    await migrated(url)
    yield url
    mortal_postgres.start()
    await mortal_postgres.drop_database(name)
