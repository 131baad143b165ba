"""`make migration`: what the tables have and a database lacks becomes one revision that works on both databases."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.exc import IntegrityError

from app.domain.changes import ChangedResource
from app.storage.database.clock import now
from app.storage.database.engine import Database
from app.storage.database.row_level_security import apply_row_level_security
from app.storage.migrations.migrate import config
from app.storage.migrations.revision import MIGRATIONS, NEWEST
from app.storage.tables import CHANGES
from tests.migration import Difference, body, difference_of, difference_of_new, write_revision
from tests.postgres import PostgresServer
from tests.storage.migrations.guards import GUARDS, faults

NEXT = f"{int(NEWEST) + 1:04d}"
BEHIND = (
    "ALTER TABLE accounts DROP COLUMN vat",
    "ALTER TABLE contacts ADD COLUMN nickname VARCHAR(20)",
    "DROP INDEX ix_accounts_tenant_id_email",
    "DROP TABLE blob_claims",
)
ALTERED = "ALTER TABLE accounts ALTER COLUMN credit_limit TYPE NUMERIC(30, 6), ALTER COLUMN name DROP NOT NULL"


@pytest.fixture
async def databases(sqlite_url: str, postgres_url: str) -> AsyncIterator[tuple[Database, Database]]:
    made = Database(sqlite_url, administers=True), Database(postgres_url, administers=True)
    yield made
    for database in made:
        await database.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The migrations, to which a test may add."""
    return shutil.copytree(MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))


async def change(database: Database, *statements: str) -> Difference:
    """What the migrations lack after these changes."""
    async with database.writing() as connection:
        for statement in statements:
            await connection.execute(sa.text(statement))
    return await difference_of(database)


def run(connection: sa.Connection, folder: Path, revision: str) -> None:
    """Goes to a revision, up or down."""
    if revision == NEWEST:
        command.downgrade(config(connection, folder), revision)
        return
    command.upgrade(config(connection, folder), revision)
    if connection.dialect.name == "postgresql":
        apply_row_level_security(connection)


async def test_a_difference_becomes_a_revision_that_both_databases_can_go_up_and_down(
    databases: tuple[Database, Database], folder: Path
) -> None:
    sqlite, postgres = [await change(database, *BEHIND) for database in databases]
    assert sqlite.upgrade == postgres.upgrade
    written = write_revision("What was lost is there again", sqlite, postgres, folder)
    assert written.name == f"{NEXT}_what_was_lost_is_there_again.py"
    assert written.read_text().startswith(
        f'''"""What was lost is there again."""

import sqlalchemy as sa
from alembic import op

from app.storage import types
from app.storage.migrations.tenant_policies import protect_tenant_rows

revision = "{NEXT}"
down_revision = "{NEWEST}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blob_claims",
'''
    )
    for database in databases:
        for revision, expected in ((NEXT, False), (NEWEST, True), (NEXT, False)):
            async with database.writing() as connection:
                await connection.run_sync(run, folder, revision)
                assert await connection.run_sync(faults, GUARDS) == []
            assert bool(await difference_of(database)) == expected


async def test_what_one_database_alone_lacks_is_asked_of_it_alone(
    databases: tuple[Database, Database], folder: Path
) -> None:
    sqlite, postgres = await change(databases[0]), await change(databases[1], ALTERED)
    written = write_revision("Types as they were", sqlite, postgres, folder)
    assert written.read_text().count('if op.get_bind().dialect.name == "postgresql":') == 2
    for database in databases:
        async with database.writing() as connection:
            await connection.run_sync(run, folder, NEXT)
        assert not await difference_of(database)


FEWER = "allow_words('changes', 'resource', 'account', 'tenant')"
ALL = f"allow_words{('changes', 'resource', *map(str, ChangedResource))}"


async def test_words_that_a_column_takes_become_a_revision_too(
    databases: tuple[Database, Database], folder: Path
) -> None:
    made = Difference((FEWER,), (ALL,))
    write_revision("The log tells of less", made, made, folder)
    for database in databases:
        async with database.writing() as connection:
            await connection.run_sync(run, folder, NEXT)
            assert await connection.run_sync(faults, GUARDS) == [LOG_TELLS_OF_LESS]
        behind = await difference_of(database)
        assert behind.upgrade == (ALL,)
        assert behind.downgrade == (FEWER,)
        with pytest.raises(IntegrityError):
            await log_entry(database, "document")
        async with database.writing() as connection:
            await connection.run_sync(run, folder, NEWEST)
        assert not await difference_of(database)
        await log_entry(database, "document")
    async with databases[0].writing() as connection:
        assert await connection.scalar(sa.text("PRAGMA integrity_check")) == "ok"


LOG_TELLS_OF_LESS = (
    "ck_changes_resource of changes allows ['account', 'tenant'], "
    "not ['account', 'api_key', 'contact', 'document', 'note', 'representative', 'tenant']"
)


async def log_entry(database: Database, resource: str) -> None:
    entry = {"tenant_id": 1, "sequence": 1, "at": now(), "resource": resource, "key": "K", "verb": "create"}
    async with database.writing() as connection:
        await connection.execute(sa.insert(CHANGES).values(**entry, after={}, hash="0" * 64))


async def test_a_table_that_no_migration_makes_yet_becomes_a_revision_with_row_level_security(
    folder: Path, postgres: PostgresServer, tmp_path: Path
) -> None:
    for path in (folder / "versions").glob("[0-9]*.py"):
        if path.name > "0006":
            path.unlink()
    new = await postgres.create_database("without_the_newest_tables")
    sqlite = await difference_of_new(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}", folder)
    written = write_revision("Tables that are new", sqlite, await difference_of_new(new, folder), folder).read_text()
    assert '    protect_tenant_rows("idempotent_answers")\n' in written
    await postgres.drop_database("without_the_newest_tables")


def test_statements_of_both_stand_once_and_those_of_one_under_a_condition() -> None:
    assert (
        body(["a()", "b()", "d()"], ["a()", "c()", "d()"])
        == """    a()
    if op.get_bind().dialect.name == "sqlite":
        b()
    if op.get_bind().dialect.name == "postgresql":
        c()
    d()"""
    )
    assert body([], []) == "    pass"


async def test_a_database_that_lacks_nothing_has_no_difference(databases: tuple[Database, Database]) -> None:
    assert [await difference_of(database) for database in databases] == [Difference(), Difference()]
