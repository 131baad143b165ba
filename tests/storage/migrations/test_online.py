"""Steps of a revision that are done beside readers and writers: rows are filled in batches, indexes are built without
keeping anybody waiting, and a migration that is killed goes on where it was."""

import asyncio
import json
import shutil
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.storage.database.engine import Database
from app.storage.migrations import migrate as migration
from app.storage.migrations.migrate import migrate
from app.storage.migrations.revision import MIGRATIONS, NEWEST, TablesInUse, revision_of

PARTS = 1_000
NEXT = "9000"
REVISION = f'''"""Parts know their length."""

import sqlalchemy as sa
from alembic import op

from app.storage.migrations.online import Backfill, Batch, BuildIndex, DropIndex, on_postgres, on_sqlite

revision = "{NEXT}"
down_revision = "{NEWEST}"
PARTS = sa.table("parts", *map(sa.column, ("tenant_id", "name", "length", "filled")))


def upgrade() -> None:
    op.add_column("parts", sa.Column("length", sa.Integer()))


def downgrade() -> None:
    op.drop_column("parts", "length")


def fill(connection: sa.Connection, batch: Batch) -> None:
    values = {{"length": sa.func.length(PARTS.c.name), "filled": PARTS.c.filled + 1}}
    connection.execute(sa.update(PARTS).where(batch.of(PARTS)).values(values))
    if on_postgres(connection):
        connection.execute(sa.text("SELECT pg_sleep(0.02)"))


online = (
    Backfill("the lengths of parts", "parts", ("tenant_id", "name"), fill, seconds=2_000, batch=20),
    BuildIndex("ix_parts_length", "parts", ["tenant_id", sa.text("length DESC")], seconds=1),
    BuildIndex("ix_parts_hash", "parts", ["name"], 1, {{"postgresql_using": "hash"}}, on_postgres),
    BuildIndex("ix_parts_nocase", "parts", [sa.text("name COLLATE NOCASE")], seconds=1, when=on_sqlite),
    DropIndex("ix_parts_filled", "parts"),
)
'''
TABLE = (
    "CREATE TABLE parts (tenant_id INTEGER NOT NULL, name VARCHAR(20) NOT NULL, filled INTEGER NOT NULL DEFAULT 0, "
    "PRIMARY KEY (tenant_id, name))",
    "CREATE INDEX ix_parts_filled ON parts (filled)",
)
MIGRATE = """
import asyncio, sys
from pathlib import Path
from app.storage.database.engine import Database
from app.storage.migrations.migrate import migrate
asyncio.run(migrate(Database(sys.argv[1], administers=True), folder=Path(sys.argv[2])))
"""
INDEXES = """
SELECT relname::text, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = 'parts'::regclass AND NOT indisprimary ORDER BY relname"""
BUILDING = """SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active'
    AND wait_event_type = 'Lock'"""
BUILT = [("ix_parts_hash", True), ("ix_parts_length", True)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The migrations, and one more that has steps."""
    made = shutil.copytree(MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (made / "versions" / f"{NEXT}_parts_know_their_length.py").write_text(REVISION)
    return made


async def with_parts(url: str, count: int = PARTS) -> Database:
    """A database with the table that the migration is about, and rows of two tenants in it."""
    database = Database(url, administers=True)
    async with database.writing() as connection:
        for statement in TABLE:
            await connection.execute(sa.text(statement))
        if count:
            added = sa.text("INSERT INTO parts (tenant_id, name) VALUES (:tenant, :name)")
            rows = [{"tenant": 1 + number % 2, "name": "x" * (number % 10) + str(number)} for number in range(count)]
            await connection.execute(added, rows)
    return database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = await with_parts(database_url)
    yield made
    await made.dispose()


@pytest.fixture
async def on_postgres(postgres_url: str) -> AsyncIterator[Database]:
    made = await with_parts(postgres_url)
    yield made
    await made.dispose()


async def rows(database: Database, statement: str) -> list[Any]:
    async with database.reading() as connection:
        return [tuple(row) for row in await connection.execute(sa.text(statement))]


async def wait_for(found: Callable[[], Awaitable[Any]]) -> Any:
    """The first value that is something."""
    for _ in range(1_000):
        if value := await found():
            return value
        await asyncio.sleep(0.03)
    pytest.fail("it has not come")


async def progress(database: Database) -> tuple[int, Any]:
    """The step that an unfinished migration is at, and its place in it."""
    if await rows(database, "SELECT to_regclass('migration_progress')") == [(None,)]:
        return 0, None
    ((step, place),) = await rows(database, "SELECT step, place FROM migration_progress")
    return step, json.loads(place or "null")


async def building(database: Database) -> list[Any]:
    """The connection that builds an index and waits for somebody."""
    return await rows(database, BUILDING)


@asynccontextmanager
async def writer(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """Somebody else, who has written a part, while rows are filled, and not committed it yet."""
    await wait_for(lambda: progress_in_rows(database))
    connection = await asyncpg.connect(database.url.set(drivername="postgresql").render_as_string(False))
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("INSERT INTO parts (tenant_id, name) VALUES (3, 'uncommitted')")
    try:
        yield connection
        await transaction.commit()
    finally:
        await connection.close()


@asynccontextmanager
async def migrating(database: Database, folder: Path) -> AsyncIterator[Process]:
    """A process that migrates, and is killed at the end."""
    url = database.url.render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", MIGRATE, url, str(folder), stderr=DEVNULL)
    try:
        yield process
    finally:
        await killed(process)


async def killed(process: Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()


async def check_is_migrated(database: Database, more: int = 0) -> None:
    """Every row was filled once, the indexes are there, and nothing is left of the progress."""
    assert await revision_of(database) == NEXT
    assert await rows(database, "SELECT filled, count(*) FROM parts WHERE length = length(name) GROUP BY filled") == [
        (1, PARTS + more)
    ]
    if not database.is_sqlite:
        assert await rows(database, INDEXES) == BUILT
        assert await rows(database, "SELECT to_regclass('migration_progress')") == [(None,)]


async def test_rows_are_filled_and_indexes_built_and_dropped(database: Database, folder: Path) -> None:
    reported: list[str] = []
    await migrate(database, report=reported.append, folder=folder)
    await check_is_migrated(database)
    if database.is_sqlite:
        indexes = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = 'parts'"
        assert sorted(await rows(database, indexes)) == [("ix_parts_length",), ("ix_parts_nocase",)]
    await migrate(database, report=reported.append, folder=folder)
    await check_is_migrated(database)
    assert (reported == []) == database.is_sqlite


async def test_it_says_beforehand_how_long_each_step_takes(on_postgres: Database, folder: Path) -> None:
    async with on_postgres.writing() as connection:
        await connection.execute(sa.text("ANALYZE parts"))
    reported: list[str] = []
    await migrate(on_postgres, report=reported.append, folder=folder)
    assert [line for line in reported if "ix_parts_nocase" not in line] == [
        "Filling the lengths of parts: about 1,000 rows, 2 seconds. Others read and write meanwhile.",
        "Building the index ix_parts_length: about 1,000 rows, 0 seconds. Others read and write meanwhile.",
        "Building the index ix_parts_hash: about 1,000 rows, 0 seconds. Others read and write meanwhile.",
        "Dropping the index ix_parts_filled: about 1,000 rows, 0 seconds. Others read and write meanwhile.",
    ]


async def test_a_migration_that_is_killed_while_it_fills_rows_goes_on_from_there(
    on_postgres: Database, folder: Path
) -> None:
    async with migrating(on_postgres, folder):
        await wait_for(lambda: come_to(on_postgres, 2))
    step, (tenant, _) = await progress(on_postgres)
    assert (step, tenant) == (0, 2)
    assert await revision_of(on_postgres) == NEWEST  # so that servers of the former release are ready
    filled = dict(await rows(on_postgres, "SELECT filled, count(*) FROM parts GROUP BY filled"))
    assert PARTS / 2 < filled[1] < PARTS
    await migrate(on_postgres, folder=folder)
    await check_is_migrated(on_postgres)


async def come_to(database: Database, tenant: int) -> bool:
    _, place = await progress(database)
    return bool(place) and place[0] == tenant


async def test_rows_that_are_written_meanwhile_are_filled_too(on_postgres: Database, folder: Path) -> None:
    migrating = asyncio.create_task(migrate(on_postgres, folder=folder))
    await wait_for(lambda: progress_in_rows(on_postgres))
    async with on_postgres.writing() as connection:
        await connection.execute(sa.text("INSERT INTO parts (tenant_id, name) VALUES (9, 'new')"))
    await migrating
    await check_is_migrated(on_postgres, more=1)


async def progress_in_rows(database: Database) -> Any:
    return (await progress(database))[1]


async def test_writers_do_not_wait_while_an_index_is_built(on_postgres: Database, folder: Path) -> None:
    """It waits for one of them, who has not committed yet, and the others do not wait behind it."""
    migrating = asyncio.create_task(migrate(on_postgres, folder=folder))
    async with writer(on_postgres) as other:
        await wait_for(lambda: building(on_postgres))
        async with on_postgres.writing() as connection:
            await connection.execute(sa.text("SET LOCAL lock_timeout = 100"))
            await connection.execute(
                sa.text("INSERT INTO parts (tenant_id, name, length, filled) VALUES (3, 'b', 1, 1)")
            )
            await connection.execute(sa.text("UPDATE parts SET length = 1 WHERE name = 'b'"))
        await other.execute("UPDATE parts SET length = 11, filled = 1 WHERE name = 'uncommitted'")
        assert not migrating.done()
    await migrating
    await check_is_migrated(on_postgres, more=2)


async def test_an_index_that_was_left_half_built_is_built_anew(on_postgres: Database, folder: Path) -> None:
    async with migrating(on_postgres, folder) as process, writer(on_postgres) as other:
        ((builder,),) = await wait_for(lambda: building(on_postgres))
        await killed(process)
        async with on_postgres.writing() as connection:
            await connection.execute(sa.select(sa.func.pg_terminate_backend(builder)))
        await wait_for(lambda: nobody_builds(on_postgres))
        assert await rows(on_postgres, INDEXES) == [("ix_parts_filled", True), ("ix_parts_length", False)]
        await other.execute("UPDATE parts SET length = 11, filled = 1 WHERE name = 'uncommitted'")
    await migrate(on_postgres, folder=folder)
    await check_is_migrated(on_postgres, more=1)


async def nobody_builds(database: Database) -> bool:
    return not await building(database)


async def test_an_index_that_postgres_still_builds_for_a_migration_that_was_killed_is_waited_for(
    on_postgres: Database, folder: Path
) -> None:
    of_index = "SELECT 'ix_parts_length'::regclass::oid"
    async with migrating(on_postgres, folder) as process, writer(on_postgres) as other:
        await wait_for(lambda: building(on_postgres))
        await killed(process)
        made = await rows(on_postgres, of_index)
        going_on = asyncio.create_task(migrate(on_postgres, folder=folder))
        await asyncio.sleep(5 * migration.LOCK_PAUSE)
        assert await building(on_postgres)
        await other.execute("UPDATE parts SET length = 11, filled = 1 WHERE name = 'uncommitted'")
    await going_on
    assert await rows(on_postgres, of_index) == made
    await check_is_migrated(on_postgres, more=1)


async def test_rows_that_others_hold_are_filled_when_they_let_go(on_postgres: Database, folder: Path) -> None:
    migrating = asyncio.create_task(migrate(on_postgres, pauses=(0, 0), folder=folder))
    async with writer(on_postgres) as other:
        await other.execute("SELECT 1 FROM parts WHERE name = 'xxxxxxxxx999' FOR UPDATE")
        with pytest.raises(TablesInUse):
            await migrating
        migrating = asyncio.create_task(migrate(on_postgres, folder=folder))
        await asyncio.sleep(migration.LONGEST_WAIT / 1000)
    await migrating
    await check_is_migrated(on_postgres, more=1)


async def test_in_one_transaction_a_step_that_fails_undoes_the_revision(sqlite_url: str, folder: Path) -> None:
    database = await with_parts(sqlite_url)
    async with database.writing() as connection:
        await connection.execute(sa.text("CREATE INDEX ix_parts_nocase ON parts (name)"))
    with pytest.raises(DBAPIError, match="already exists"):
        await migrate(database, folder=folder)
    assert await revision_of(database) == NEWEST
    assert await rows(database, "SELECT count(*) FROM pragma_table_info('parts') WHERE name = 'length'") == [(0,)]
    async with database.writing() as connection:
        await connection.execute(sa.text("DROP INDEX ix_parts_nocase"))
    await migrate(database, folder=folder)
    await check_is_migrated(database)
    await database.dispose()
