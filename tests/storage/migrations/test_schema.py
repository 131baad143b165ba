"""The database's own promises: one schema on both kinds, tenants in front of every key, constraints and triggers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.storage.database.engine import Database
from app.storage.migrations.migrate import config, migrate
from app.storage.migrations.revision import is_current
from app.storage.tables import CSR_COUNTER, DOCUMENTS, NOTES, metadata
from tests.gateway import Client, Gateway
from tests.migration import ADVICE, difference_of
from tests.postgres import PostgresServer

WITHOUT_TENANT = {CSR_COUNTER.name, "signing_secret", "former_signing_secrets", "database_identity"}
TENANT_TABLES = [table for table in metadata.sorted_tables if table.name not in WITHOUT_TENANT]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url, administers=True)
    yield opened
    await opened.dispose()


@pytest.mark.parametrize("table", TENANT_TABLES, ids=str)
def test_the_tenant_leads_every_key_of_every_table(table: sa.Table) -> None:
    assert next(iter(table.primary_key.columns)).name == "tenant_id"
    for key in table.foreign_keys:
        assert key.constraint is not None
        assert next(iter(key.constraint.columns)).name == "tenant_id"


@pytest.mark.parametrize("table", [t for t in TENANT_TABLES if t.name not in {"tenants", "api_keys"}], ids=str)
def test_the_tenant_leads_every_index_and_unique_key_of_its_rows(table: sa.Table) -> None:
    assert [index.name for index in table.indexes if next(iter(index.columns)).name != "tenant_id"] == []
    unique = [c for c in table.constraints if isinstance(c, sa.UniqueConstraint)]
    assert [c.name for c in unique if next(iter(c.columns)).name != "tenant_id"] == []


async def test_the_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    assert not await difference_of(database), ADVICE
    async with database.writing() as connection:
        await connection.run_sync(lambda plain: command.check(config(plain)))


async def test_the_schema_is_current_after_migrating_and_migrating_again_changes_nothing(database: Database) -> None:
    await migrate(database)
    assert await is_current(database)


async def test_an_empty_sqlite_file_is_not_current(tmp_path: Any) -> None:
    empty = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}", administers=True)
    assert not await is_current(empty)
    await empty.dispose()


async def test_three_hosts_may_migrate_an_empty_postgres_at_once(postgres: PostgresServer) -> None:
    url = await postgres.create_database("migrated_at_once")
    hosts = [Database(url, administers=True) for _ in range(3)]
    await asyncio.gather(*(migrate(host) for host in hosts))
    assert await is_current(hosts[0])
    for host in hosts:
        await host.dispose()
    await postgres.drop_database("migrated_at_once")


async def test_three_processes_may_migrate_an_empty_sqlite_file_at_once(tmp_path: Any) -> None:
    hosts = [Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}", administers=True) for _ in range(3)]
    await asyncio.gather(*(migrate(host) for host in hosts))
    assert await is_current(hosts[0])
    for host in hosts:
        await host.dispose()


NOTE = """mutation { createNote(accountNumber: "A", input: { reference: "N", body: "first" })
  { userErrors { code } } }"""
ACCOUNT = (
    'mutation { createAccount(accountNumber: "A", input: { openBalance: { name: "A" } }) { userErrors { code } } }'
)
CHANGES = {
    "an update": "UPDATE notes SET body = 'changed'",
    "a delete": "DELETE FROM notes",
    "a truncation": "TRUNCATE notes",
    "a replacement": "INSERT OR REPLACE INTO notes SELECT * FROM notes",
}


@pytest.mark.parametrize("change", CHANGES)
async def test_the_database_itself_refuses_to_change_or_remove_a_note(
    gateway: Gateway, acme: Client, change: str
) -> None:
    await acme.query(ACCOUNT)
    await acme.query(NOTE)
    known = {"a truncation": not gateway.database.is_sqlite, "a replacement": gateway.database.is_sqlite}
    refusal = "append-only" if known.get(change, True) else "syntax error"
    with pytest.raises(DBAPIError, match=refusal):
        async with gateway.database.writing() as connection:
            await connection.execute(sa.text(CHANGES[change]))
    note = await acme.only('{ note(accountNumber: "A", reference: "N") { body } }')
    assert note == {"body": "first"}


async def test_the_database_itself_refuses_a_document_without_its_account(gateway: Gateway, acme: Client) -> None:
    await acme.query(ACCOUNT)
    await acme.query(
        'mutation { createDocument(documentNumber: "D", input: { combined: { accountNumber: "A", invoiceDate: '
        '"2026-05-12", dueDate: "2026-06-11" } }) { userErrors { code } } }'
    )
    for change in ({"account_number": "nobody"}, {"status": "half open"}, {"document_type": "bill"}):
        with pytest.raises(IntegrityError):
            async with gateway.database.writing() as connection:
                await connection.execute(sa.update(DOCUMENTS).values(change))


async def test_two_notes_of_a_tenant_never_share_a_reference(gateway: Gateway, acme: Client) -> None:
    await acme.query(ACCOUNT)
    await acme.query(NOTE)
    async with gateway.database.reading() as connection:
        row = dict((await connection.execute(sa.select(NOTES))).mappings().one())
    with pytest.raises(DBAPIError):
        async with gateway.database.writing() as connection:
            await connection.execute(sa.insert(NOTES).values({**row, "csr_id": 999, "account_number": "A"}))
