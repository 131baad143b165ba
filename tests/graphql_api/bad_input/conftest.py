"""One small ledger on each database for all of these tests: what is refused changes nothing and disturbs no other."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import KINDS, numbers
from tests.gateway import Client, Gateway
from tests.postgres import PostgresServer

FILL = """mutation {
  createAccount(accountNumber: "A-1", input: {collections: {name: "A", currency: "EUR", language: "en"}}) { created }
  createDocument(documentNumber: "D-1", input: {cashApp: {
    accountNumber: "A-1", invoiceNum: "I-1", invoiceDate: "2026-01-01", dueDate: "2026-01-31",
    amounts: {basic: {currency: "EUR", originalDenomination: 100, denomination: 60}}
  }}) { created }
  createNote(accountNumber: "A-1", input: {reference: "N-1", body: "Called."}) { created }
  createRepresentative(reference: "R-1", input: {name: "Rita"}) { created }
  createContact(reference: "C-1", input: {accountNumber: "A-1", name: "Carl"}) { created }
  linkRepresentativeToAccount(reference: "R-1", accountNumber: "A-1") { userErrors { message } }
}"""
STATE = """{
  accounts(first: 1000) { nodes { accountNumber version updatedAt notes(first: 0) { totalCount } } }
  documents(first: 1000) { nodes { documentNumber version updatedAt statusHistory { status at } } }
  representatives(first: 1000) { nodes { reference version updatedAt accounts(first: 0) { totalCount } } }
  contacts(first: 1000) { nodes { reference version updatedAt } }
}"""


@pytest.fixture(scope="package", params=KINDS)
async def acme(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_template: Path,
    postgres: PostgresServer,
    postgres_template: str,
) -> AsyncIterator[Client]:
    """A caller whose ledger holds one resource of each kind."""
    if request.param == "sqlite":
        path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("ledger") / "gateway.db")
        url = f"sqlite+aiosqlite:///{path}"
    else:
        url = await postgres.create_database(f"ledger_of_bad_input_{next(numbers)}", postgres_template)
    async with Gateway(url) as gateway:
        client = await gateway.tenant()
        for payload in (await client.query(FILL)).values():
            assert payload.get("created", True), payload
        yield client


async def state(acme: Client) -> dict[str, Any]:
    """All that a write could have changed."""
    return await acme.query(STATE)
