"""`make migration`: what the tables have and a database lacks becomes one revision that works on both databases."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from app.storage.database.engine import Database
from app.storage.database.row_level_security import apply_row_level_security
from app.storage.migrations.revision import MIGRATIONS, NEWEST
from tests.migration import Difference, body, difference_of, write_revision
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
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes["connection"] = connection
    if revision == NEWEST:
        command.downgrade(config, revision)
        return
    command.upgrade(config, revision)
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
