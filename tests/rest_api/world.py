"""A small ledger to ask about, and all that a tenant holds in one value, to show what a request changed or did not."""

from typing import Any

import sqlalchemy as sa

from tests.gateway import Client
from tests.rest_api.client import Rest

ACCOUNT = {"name": "Acme Corp"}
DOCUMENT = {"account_number": "ACCT-001", "invoice_date": "2026-05-12", "due_date": "2026-06-11"}
BASIC = {"currency": "USD", "original_denomination": 100, "denomination": 40}
EXTENDED = {
    "original_currency": "EUR",
    "base_currency": "USD",
    "original_denomination_in_original_currency": 90,
    "original_denomination_in_base_currency": 100,
    "denomination_in_original_currency": 36,
    "denomination_in_base_currency": 40,
}
CONTACT = {"account_number": "ACCT-001", "name": "Carl Contact"}
NOTE = {"reference": "NOTE-001", "body": "Pays on Fridays."}

HELD = """{
  accounts(first: 50) { nodes {
    accountNumber version updatedAt notes(first: 50) { nodes { reference body version } }
    representatives(first: 50) { nodes { reference } }
  } }
  documents(first: 50) { nodes {
    documentNumber version updatedAt status statusHistory { status at }
    representatives(first: 50) { nodes { reference } }
  } }
  representatives(first: 50) { nodes { reference version updatedAt } }
  contacts(first: 50) { nodes { reference version updatedAt isPrimary } }
  tenant { currencyModel }
}"""


async def ledger(rest: Rest) -> None:
    """ACCT-001 with a note, a contact, an open and a closed document; ACCT-002 with nothing; a representative."""
    await rest.post("accounts", "ACCT-001", body=ACCOUNT)
    await rest.post("accounts", "ACCT-002", body=ACCOUNT)
    await rest.post("accounts", "ACCT-001", "notes", body=NOTE)
    await rest.post("documents", "INV-001", body=DOCUMENT | BASIC)
    await rest.post("documents", "INV-002", body=DOCUMENT | BASIC | {"denomination": 0})
    await rest.post("representatives", "REP-001", body={"name": "Rita Rep"})
    await rest.post("contacts", "CON-001", body=CONTACT)


async def held(graph: Client) -> Any:
    """All that the tenant holds, as far as a write could change it."""
    return await graph.query(HELD)


async def copy(rest: Rest, table: sa.Table, csr_id: int, key: str, numbers: list[str]) -> None:
    """Rows like the one with the csrId, under other keys: many at once, past the commands."""
    async with rest.gateway.database.writing() as connection:
        row = (await connection.execute(sa.select(table).where(table.c.csr_id == csr_id))).mappings().one()
        copies = [{**row, key: number, "csr_id": 10**6 * csr_id + n} for n, number in enumerate(numbers, 1)]
        await connection.execute(sa.insert(table), copies)


async def link_all(rest: Rest, table: sa.Table, reference: str, key: str, numbers: list[str]) -> None:
    """Links a representative that is linked once already to more numbers."""
    async with rest.gateway.database.writing() as connection:
        link = (await connection.execute(sa.select(table).where(table.c.reference == reference))).mappings().one()
        await connection.execute(sa.insert(table), [{**link, key: number} for number in numbers])
