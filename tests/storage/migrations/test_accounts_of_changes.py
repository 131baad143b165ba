"""Revision 0014 finds the accounts of the entries that are there, from what they and their neighbours say, and of those
that servers of the former release still add."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from app.storage.database.engine import Database
from app.storage.migrations.migrate import config, migrate
from app.storage.tables import ACCOUNTS, CHANGES, CHANGES_END, CONTACTS, DOCUMENTS, NOTES, TENANTS
from app.storage.writes.change_log import audit, chain_hash, fingerprint, text_of
from tests.postgres import PostgresServer

FORMER = "0013"
START = datetime(2026, 1, 1, tzinfo=UTC)
MANY = 6_000  # more entries than one batch has

# Resource, key, verb, before, after; and what the migration makes of them: the account, and the one from before.
Entry = tuple[str, str, str, dict[str, Any] | None, dict[str, Any], str | None, str | None]
LOG: list[Entry] = [
    ("tenant", "acme", "create", None, {}, None, None),
    ("representative", "R", "create", None, {}, None, None),
    ("account", "A", "create", None, {"account_number": "A"}, "A", None),
    ("account", "B", "patch", {}, {"vat": "1"}, "B", None),
    ("account", "A", "link", {}, {"representative": "R"}, "A", None),
    ("document", "D", "create", None, {"account_number": "A"}, "A", None),
    ("document", "D", "patch", {}, {"po_number": "1"}, "A", None),
    ("document", "old", "patch", {}, {"po_number": "1"}, "A", None),  # is older than the log, and never moved
    ("document", "moved", "patch", {}, {"po_number": "1"}, "B", None),  # is older, and moved later
    ("document", "D", "patch", {"account_number": "A"}, {"account_number": "B"}, "B", "A"),
    ("document", "moved", "link", {}, {"representative": "R"}, "B", None),
    ("document", "moved", "patch", {"account_number": "B"}, {"account_number": "A"}, "A", "B"),
    ("document", "D", "close", {"status": "open"}, {"status": "closed"}, "B", None),
    ("note", "N", "create", None, {"account_number": "B"}, "B", None),
    ("note", "older note", "create", None, {"body": "x"}, "A", None),
    ("contact", "C", "create", None, {"name": "x"}, None, None),
    ("contact", "C", "patch", {}, {"account_number": "A"}, "A", None),
    ("contact", "C", "patch", {"account_number": "A"}, {}, None, "A"),
    ("contact", "C", "patch", {}, {"title": "x"}, None, None),
    ("contact", "C", "patch", {}, {"account_number": "B"}, "B", None),
    *(("document", "D", "patch", {}, {"po_number": str(number)}, "B", None) for number in range(MANY)),
    ("document", "moved", "patch", {}, {"po_number": "2"}, "A", None),
    ("contact", "C", "patch", {"account_number": "B"}, {}, None, "B"),
]
BY_FORMER_SERVERS: list[Entry] = [
    ("account", "A", "patch", {}, {"vat": "1"}, "A", None),
    ("document", "D", "patch", {}, {"po_number": "1"}, "B", None),
    ("document", "E", "create", None, {"account_number": "A"}, "A", None),
    ("document", "moved", "patch", {"account_number": "B"}, {"account_number": "A"}, "A", "B"),
    ("note", "N", "create", None, {"body": "x"}, "B", None),
    ("contact", "C", "patch", {}, {"title": "x"}, None, None),
    ("representative", "R", "patch", {}, {}, None, None),
]
COMMON = {"tenant_id": 1, "products": (), "version": 1, "created_at": START, "updated_at": START}
DOCUMENT = {**COMMON, "document_type": "invoice", "invoice_date": START.date(), "due_date": START.date()}
DOCUMENT |= {"status": "open"}
ROWS: list[tuple[sa.Table, list[dict[str, Any]]]] = [
    (ACCOUNTS, [{**COMMON, "csr_id": n, "account_number": key, "name": key} for n, key in enumerate("AB")]),
    (
        DOCUMENTS,
        [
            {**DOCUMENT, "csr_id": 10 + n, "document_number": key, "invoice_key": key, "account_number": account}
            for n, (key, account) in enumerate({"D": "B", "old": "A", "moved": "A"}.items())
        ],
    ),
    (
        NOTES,
        [
            {
                **COMMON,
                "csr_id": 20 + n,
                "reference": key,
                "account_number": account,
                "body": "x",
                "effective_date": START,
            }
            for n, (key, account) in enumerate({"N": "B", "older note": "A"}.items())
        ],
    ),
    (CONTACTS, [{**COMMON, "csr_id": 30, "reference": "C"}]),
]


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of the former release, with a log in it."""
    url, name = f"sqlite+aiosqlite:///{tmp_path}/former.db", "accounts_of_changes"
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = await server.create_database(name)
    made = Database(url, administers=True)
    async with made.writing() as connection:
        await connection.run_sync(lambda plain: command.upgrade(config(plain), FORMER))
        tenant = {"tenant_id": 1, "name": "acme", "connection_id": "x", "products": (), "created_at": START}
        await connection.execute(sa.insert(TENANTS).values(tenant))
        await connection.execute(sa.insert(CHANGES_END).values(tenant_id=1, sequence=0, hash="0" * 64))
        for table, rows in ROWS:
            await connection.execute(sa.insert(table), rows)
    await add(made, LOG)
    yield made
    await made.dispose()
    if request.param == "postgres":
        await server.drop_database(name)


async def add(database: Database, entries: list[Entry]) -> None:
    """Entries as the former release adds them."""
    async with database.writing() as connection:
        end = sa.select(CHANGES_END.c.sequence, CHANGES_END.c.hash)
        sequence, former = (await connection.execute(end)).one()
        rows = []
        for resource, key, verb, before, after, *_ in entries:
            sequence += 1
            row: dict[str, Any] = {"at": START + timedelta(minutes=sequence % 7), "key_id": None, "request_id": None}
            row |= {"resource": resource, "key": key, "verb": verb, "version": None, "before": before, "after": after}
            former = chain_hash(former, fingerprint(1, {**row, "packed": None}, text_of(before), text_of(after)))
            rows.append({"tenant_id": 1, "sequence": sequence, "hash": former, **row})
        await connection.execute(sa.insert(CHANGES), rows)
        await connection.execute(sa.update(CHANGES_END).values(sequence=sequence, hash=former))


async def found(database: Database, after: int = 0) -> list[tuple[str | None, str | None]]:
    columns = CHANGES.c.account_number, CHANGES.c.former_account_number
    statement = sa.select(*columns).where(CHANGES.c.sequence > after).order_by(CHANGES.c.sequence)
    async with database.reading() as connection:
        return [(account, former) for account, former in await connection.execute(statement)]


async def check_log(database: Database, rows: int) -> None:
    assert [(one.rows, one.fault) async for one in audit(database)] == [(rows, None)]


async def test_entries_that_are_there_get_their_accounts_and_verify(database: Database) -> None:
    await migrate(database)
    assert await found(database) == [entry[5:] for entry in LOG]
    await check_log(database, len(LOG))
    async with database.reading() as connection:
        latest = sa.select(CHANGES.c.at, CHANGES.c.latest_at).order_by(CHANGES.c.sequence)
        moments = (await connection.execute(latest)).all()
        assert [late or at for at, late in moments][5:] == [START + timedelta(minutes=6)] * (len(LOG) - 5)
        assert await connection.scalar(sa.select(CHANGES_END.c.latest_at)) == START + timedelta(minutes=6)


async def test_so_do_entries_that_servers_of_the_former_release_add_afterwards(database: Database) -> None:
    await migrate(database)
    await add(database, BY_FORMER_SERVERS)
    assert await found(database, after=len(LOG)) == [entry[5:] for entry in BY_FORMER_SERVERS]
    await check_log(database, len(LOG) + len(BY_FORMER_SERVERS))
