"""What triggers keep is what there is, whatever is written, in whatever order and by how many at once."""

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database.engine import Database
from app.storage.kept_sums import audit_sums
from app.storage.tables import ACCOUNT_SUMS, ACCOUNTS, DOCUMENT_SUMS, DOCUMENTS, TENANTS
from tests.gateway import Gateway
from tests.reads.mass import START, document, insert
from tests.storage.random_documents import random_values

ACCOUNTS_OF_EACH = 4


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
            assert await connection.scalar(sa.select(sa.func.count()).select_from(table)) > 10
