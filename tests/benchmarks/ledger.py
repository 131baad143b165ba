"""The ledger that every server of the benchmark has: the same rows on every database, put straight into the tables."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from app.auth.api_keys import create_tenant
from app.domain.caller import Caller
from app.domain.enums import CurrencyModel, Product
from app.storage.database.engine import Database
from app.storage.database.statistics import analyze_tables
from app.storage.migrations.migrate import migrate
from app.storage.tables import ACCOUNT_REPRESENTATIVES, ACCOUNTS, DOCUMENTS, NOTES, REPRESENTATIVES, TENANTS
from app.storage.writes.locking import LockingWrite

TENANT_ID = 1  # the first of a new database
BATCH = 5_000
START = datetime(2025, 1, 1, 8, tzinfo=UTC)
NAMES = ("Nordwind", "Blue Ridge", "Summit", "Harbor", "Pioneer", "Granite", "Lakeside", "Redwood")
TRADES = ("Trading", "Supply", "Logistics", "Foods", "Medical", "Textiles", "Machinery")
CITIES = (("Springfield", "IL", "US"), ("Hamburg", "HH", "DE"), ("Leeds", "YK", "GB"), ("Lyon", "RA", "FR"))
CURRENCIES = ("USD", "EUR", "GBP")
NOTE_TYPES = ("call", "email", "visit")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How large the ledger is."""

    accounts: int = 2_000
    documents_per_account: int = 50
    notes_per_account: int = 3
    representatives: int = 20
    representatives_per_account: int = 2

    @property
    def documents(self) -> int:
        return self.accounts * self.documents_per_account


def account_number(number: int) -> str:
    return f"A{number:06}"


def document_number(number: int) -> str:
    return f"INV-{number:08}"


def representative_reference(number: int) -> str:
    return f"R{number:03}"


async def fill(database: Database, size: Size) -> str:
    """Makes the schema, and a tenant with the ledger; the tenant's key."""
    return await put(database, tables(size))


async def put(database: Database, rows_of: Iterable[tuple[sa.Table, Iterable[Row]]]) -> str:
    """Makes the schema, and a tenant with these rows, each table after those that it refers to; the tenant's key."""
    await migrate(database)
    _, key = await create_tenant(database, "benchmark", tuple(Product))
    async with database.writing() as connection:
        scope = LockingWrite(connection, Caller(TENANT_ID, tuple(Product), read_only=False))
        await scope.update(TENANTS, {}, {"currency_model": str(CurrencyModel.BASIC)})
        for table, rows in rows_of:
            await insert(scope, table, rows)
            await analyze_tables(connection)
    return key


async def insert(scope: LockingWrite, table: sa.Table, rows: Iterable[Row]) -> None:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            await scope.insert_all(table, batch)
            batch.clear()
    await scope.insert_all(table, batch)


def tables(size: Size) -> Iterator[tuple[sa.Table, Iterator[Row]]]:
    """Each after those that it refers to."""
    numbers = range(1, size.accounts + 1)
    yield REPRESENTATIVES, (representative(n) for n in range(1, size.representatives + 1))
    yield ACCOUNTS, (account(n) for n in numbers)
    # One account's documents lie scattered over the table, as in a ledger that has grown.
    documents = ((turn, n) for turn in range(size.documents_per_account) for n in numbers)
    yield DOCUMENTS, (document(turn * size.accounts + n, n, turn) for turn, n in documents)
    yield NOTES, (note(n, turn) for turn in range(size.notes_per_account) for n in numbers)
    yield (
        ACCOUNT_REPRESENTATIVES,
        (link(n, turn, size) for turn in range(size.representatives_per_account) for n in numbers),
    )


def served(moment: datetime) -> Row:
    return {"products": tuple(Product), "version": 1, "created_at": moment, "updated_at": moment}


def representative(n: int) -> Row:
    return {
        "reference": representative_reference(n),
        "name": f"Representative {n}",
        "email": f"rep{n}@acme.example",
        "phone": f"+1-555-9{n:03}",
        **served(START),
    }


def account(n: int) -> Row:
    city, state, country = CITIES[n % len(CITIES)]
    address = {"address1": f"{n % 900 + 1} Main Street", "city": city, "state": state, "zip": f"{n * 13 % 99999:05}"}
    return {
        "account_number": account_number(n),
        "name": f"{NAMES[n % len(NAMES)]} {TRADES[n % len(TRADES)]} {n}",
        "display_reference": f"CUST-{n}",
        "currency": CURRENCIES[n % len(CURRENCIES)],
        "language": ("en", "de", "fr")[n % 3],
        "billing_address": {**address, "country": country},
        "phone": f"+1-555-{n % 10000:04}",
        "mobile_phone": f"+1-556-{n % 10000:04}",
        "fax": f"+1-557-{n % 10000:04}" if n % 3 else None,
        "email": f"ap{n}@customer{n % 200}.example",
        "payment_terms": ("NET30", "NET45", "NET60")[n % 3],
        "credit_limit": Decimal(1000 * (1 + n % 90)),
        "account_group": ("north", "south", "east", "west")[n % 4],
        "branch_name": f"Branch {n % 9}",
        "vat": f"TX{100_000_000 + n * 37}",
        **served(START + timedelta(minutes=n)),
    }


def document(number: int, of_account: int, turn: int) -> Row:
    currency = CURRENCIES[of_account % len(CURRENCIES)]
    issued = date(2025, 1, 1) + timedelta(days=turn * 12 + of_account % 12)
    gross = Decimal(number * 7919 % 900_000 + 10_000) / 100
    closed = (of_account * turn) % 3 == 1
    open_amount = Decimal(0) if closed else gross - Decimal(number * 31 % 10_000) / 100
    name = document_number(number)
    moment = START + timedelta(days=turn, minutes=of_account)
    return {
        "document_number": name,
        "account_number": account_number(of_account),
        "document_type": "other" if (of_account + turn) % 4 == 3 else "invoice",
        "invoice_num": name,
        "invoice_key": name,
        "invoice_date": issued,
        "due_date": issued + timedelta(days=30),
        "po_number": f"PO-{(of_account * 53 + turn * 7) % 999_983}",
        "description": f"Delivery {turn} of goods and services to account {of_account}",
        "branch_name": f"Branch {of_account % 9}",
        "ship_to_address_city": CITIES[of_account % len(CITIES)][0],
        "discount_amount": Decimal(number % 9_000) / 100,
        "freight_amount": Decimal(number % 5_000) / 100,
        "currency": currency,
        "original_denomination": gross,
        "denomination": open_amount,
        "currency_model": str(CurrencyModel.BASIC),
        "open_amount": open_amount,
        "open_currency": currency,
        "status": "closed" if closed else "open",
        "closed_at": moment if closed else None,
        "closure_reason": "paid" if closed else None,
        **served(moment),
    }


def note(of_account: int, turn: int) -> Row:
    moment = START + timedelta(days=400, minutes=of_account * 3 + turn)
    week = (of_account + turn) % 52
    return {
        "reference": f"N{of_account:06}-{turn}",
        "account_number": account_number(of_account),
        "subject": f"Call {turn} with account {of_account}",
        "body": f"Spoke with accounts payable; promised to pay open items by the end of week {week}.",
        "note_type": NOTE_TYPES[turn % len(NOTE_TYPES)],
        "effective_date": moment,
        **served(moment),
    }


def link(of_account: int, turn: int, size: Size) -> Row:
    reference = representative_reference(1 + (of_account + turn * 7) % size.representatives)
    return {"account_number": account_number(of_account), "reference": reference}
