"""Very many rows of a tenant, put straight into the tables: for tests that ask how reading scales, not what is read."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database.engine import Database
from app.storage.tables import (
    ACCOUNT_REPRESENTATIVES,
    ACCOUNTS,
    CONTACTS,
    DOCUMENT_REPRESENTATIVES,
    DOCUMENTS,
    NOTES,
    REPRESENTATIVES,
    TENANTS,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
FIRST_CSR_ID = 1_000_000  # beyond those that mutations give
BATCH = 500
UNLINKED = "UNLINKED"  # a representative of nobody
# Each after those that it refers to.
TABLES = (ACCOUNTS, REPRESENTATIVES, DOCUMENTS, CONTACTS, NOTES, ACCOUNT_REPRESENTATIVES, DOCUMENT_REPRESENTATIVES)

Row = tuple[sa.Table, dict[str, Any]]


async def fill(database: Database, tenant: str, accounts: int, documents_each: int) -> None:
    """Accounts, each with documents, a contact and a note, and a representative for every tenth; and UNLINKED."""
    async with database.writing() as connection:
        await insert(connection, tenant, generated(Random(7), accounts, documents_each))


async def add_documents(
    database: Database, tenant: str, account: str, numbers: list[str], amount: Decimal, due: date
) -> None:
    """Open documents of one amount on an account."""
    like = document(Random(7), account, "") | {"status": "open", "closed_at": None, "due_date": due}
    like |= {"open_amount": amount, "open_currency": "USD", "currency_model": "basic"}
    async with database.writing() as connection:
        each = ((DOCUMENTS, like | {"document_number": number, "invoice_key": number}) for number in numbers)
        await insert(connection, tenant, each)


async def insert(connection: AsyncConnection, tenant: str, generated: Iterable[Row]) -> None:
    found = await connection.execute(sa.select(TENANTS.c.tenant_id).where(TENANTS.c.name == tenant))
    tenant_id = found.scalar_one()
    rows: dict[sa.Table, list[dict[str, Any]]] = {table: [] for table in TABLES}
    for csr_id, (table, values) in enumerate(generated, start=FIRST_CSR_ID):
        moment = START + timedelta(seconds=csr_id - FIRST_CSR_ID)
        served = {"csr_id": csr_id, "products": (), "version": 1, "created_at": moment, "updated_at": moment}
        known = served | values | {"tenant_id": tenant_id}
        rows[table].append({name: value for name, value in known.items() if name in table.c})
    for table, made in rows.items():
        for first in range(0, len(made), BATCH):
            await connection.execute(sa.insert(table), made[first : first + BATCH])
        if connection.dialect.name == "postgresql":  # at once: the next table's foreign keys are looked up in this one
            await connection.execute(sa.text(f"ANALYZE {table.name}"))


def generated(random: Random, accounts: int, documents_each: int) -> Iterator[Row]:
    numbers = count(1)
    yield REPRESENTATIVES, {"reference": UNLINKED, "name": None}
    for n in range(accounts):
        account = f"A{n:06}"
        group = random.choice([None, "north", "south", "east", "west"])
        name, parent = f"Customer {random.random()}", f"A{n // 10:06}"
        own = {"account_number": account, "name": name, "account_group": group, "parent_account_number": parent}
        yield ACCOUNTS, own
        yield CONTACTS, {"reference": f"C{n:06}", "account_number": account, "name": random.choice([None, f"N{n}"])}
        yield NOTES, {"reference": f"N{n:06}", "account_number": account, "body": "Called.", "effective_date": START}
        if n % 10 == 0:
            yield REPRESENTATIVES, {"reference": f"R{n:06}", "name": random.choice([None, f"N{n}"])}
        person = {"reference": f"R{n // 10 * 10:06}"}
        yield ACCOUNT_REPRESENTATIVES, person | {"account_number": account}
        for number in (f"D{next(numbers):07}" for _ in range(documents_each)):
            yield DOCUMENTS, document(random, account, number)
            yield DOCUMENT_REPRESENTATIVES, person | {"document_number": number}


def document(random: Random, account: str, number: str) -> dict[str, Any]:
    """A document; every tenth without amounts, every third closed."""
    issued = date(2025, 1, 1) + timedelta(days=random.randrange(700))
    amount = None if random.random() < 0.1 else Decimal(random.randrange(1, 10**7)) / 100
    closed = random.random() < 0.33
    return {
        "document_number": number,
        "account_number": account,
        "document_type": "invoice",
        "invoice_key": number,
        "invoice_date": issued,
        "due_date": issued + timedelta(days=30),
        "status": "closed" if closed else "open",
        "closed_at": START if closed else None,
        "open_amount": amount,
        "open_currency": amount and "USD",
        "currency_model": amount and "basic",
    }
