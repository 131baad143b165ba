"""Every table of tenants' rows is guarded in the database itself, by what Alembic does not compare."""

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from app.storage.database.engine import Database
from app.storage.database.row_level_security import ROLE
from tests.storage.migrations.guards import GUARDS, Guards, faults

PROMISES = {"promises": Guards(frozenset({"SELECT", "INSERT"}), append_only=True)}
UNGUARDED = {
    "sqlite": [
        "promises lacks the trigger promises_append_only_delete",
        "promises lacks the trigger promises_append_only_replace",
        "promises lacks the trigger promises_append_only_update",
    ],
    "postgresql": [
        "promises has no row level security",
        "promises lacks the policy administration",
        "promises lacks the policy own",
        "the server may do nothing on promises, not INSERT, SELECT",
        "promises lacks the trigger promises_append_only",
    ],
}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url, administers=True)
    yield opened
    await opened.dispose()


async def lacking(database: Database, guards: dict[str, Guards], *changes: str) -> list[str]:
    """What the tables lack after these changes."""
    async with database.writing() as connection:
        for change in changes:
            await connection.execute(sa.text(change))
        return await connection.run_sync(faults, guards)


async def test_every_table_of_tenants_rows_is_guarded(database: Database) -> None:
    assert await lacking(database, GUARDS) == []


async def test_a_new_table_without_guards_is_found(database: Database) -> None:
    table = "CREATE TABLE promises (tenant_id INTEGER NOT NULL, reference TEXT NOT NULL)"
    assert await lacking(database, GUARDS | PROMISES, table) == UNGUARDED[database.reader.dialect.name]


async def test_so_is_a_table_that_has_no_class(database: Database) -> None:
    table = "CREATE TABLE promises (tenant_id INTEGER NOT NULL)"
    assert await lacking(database, GUARDS, table) == ["promises has no class"]


async def test_a_trigger_that_is_gone_is_found(database: Database) -> None:
    name = "notes_append_only_update" if database.is_sqlite else "notes_append_only"
    drop = f"DROP TRIGGER {name}" + ("" if database.is_sqlite else " ON notes")
    assert await lacking(database, GUARDS, drop) == [f"notes lacks the trigger {name}"]


async def test_so_are_rights_and_policies_that_are_not_as_they_were_and_words_that_a_column_may_not_hold(
    postgres_url: str,
) -> None:
    database = Database(postgres_url, administers=True)
    assert await lacking(
        database,
        GUARDS,
        "DROP POLICY own ON accounts",
        "ALTER TABLE contacts NO FORCE ROW LEVEL SECURITY",
        f"GRANT UPDATE (hash) ON changes TO {ROLE}",
        f"REVOKE INSERT ON budgets FROM {ROLE}",
        "ALTER TABLE documents DROP CONSTRAINT ck_documents_status",
        "ALTER TABLE documents ADD CONSTRAINT ck_documents_status CHECK (status IN ('open', 'shut'))",
    ) == [
        "accounts lacks the policy own",
        "the server may SELECT, UPDATE on budgets, not INSERT, SELECT, UPDATE",
        "the server may INSERT, SELECT, UPDATE on changes, not INSERT, SELECT",
        "contacts has no row level security",
        "ck_documents_status of documents allows ['open', 'shut'], not ['closed', 'open']",
    ]
    await database.dispose()
