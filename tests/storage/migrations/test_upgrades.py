"""Every schema that was ever released, with a ledger in it, is brought to the newest one: not a value is lost, and what
was written can be read through the API, while an old server reads on, and whoever else migrates at the same moment.

The ledger is made at the newest schema, and its rows are put into the tables and columns that a release had.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.demo.plan import Plan
from app.demo.tenants_and_keys import make_demonstration, open_demonstration
from app.domain.amounts import effective_open_amount, open_amount
from app.domain.enums import Resource
from app.storage.database.engine import Database
from app.storage.migrations.migrate import config, migrate
from app.storage.migrations.revision import REVISIONS, is_current, revision
from app.storage.tables import (
    ACCOUNT_REPRESENTATIVES,
    ATTACHMENTS,
    CHANGES,
    CSR_SEQUENCE,
    DOCUMENT_REPRESENTATIVES,
    DOCUMENTS,
    STATUS_TRANSITIONS,
    TABLES,
    TENANTS,
    metadata,
)
from app.storage.writes.change_log import GENESIS, audit, chain_hash, fingerprint
from tests.conftest import KINDS
from tests.gateway import Client, Gateway
from tests.pdfs import pdf
from tests.postgres import PostgresServer
from tests.servers import gateway_cli
from tests.storage.migrations.old_servers import Answers, OldServer, shown

MADE_BY_MIGRATIONS = ("csr_counter", "signing_secret", "database_identity")  # with a row of their own
PLAN = Plan(date(2026, 11, 21), accounts=6, documents_per_account=3)
ROOT = "/api/v1/ingest"
ZONES = "0009"  # the revision of time zones, since when nothing is open of a closed document
STATE = """{ documents(first: 100, orderBy: [{field: DOCUMENT_NUMBER}]) { nodes { documentNumber status
    statusHistory { status at reason notes } attachments { id source fileSize uploadedAt } } }
  accounts(first: 100) { nodes { accountNumber balances(asOf: "2026-11-21") { currency openAmount overdueAmount }
    notes(first: 100) { nodes { reference body createdAt } }
    representatives(first: 100) { nodes { reference } } } } }"""
# The tables that `everything` shows.
SHOWN = {
    table.name
    for table in (*TABLES.values(), STATUS_TRANSITIONS, ATTACHMENTS, ACCOUNT_REPRESENTATIVES, DOCUMENT_REPRESENTATIVES)
} | {TENANTS.name}
WORDS = {"Alder & Finch", "INV-1001-01", "Spoke with"}  # of the ledger, which an old server is told
numbers = count(1)

Rows = dict[str, list[dict[str, Any]]]
Columns = dict[str, set[str]]  # by table
Make = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger at the newest schema: its rows, and what a tenant's caller sees of them where the database knows some
    columns alone."""

    rows: Rows
    key: str
    seen: dict[frozenset[str], dict[str, str]]


@pytest.fixture(scope="module", params=KINDS)
def empty(request: pytest.FixtureRequest, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes a database without any schema."""

    async def make() -> str:
        if request.param == "sqlite":
            return f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('upgrades')}/gateway.db"
        return await owned(postgres, f"upgraded_{next(numbers)}")

    return make


async def owned(postgres: PostgresServer, name: str) -> str:
    """The URL of a new database for its owner: a superuser would not notice what others may not see."""
    superuser = Database(await postgres.create_database(name), administers=True)
    async with superuser.writing() as connection:
        for statement in (
            f"CREATE ROLE {name} LOGIN PASSWORD 'secret'",
            f"ALTER DATABASE {name} OWNER TO {name}",
            f"ALTER SCHEMA public OWNER TO {name}",
        ):
            await connection.execute(sa.text(statement))
    await superuser.dispose()
    return sa.make_url(postgres.url(name)).set(username=name, password="secret").render_as_string(hide_password=False)


@pytest.fixture(scope="module")
async def ledger(empty: Make) -> AsyncIterator[Ledger]:
    url = await empty()
    database = Database(url, administers=True)
    await migrate(database)
    await make_demonstration(database, PLAN)
    opened, *_ = await open_demonstration(database)
    async with Gateway(url) as gateway:
        client = Client(gateway, opened.key)
        await write_the_rest(client)
        seen = await everything(client)
    yield Ledger(await rows_of(database), opened.key, {frozenset(): seen})
    await database.dispose()


async def write_the_rest(client: Client) -> None:
    """What a demonstration has none of: a pushed PDF, an answer that is kept under a key, and a document of the account
    that old servers read which was closed while something was open."""
    tenant = await client.query("{ tenant { connectionId } documents(first: 1) { nodes { documentNumber } } }")
    number = tenant["documents"]["nodes"][0]["documentNumber"]
    path = f"/api/v1/pdf-ingestion/pdf/{tenant['tenant']['connectionId']}/ingest_documents/{number}"
    headers = {**client.headers, "Content-Type": "application/pdf"}
    assert (await client.gateway.http.post(path, content=pdf("one"), headers=headers)).status_code == 200
    headers = {**client.headers, "Idempotency-Key": "kept"}
    assert (await client.gateway.http.put(f"{ROOT}/accounts/Z", json={"name": "Z"}, headers=headers)).status_code == 201
    owed = '{ account(accountNumber: "1001") { documents(filter: {overdue: true}) { nodes { documentNumber } } } }'
    number = (await client.only(owed))["documents"]["nodes"][0]["documentNumber"]
    path = f"{ROOT}/documents/{number}/closure"
    closed = await client.gateway.http.post(path, json={"closure_reason": "write_off"}, headers=client.headers)
    assert closed.status_code == 200


async def everything(client: Client) -> dict[str, str]:
    """Every account, document, representative and contact as REST shows it, and what else GraphQL tells."""
    seen = {"graphql": (await client.post({"query": STATE})).text}
    for resource in (Resource.ACCOUNT, Resource.DOCUMENT, Resource.REPRESENTATIVE, Resource.CONTACT):
        key = "reference" if resource in (Resource.REPRESENTATIVE, Resource.CONTACT) else f"{resource}Number"
        for node in (await client.only(f"{{ {resource}s(first: 1000) {{ nodes {{ {key} }} }} }}"))["nodes"]:
            path = f"{ROOT}/{resource}s/{node[key]}"
            seen[path] = (await client.gateway.http.get(path, headers=client.headers)).text
    assert "errors" not in seen["graphql"]
    return seen


async def columns_of(connection: AsyncConnection) -> Columns:
    """The columns of the tables that there are."""
    inspected = await connection.run_sync(lambda plain: sa.inspect(plain).get_multi_columns())
    return {table: {column["name"] for column in columns} for (_, table), columns in inspected.items()}


async def rows_of(database: Database) -> Rows:
    """All rows of all tables that there are, with the columns that there are, in the order of their keys."""
    async with database.reading() as connection:
        there = await columns_of(connection)
        return {
            table.name: await rows_in(connection, table, there[table.name])
            for table in metadata.sorted_tables
            if table.name in there
        }


async def rows_in(connection: AsyncConnection, table: sa.Table, there: set[str]) -> list[dict[str, Any]]:
    columns = [column for column in table.columns if column.name in there]
    found = await connection.execute(sa.select(*columns).order_by(*table.primary_key.columns))
    return [dict(row) for row in found.mappings()]


async def released(url: str, release: str, rows: Rows) -> Database:
    """A database as a release has left it: its schema, with those of the rows that it had tables for, and of these what
    it had columns for."""
    database = Database(url, administers=True)
    async with database.writing() as connection:
        await connection.run_sync(lambda plain: command.upgrade(config(plain), release))
        there = await columns_of(connection)
        if database.is_sqlite:
            await connection.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
        else:
            await connection.execute(sa.text(f"SELECT setval('{CSR_SEQUENCE.name}', 100000)"))
        # The change log last: it takes no entry under a key that is not there.
        for table in sorted(metadata.sorted_tables, key=lambda table: table is CHANGES):
            if table.name in there and table.name in MADE_BY_MIGRATIONS:
                await connection.execute(sa.delete(table))
            if table.name in there and rows.get(table.name):
                await connection.execute(sa.insert(table), only(rows, there)[table.name])
    return database


def only(rows: Rows, columns: Columns) -> Rows:
    """The rows of these tables, with these columns."""
    return {
        table: [{name: value for name, value in row.items() if name in columns[table]} for row in rows[table]]
        for table in rows
        if table in columns
    }


def columns_in(rows: Rows) -> Columns:
    return {table: {name for row in of_table for name in row} for table, of_table in rows.items()}


async def seen_without(ledger: Ledger, empty: Make, before: Rows) -> dict[str, str]:
    """What a caller sees of the ledger where nobody has ever written what a release had no table or column for."""
    had, rows = columns_in(before), {table: ledger.rows[table] for table in SHOWN}
    lost = frozenset(f"{t}.{c}" for t, columns in columns_in(rows).items() for c in columns - had.get(t, set()))
    if lost not in ledger.seen:
        others = {table: of_table for table, of_table in ledger.rows.items() if table not in SHOWN}
        url = await empty()
        await (await released(url, "head", others | only(rows, had))).dispose()
        async with Gateway(url) as gateway:
            ledger.seen[lost] = await everything(Client(gateway, ledger.key))
    return ledger.seen[lost]


def as_of(release: str, rows: Rows) -> Rows:
    """The rows as a release has written them: with what was open when a document was closed, and its change log."""
    if release < ZONES:
        rows = {**rows, "documents": [row | {"open_amount": open_amount(row)} for row in rows["documents"]]}
    if release >= "0008":
        return rows
    changes, ends = [], dict[int, tuple[int, str]]()
    for row in rows["changes"]:
        if row["resource"] not in ("tenant", "api_key"):  # which it did not tell of
            sequence, former = ends.get(row["tenant_id"], (0, GENESIS))
            end = sequence + 1, chain_hash(former, fingerprint(row["tenant_id"], row))
            ends[row["tenant_id"]] = end
            changes.append({**row, "sequence": end[0], "hash": end[1]})
    moved = [
        {**row, "sequence": end[0], "hash": end[1]} for row in rows["changes_end"] for end in [ends[row["tenant_id"]]]
    ]
    return {**rows, "changes": changes, "changes_end": moved}


def brought(before: Rows) -> Rows:
    """The rows as the newest schema has them: nothing is open of a closed document."""
    documents = [
        row | {"open_amount": effective_open_amount(row["open_amount"], row["status"])} for row in before["documents"]
    ]
    return {**before, "documents": documents}


async def check(database: Database, ledger: Ledger, before: Rows, shown: dict[str, str]) -> None:
    """Nothing of what the release had is lost, all of it is shown, and the newest program writes on."""
    await database.dispose()  # and what it has prepared on the former schema
    kept = await rows_of(database)
    assert only(kept, columns_in(before)) == brought(before)
    assert kept.keys() == ledger.rows.keys()
    assert len(kept["changes_end"]) == len(kept["tenants"])
    async with Gateway(database.url.render_as_string(hide_password=False)) as gateway:
        client = Client(gateway, ledger.key)
        assert await everything(client) == shown
        patch = 'mutation { patchAccount(accountNumber: "Z", patch: {vat: "1"}) { account { version } } }'
        assert await client.only(patch) == {"account": {"version": 2}}
    logged = [(row.rows, row.fault) async for row in audit(database)]
    assert sum(rows for rows, _ in logged) == 1 + len(before.get("changes", ()))
    assert {fault for _, fault in logged} == {None}


async def check_guards(database: Database) -> None:
    """The tables to which rows can only be added are still so."""
    for statement in (
        "UPDATE notes SET body = 'x'",
        "DELETE FROM notes",
        "UPDATE changes SET key = 'x'",
        "DELETE FROM changes",
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            async with database.writing() as connection:
                await connection.execute(sa.text(statement))


@pytest.mark.parametrize("release", REVISIONS)
async def test_a_released_schema_with_a_ledger_in_it_is_brought_to_the_newest_while_an_old_server_reads(
    empty: Make, ledger: Ledger, release: str
) -> None:
    url, rows = await empty(), as_of(release, ledger.rows)
    database = await released(url, release, rows)
    before = await rows_of(database)
    assert before == only(rows, columns_in(before))
    async with OldServer(url, release, ledger.key) as old, asyncio.timeout(60):
        told, settled = await old.answers(), await answers_once_settled(database, old, before)
        migrating = asyncio.create_task(migrate(database))
        meanwhile = [await old.answers()]
        while not migrating.done():
            await asyncio.sleep(0.001)
            meanwhile.append(await old.answers())
        await migrating
        meanwhile.append(await old.answers())
        altered = not database.is_sqlite and release < ZONES  # the type of the documents' tax rate
        assert old.refused == (["document over REST"] if altered else [])
    async with OldServer(url, release, ledger.key) as old:
        meanwhile.append(await old.answers())  # over a new connection, too
    assert shown(told) >= WORDS
    assert (told == settled) == (release >= ZONES)
    since = meanwhile.index(settled)
    assert [answers for answers in meanwhile[:since] if answers != told] == []
    assert [answers for answers in meanwhile[since:] if answers != settled] == []
    assert await is_current(database)
    await check(database, ledger, before, await seen_without(ledger, empty, before))
    await check_guards(database)
    await database.dispose()


async def answers_once_settled(database: Database, old: OldServer, before: Rows) -> Answers:
    """What an old server answers where nothing is open of closed documents, as after the migration."""
    await put_open_amounts(database, brought(before)["documents"])
    settled = await old.answers()
    await put_open_amounts(database, before["documents"])
    assert await rows_of(database) == before
    return settled


async def put_open_amounts(database: Database, documents: list[dict[str, Any]]) -> None:
    async with database.writing() as connection:
        for row in documents:
            own = (DOCUMENTS.c.tenant_id == row["tenant_id"], DOCUMENTS.c.document_number == row["document_number"])
            await connection.execute(sa.update(DOCUMENTS).where(*own).values(open_amount=row["open_amount"]))


async def test_on_postgres_the_newest_revision_writes_no_table_anew(postgres: PostgresServer, ledger: Ledger) -> None:
    """Of a million documents that would take minutes, under a lock that keeps every reader waiting."""
    database = await released(await owned(postgres, f"upgraded_{next(numbers)}"), "0008", as_of("0008", ledger.rows))
    files = "SELECT relname, relfilenode FROM pg_class WHERE relname IN ('documents', 'tenants') ORDER BY relname"
    rates = "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attname = 'tax_rate'"
    found = []
    for _ in range(2):
        async with database.reading() as connection:
            there = (await connection.exec_driver_sql(files)).all()
            found.append((there, (await connection.exec_driver_sql(rates)).scalar_one()))
        await migrate(database)
    await database.dispose()
    assert found == [(there, "numeric(19,4)"), (there, "numeric")]


def migrated_in_a_process(url: str) -> str:
    return gateway_cli("migrate", env={"GATEWAY_DATABASE_URL": url})


@asynccontextmanager
async def all_kept_waiting(database: Database, hosts: int) -> AsyncIterator[None]:
    """Lets so many hosts go on only when all of them are under way; on SQLite nobody can tell when they are."""
    if database.is_sqlite:
        yield
        return
    async with database.writing() as connection:
        await connection.execute(sa.text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
        yield
        # One of them waits for the table, the others look again and again whether it has ended.
        arrived = sa.text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_start > now() "
            "AND state IS NOT NULL HAVING bool_or(wait_event_type = 'Lock')"
        )
        deadline = time.monotonic() + 60
        while await connection.scalar(arrived) != hosts:
            await connection.execute(sa.select(sa.func.pg_stat_clear_snapshot()))
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)


async def test_two_hosts_may_bring_the_first_schema_with_a_ledger_in_it_to_the_newest_at_once(
    empty: Make, ledger: Ledger
) -> None:
    url = await empty()
    database = await released(url, REVISIONS[0], ledger.rows)
    before = await rows_of(database)
    with ThreadPoolExecutor(2) as pool:
        loop = asyncio.get_running_loop()
        async with all_kept_waiting(database, 2):
            hosts = [loop.run_in_executor(pool, migrated_in_a_process, url) for _ in range(2)]
        printed = await asyncio.gather(*hosts)
    assert printed == ["The schema is current.\n"] * 2
    await check(database, ledger, before, await seen_without(ledger, empty, before))
    kept = await rows_of(database)
    assert [len(kept[name]) for name in ("signing_secret", "database_identity")] == [1, 1]
    await database.dispose()


async def test_a_migration_that_fails_leaves_the_schema_that_was_there(empty: Make, ledger: Ledger) -> None:
    """All revisions are one transaction: nobody ever meets a schema between two of them."""
    url = await empty()
    database = await released(url, REVISIONS[0], ledger.rows)
    before = await rows_of(database)
    async with database.writing() as connection:  # in the way of the last revision
        await connection.execute(sa.text("CREATE TABLE idempotent_answers (x INTEGER)"))
    with pytest.raises(DBAPIError, match="already exists"):
        await migrate(database)
    async with database.writing() as connection:
        assert await connection.run_sync(revision) == REVISIONS[0]
        await connection.execute(sa.text("DROP TABLE idempotent_answers"))
    assert await rows_of(database) == before
    await migrate(database)
    await check(database, ledger, before, await seen_without(ledger, empty, before))
    await database.dispose()
