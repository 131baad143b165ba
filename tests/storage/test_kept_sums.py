"""What triggers keep is what there is, whatever is written, in whatever order and by how many at once."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database.engine import Database
from app.storage.kept_sums import audit_sums
from app.storage.migrations.migrate import config, migrate
from app.storage.migrations.revision import REVISIONS, is_current
from app.storage.tables import ACCOUNT_SUMS, ACCOUNTS, CHANGES_END, DOCUMENT_SUMS, DOCUMENTS, ROW_COUNTS, TENANTS
from app.storage.writes.change_log import begin_chain
from tests.gateway import Gateway
from tests.ledger import Ledger
from tests.postgres import PostgresServer
from tests.reads.mass import START, document, fill, insert
from tests.storage.random_documents import random_values

ACCOUNTS_OF_EACH = 4
BEFORE = REVISIONS[REVISIONS.index("0016") - 1]


async def faults(database: Database) -> list[str]:
    return [f"{one.tenant}: {one.example}" async for one in audit_sums(database) if one.wrong]


class Writer:
    """Writes documents of a tenant as no command would: any values, many at once, and some of it rolled back."""

    def __init__(self, database: Database, tenant_id: int, number: int) -> None:
        self.database, self.tenant_id, self.number = database, tenant_id, number
        self.random = Random(number)
        self.made = 0

    async def transaction(self) -> None:
        async with self.database.writing() as connection:
            for _ in range(self.random.randrange(1, 4)):
                savepoint = await connection.begin_nested()
                if self.random.random() < 0.2:  # as whoever writes an entry of the log does
                    end = sa.update(CHANGES_END).where(CHANGES_END.c.tenant_id == self.tenant_id)
                    await connection.execute(end.values(sequence=CHANGES_END.c.sequence))
                await self.random.choice([self.add, self.add, self.change, self.change_many, self.remove])(connection)
                await (savepoint.rollback() if self.random.random() < 0.2 else savepoint.commit())

    async def add(self, connection: AsyncConnection) -> None:
        rows = []
        for _ in range(self.random.choice([1, 1, 5, 40])):
            self.made += 1
            number = f"{self.number}-{self.made}"
            account = f"A{self.random.randrange(ACCOUNTS_OF_EACH)}"
            csr_id = self.number * 100_000 + self.made
            rows.append(document(self.random, account, number) | random_values(self.random) | served(csr_id))
        names = {name for row in rows for name in row} & set(DOCUMENTS.c.keys())
        owned = [{name: row.get(name) for name in names} | {"tenant_id": self.tenant_id} for row in rows]
        await connection.execute(sa.insert(DOCUMENTS).values(owned))

    async def change(self, connection: AsyncConnection) -> None:
        values = random_values(self.random)
        names = self.random.sample(sorted(values), self.random.randrange(1, 4))
        await connection.execute(self.update(self.some(1)).values({name: values[name] for name in names}))

    async def change_many(self, connection: AsyncConnection) -> None:
        account = f"A{self.random.randrange(ACCOUNTS_OF_EACH)}"
        changed = self.random.choice([random_values(self.random), {"comment": "x"}, {"account_number": account}])
        await connection.execute(self.update(self.some(30)).values(changed))

    async def remove(self, connection: AsyncConnection) -> None:
        statement = sa.delete(DOCUMENTS).where(DOCUMENTS.c.tenant_id == self.tenant_id)
        await connection.execute(statement.where(DOCUMENTS.c.document_number.in_(self.some(3))))

    def some(self, most: int) -> list[str]:
        return [f"{self.number}-{self.random.randint(1, self.made + 1)}" for _ in range(most)]

    def update(self, numbers: Sequence[str]) -> sa.Update:
        own = DOCUMENTS.c.tenant_id == self.tenant_id
        return sa.update(DOCUMENTS).where(own, DOCUMENTS.c.document_number.in_(numbers))


def served(csr_id: int) -> dict[str, Any]:
    return {"csr_id": csr_id, "products": (), "version": 1, "created_at": START, "updated_at": START}


async def tenants_with_accounts(gateway: Gateway) -> list[int]:
    for name in ("acme", "other"):
        await gateway.tenant(name)
        async with gateway.database.writing() as connection:
            rows = ((ACCOUNTS, {"account_number": f"A{n}", "name": "x"}) for n in range(ACCOUNTS_OF_EACH))
            await insert(connection, name, rows)
    async with gateway.database.reading() as connection:
        return list(await connection.scalars(sa.select(TENANTS.c.tenant_id).order_by("tenant_id")))


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_is_written_by_several_at_once_the_sums_are_those_of_the_rows(
    gateway: Gateway, seed: int
) -> None:
    tenants = await tenants_with_accounts(gateway)
    assert await faults(gateway.database) == []
    writers = [Writer(gateway.database, tenants[n % 2], 10 * seed + n + 1) for n in range(6)]

    async def work(writer: Writer) -> None:
        for _ in range(15):
            await writer.transaction()

    await asyncio.gather(*map(work, writers))
    assert await faults(gateway.database) == []
    async with gateway.database.reading() as connection:
        for table in (DOCUMENT_SUMS, ACCOUNT_SUMS):
            empty = sa.select(sa.func.count()).select_from(table).where(table.c.documents == 0)
            assert await connection.scalar(empty) == 0
            assert len((await connection.execute(sa.select(table.c.status))).all()) > 10


async def test_rows_that_an_operator_removes_are_not_counted_any_more(gateway: Gateway) -> None:
    client = await gateway.tenant("acme")
    await gateway.tenant("other")
    ledger = Ledger(client)
    for n in range(2):
        await ledger.account(f"A{n}")
        await ledger.document(f"D{n}", f"A{n}", "5")
        await ledger.representative(f"R{n}")
        await ledger.contact(f"C{n}", f"A{n}")
    counts = (
        "{ accounts { totalCount } documents { totalCount } representatives { totalCount } contacts { totalCount } }"
    )
    for statement, accounts, documents, others in (
        ("DELETE FROM status_transitions", 2, 2, 2),
        ("DELETE FROM contacts WHERE reference = 'C1'", 2, 2, 2),
        ("DELETE FROM documents WHERE document_number = 'D1'", 2, 1, 2),
        ("DELETE FROM accounts WHERE account_number = 'A1'", 1, 1, 2),
        ("DELETE FROM representatives", 1, 1, 0),
        ("TRUNCATE documents CASCADE" if not gateway.database.is_sqlite else "DELETE FROM documents", 1, 0, 0),
    ):
        async with gateway.database.writing() as connection:
            await connection.execute(sa.text(statement))
        found = {name: list_["totalCount"] for name, list_ in (await client.query(counts)).items()}
        removed = statement.startswith("DELETE FROM status")
        wanted = {"accounts": accounts, "documents": documents, "representatives": others}
        assert found == wanted | {"contacts": 2 if removed else 1}
        assert await faults(gateway.database) == []


async def test_a_number_that_was_altered_is_named(gateway: Gateway) -> None:
    client = await gateway.tenant("acme")
    await Ledger(client).account("A")
    await Ledger(client).document("D", "A", "5.25", "EUR")
    for table, column in ((ROW_COUNTS, "total"), (DOCUMENT_SUMS, "ten_thousandths"), (ACCOUNT_SUMS, "documents")):
        for change in (1, -1):
            async with gateway.database.writing() as connection:
                await connection.execute(sa.update(table).values({column: table.c[column] + change}))
            if change == 1:
                (found,) = [one async for one in audit_sums(gateway.database)]
                assert (found.tenant, found.wrong) == ("acme", 2 if table is ROW_COUNTS else 1)
                assert str(found.example).startswith(f"{table.name}: ")
                assert f"{column} -1" in str(found.example)
    assert await faults(gateway.database) == []


class Cut(Exception):
    """Ends a migration."""


async def test_rows_that_were_there_are_filled_in_beside_writers_however_often_that_is_ended(
    postgres: PostgresServer,
) -> None:
    """On Postgres, where a migration of many rows has several transactions."""
    database = Database(await postgres.create_database("filled_in"), administers=True)
    async with database.writing() as connection:
        await connection.run_sync(lambda plain: command.upgrade(config(plain), BEFORE))
        for number, name in ((1, "acme"), (2, "other")):
            made = {"name": name, "connection_id": name, "products": (), "time_zone": "UTC", "created_at": START}
            await connection.execute(sa.insert(TENANTS).values(tenant_id=number, **made))
            await begin_chain(connection, number)
        accounts = ((ACCOUNTS, {"account_number": f"A{n}", "name": "x"}) for n in range(ACCOUNTS_OF_EACH))
        await insert(connection, "other", accounts)
    await fill(database, "acme", 600, 3)
    writer = Writer(database, 2, 1)
    for _ in range(5):
        await writer.transaction()
    ended = asyncio.Event()

    async def write_on() -> int:
        before = writer.made
        while not ended.is_set():
            await writer.transaction()
        return writer.made - before

    writing = asyncio.create_task(write_on())
    steps: list[str] = []
    for cut in (1, 2, 0):

        def report(text: str, cut: int = cut) -> None:
            steps.append(text)
            if len(steps) == cut:
                raise Cut

        with suppress(Cut):
            await migrate(database, report=report)
        assert await is_current(database) == (cut == 0)
    ended.set()
    assert await writing > 0
    assert len(steps) >= 4
    assert await faults(database) == []
    await database.dispose()
