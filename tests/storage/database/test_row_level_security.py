"""The walls between tenants on Postgres: behind the conditions of every statement, the database itself shows a
transaction the rows of one tenant alone, and the server's login cannot change that."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from asyncpg import InsufficientPrivilegeError  # type: ignore[import-untyped]
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from app.auth.api_keys import create_tenant, list_keys, list_tenants, revoke_key
from app.cli.console import CommandFailed, run_with_database
from app.domain.enums import Product
from app.storage.database.driver_errors import sqlstate
from app.storage.database.engine import Database
from app.storage.database.row_level_security import RESTRICTED_SETTING, ROLE
from app.storage.migrations.migrate import migrate
from app.storage.tables import metadata
from tests.gateway import Client, Gateway
from tests.postgres import PostgresServer
from tests.storage.database.conftest import execute

TABLES = sorted(name for name, table in metadata.tables.items() if "tenant_id" in table.c)
ACCOUNT = """mutation($number: String!, $name: String!) { createAccount(accountNumber: $number,
  input: { combined: { name: $name, email: "a@example.com", accountGroup: "G" } }) { userErrors { message } } }"""
DOCUMENT = """mutation { createDocument(documentNumber: "D", input: { combined: { accountNumber: "A", invoiceNum: "D",
  invoiceDate: "2026-05-12", dueDate: "2026-06-11", comment: "c",
  amounts: { basic: { currency: "USD", originalDenomination: "9", denomination: "9" } } } }) {
  userErrors { field message } } }"""
CLOSE = 'mutation { closeDocument(documentNumber: "D", input: { closureReason: PAID }) { document { status } } }'
NAMES = "{ accounts { totalCount nodes { name history { nodes { verb } } } } }"
REFUSED = "42501"  # insufficient privilege


@pytest.fixture
async def gateway(postgres_url: str, server_url: str) -> AsyncIterator[Gateway]:
    """The gateway as that login serves it."""
    async with Gateway(server_url) as made:
        await made.database.dispose()
        made.database = Database(postgres_url, administers=True)
        yield made


@pytest.fixture
async def others(gateway: Gateway) -> tuple[Client, Client]:
    """Two tenants, each with an account of the same number and a document."""
    clients = (await gateway.tenant("one"), await gateway.tenant("two"))
    for client, name in zip(clients, ("One", "Two"), strict=True):
        assert (await client.only(ACCOUNT, number="A", name=name))["userErrors"] == []
        assert (await client.only(DOCUMENT))["userErrors"] == []
    return clients


async def tenant_ids(database: Database) -> list[int]:
    return list((await execute(database, "SELECT tenant_id FROM tenants ORDER BY name")).scalars())


async def test_every_table_of_tenants_rows_is_walled_against_its_owner_too(postgres_url: str) -> None:
    owner = Database(postgres_url, administers=True)
    found = await execute(
        owner,
        "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid "
        "WHERE relrowsecurity AND relforcerowsecurity AND polname = 'own' ORDER BY relname",
    )
    assert list(found.scalars()) == TABLES
    await owner.dispose()


async def test_all_kinds_of_requests_work_for_a_login_that_may_do_nothing_else(
    gateway: Gateway, others: tuple[Client, Client]
) -> None:
    one, two = others
    assert (await one.only(CLOSE))["document"] == {"status": "CLOSED"}
    again = await one.only(ACCOUNT, number="A", name="Again")
    assert [error["message"] for error in again["userErrors"]] != []
    patch = 'mutation { patchAccount(accountNumber: "A", patch: { name: "Eins" }) { account { name } } }'
    assert (await one.only(patch))["account"] == {"name": "Eins"}
    history = {"nodes": [{"verb": "CREATE"}, {"verb": "PATCH"}]}
    assert (await one.only(NAMES))["nodes"] == [{"name": "Eins", "history": history}]
    assert [node["name"] for node in (await two.only(NAMES))["nodes"]] == ["Two"]
    path = "/api/v1/ingest/documents/D"
    for client, status in ((one, "closed"), (two, "open")):
        response = await gateway.http.get(path, headers=client.headers)
        assert (response.status_code, response.json()["status"]) == (200, status)
    posted = await gateway.http.post(
        "/api/v1/ingest/accounts/A/notes",
        json={"reference": "N", "body": "hello"},
        headers={**two.headers, "Idempotency-Key": "k"},
    )
    assert posted.status_code == 201


async def test_a_query_whose_conditions_are_broken_shows_nothing_of_another_tenant(
    gateway: Gateway, others: tuple[Client, Client]
) -> None:
    sent: list[tuple[str, Sequence[Any]]] = []
    gateway.serving.statement_listeners.append(lambda text, arguments: sent.append((text, arguments)))
    for client, name in zip(others, ("One", "Two"), strict=True):
        await client.only("{ accounts { totalCount nodes { name documents { totalCount } } } }")
        text, arguments = sent[-1]
        broken = text.replace(".tenant_id = $1::INTEGER", ".tenant_id > 0")
        assert broken.count(".tenant_id > 0") > 3  # of each list, and of what is known of its number
        found = orjson.loads(await gateway.serving.fetch_json(broken, arguments) or b"")["accounts"]
        assert found == {"totalCount": 1, "nodes": [{"name": name, "documents": {"totalCount": 1}}]}


@pytest.mark.parametrize("table", TABLES)
async def test_a_statement_without_any_condition_reaches_one_tenants_rows_alone(
    gateway: Gateway, others: tuple[Client, Client], table: str
) -> None:
    one, two = await tenant_ids(gateway.database)
    count = f"SELECT tenant_id FROM {table} GROUP BY tenant_id"
    everybody = set((await execute(gateway.database, count)).scalars())
    assert set((await execute(gateway.serving, count, one)).scalars()) == everybody & {one}
    assert set((await execute(gateway.serving, count, two)).scalars()) == everybody & {two}
    assert set((await execute(gateway.serving, count)).scalars()) == set()


@pytest.mark.parametrize("table", ["accounts", "documents", "changes_end", "tenants"])
async def test_a_change_without_any_condition_changes_one_tenants_rows_alone(
    gateway: Gateway, others: tuple[Client, Client], table: str
) -> None:
    one, _ = await tenant_ids(gateway.database)
    column = {"changes_end": "hash", "tenants": "currency_model"}.get(table, "updated_at")
    changed = await execute(gateway.serving, f"UPDATE {table} SET {column} = {column}", one)
    assert changed.rowcount == 1
    assert (await execute(gateway.serving, f"UPDATE {table} SET {column} = {column}")).rowcount == 0
    assert (await execute(gateway.database, f"UPDATE {table} SET {column} = {column}")).rowcount == 2


async def test_a_row_for_another_tenant_is_refused(gateway: Gateway, others: tuple[Client, Client]) -> None:
    one, two = await tenant_ids(gateway.database)
    added = "INSERT INTO blob_claims VALUES ({}, 'claim', 'hash', now())"
    assert (await execute(gateway.serving, added.format(one), one)).rowcount == 1
    for stranger in (two, 0):
        with pytest.raises(DBAPIError) as refused:
            await execute(gateway.serving, added.format(one), stranger)
        assert sqlstate(refused.value) == REFUSED
    moved = f"UPDATE blob_claims SET tenant_id = {two}"
    with pytest.raises(DBAPIError) as refused:
        await execute(gateway.serving, moved, one)
    assert sqlstate(refused.value) == REFUSED


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE accounts DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE accounts NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY own ON accounts",
        "CREATE POLICY all_rows ON accounts USING (true)",
        "SET LOCAL row_security = off; SELECT * FROM accounts",
        f"ALTER ROLE {ROLE} BYPASSRLS",
        "ALTER TABLE changes DISABLE TRIGGER ALL",
        "INSERT INTO api_keys SELECT * FROM api_keys",
        "UPDATE api_keys SET revoked_at = NULL",
    ],
)
async def test_the_servers_login_cannot_take_the_walls_down(
    gateway: Gateway, others: tuple[Client, Client], statement: str
) -> None:
    async with gateway.serving.driver() as driver:
        with pytest.raises(InsufficientPrivilegeError):
            await driver.execute(statement)


async def test_neither_can_it_become_somebody_who_could(gateway: Gateway, postgres_url: str) -> None:
    owner = make_url(postgres_url).username
    with pytest.raises(DBAPIError) as refused:
        await execute(gateway.serving, f'SET ROLE "{owner}"')
    assert sqlstate(refused.value) == REFUSED
    await execute(gateway.serving, "RESET ROLE")
    assert list((await execute(gateway.serving, "SELECT name FROM accounts")).scalars()) == []


async def test_a_command_that_administers_says_that_it_needs_the_owners_login(server_url: str) -> None:
    database = Database(server_url, administers=True)
    with pytest.raises(CommandFailed, match=r"may not do this: administer with its owner's\.$"):
        await asyncio.to_thread(run_with_database, create_tenant(database, "new", ()), database)


async def test_a_tenant_is_entered_for_one_transaction_and_no_longer(
    gateway: Gateway, others: tuple[Client, Client]
) -> None:
    one, _ = await tenant_ids(gateway.database)
    shown = "SELECT pg_backend_pid(), current_setting('gateway.tenant', true)"
    async with gateway.serving.reading(one) as connection:
        process, setting = (await connection.execute(sa.text(shown))).one()
        assert setting == str(one)
    await others[0].only(NAMES)
    async with gateway.serving.driver() as driver:
        assert tuple(await driver.fetchrow(shown)) == (process, "")


@pytest.mark.parametrize("makes_roles", [True, False])
async def test_an_owner_who_is_no_superuser_migrates_administers_and_serves_behind_the_walls(
    postgres: PostgresServer, makes_roles: bool
) -> None:
    name = f"owned_{makes_roles}".lower()
    superuser = Database(await postgres.create_database(name), administers=True)
    await execute(superuser, f"CREATE ROLE {name} LOGIN PASSWORD 'secret' {'CREATEROLE' if makes_roles else ''}")
    await execute(superuser, f"ALTER DATABASE {name} OWNER TO {name}")
    await execute(superuser, f"ALTER SCHEMA public OWNER TO {name}")
    await superuser.dispose()
    url = make_url(postgres.url(name)).set(username=name, password="secret").render_as_string(hide_password=False)
    owner = Database(url, administers=True)
    await migrate(owner)
    async with Gateway(url) as gateway:
        for tenant in ("one", "two"):
            _, key = await create_tenant(owner, tenant, tuple(Product))
            client = Client(gateway, key)
            assert (await client.only(ACCOUNT, number="A", name=tenant))["userErrors"] == []
            assert [node["name"] for node in (await client.only(NAMES))["nodes"]] == [tenant]
        assert len(list((await execute(owner, "SELECT name FROM accounts")).scalars())) == 2
        assert list((await execute(gateway.serving, "SELECT name FROM accounts")).scalars()) == []
    await owner.dispose()
    await postgres.drop_database(name)
    superuser = Database(postgres.url("postgres"), administers=True)
    await execute(superuser, f"DROP ROLE {name}")
    await superuser.dispose()


async def test_commands_see_all_rows_on_a_connection_that_a_pooler_has_lent_to_a_server_before(
    gateway: Gateway, postgres_url: str
) -> None:
    one = await gateway.tenant("one")
    await gateway.tenant("two")
    pooled = Database(postgres_url, pool_size=1, administers=True)
    shown = f"SELECT pg_backend_pid(), current_user, current_setting('{RESTRICTED_SETTING}', true)"
    async with pooled.writer.connect() as connection:
        await connection.exec_driver_sql(f"SET ROLE {ROLE}")
        await connection.exec_driver_sql(f"SET {RESTRICTED_SETTING} = 'on'")
        before = (await connection.exec_driver_sql(shown)).one()
        assert list((await connection.exec_driver_sql("SELECT name FROM tenants")).scalars()) == []
        await connection.commit()

    assert [tenant.name for tenant in await list_tenants(pooled)] == ["one", "two"]
    assert await revoke_key(pooled, one.api_key or "") == 1
    assert [key.tenant for key in await list_keys(pooled)] == ["two"]
    async with pooled.writer.connect() as connection:
        assert (await connection.exec_driver_sql(shown)).one() == before  # for whom the pooler lends it next
    await pooled.dispose()
