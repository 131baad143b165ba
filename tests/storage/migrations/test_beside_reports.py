"""A migration that needs tables for itself while somebody reads them for long: it waits for a table as briefly as
readers may wait behind it, gives way to them, and tries again."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg  # type: ignore[import-untyped]
import pytest
from alembic import command
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.cli.console import CommandFailed, run_with_database
from app.storage.database.engine import Database
from app.storage.migrations import migrate as migration
from app.storage.migrations.migrate import config, migrate
from app.storage.migrations.revision import REVISIONS, TablesInUse, is_current, revision
from tests.postgres import PostgresServer

WALLS = "0007"  # changes every table of tenants' rows
BEFORE = REVISIONS[REVISIONS.index(WALLS) - 1]
REPORT = 4.0  # seconds, in which a migration tries several times
LONGEST_READ = migration.LONGEST_WAIT / 1000 + 1  # seconds, of which one is for a busy machine
READ = "SELECT count(*) FROM documents"


@pytest.fixture
async def url(postgres: PostgresServer) -> AsyncIterator[str]:
    """A Postgres whose tables the next migration has to change."""
    yield await postgres.create_database("beside_reports")
    await postgres.drop_database("beside_reports")


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    made = Database(url, administers=True)
    async with made.writing() as connection:
        await connection.run_sync(lambda plain: command.upgrade(config(plain), BEFORE))
    yield made
    await made.dispose()


@asynccontextmanager
async def report(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody who has read the documents and goes on reading."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    async with connection.transaction():
        assert await connection.fetchval(READ) == 0
        yield connection
    await connection.close()


async def read_on(engine: AsyncEngine, seconds: list[float]) -> None:
    """Reads the documents again and again, and notes how long each time took."""
    async with engine.connect() as connection:
        while True:
            started = time.monotonic()
            assert (await connection.exec_driver_sql(READ)).scalar_one() == 0
            await connection.rollback()
            seconds.append(time.monotonic() - started)
            await asyncio.sleep(0.01)


async def test_readers_wait_behind_it_but_for_a_moment_and_it_is_done_when_a_long_report_has_ended(
    database: Database, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    readers, seconds = create_async_engine(url), list[float]()
    reading = asyncio.create_task(read_on(readers, seconds))
    async with report(url) as connection:
        migrating = asyncio.create_task(migrate(database))
        await asyncio.sleep(REPORT)
        assert not migrating.done()
        # It reads what the migration holds already when it comes to the documents: nobody is ended for that.
        assert await connection.fetchval("SELECT count(*) FROM tenants, accounts, documents") == 0
    await asyncio.wait_for(migrating, 30)
    reading.cancel()
    await asyncio.wait({reading})
    await readers.dispose()
    assert reading.cancelled()
    assert 0.2 < max(seconds) < LONGEST_READ
    assert caplog.messages[:2] == [
        f"Others use a table that has to be changed: the next try is in {pause:g} s." for pause in migration.PAUSES[:2]
    ]
    assert await is_current(database)


async def test_one_that_waits_too_often_gives_up_with_the_schema_as_it_was(database: Database, url: str) -> None:
    async with report(url):
        with pytest.raises(TablesInUse):
            await migrate(database, pauses=(0, 0.1))
    async with database.reading() as connection:
        assert await connection.run_sync(revision) == BEFORE
    await migrate(database)
    assert await is_current(database)


async def test_whoever_migrates_is_told_so_in_a_sentence(database: Database, url: str) -> None:
    administrator = Database(url, administers=True)
    async with report(url):
        with pytest.raises(CommandFailed) as refused:
            await asyncio.to_thread(run_with_database, migrate(administrator, pauses=(0,)), administrator)
    assert str(refused.value) == (
        "Others have held a table that has to be changed for minutes, so the schema is not current yet: "
        "migrate again when their reports have ended."
    )
