"""One small ledger on each database for all of these tests: what is refused changes nothing and disturbs no other."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import KINDS
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


@pytest.fixture(scope="package")
def sqlite_ledger_url(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> str:
    path = tmp_path_factory.mktemp("ledger") / "gateway.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(scope="package")
async def postgres_ledger_url(postgres: PostgresServer, postgres_template: str) -> str:
    return await postgres.create_database("ledger_of_bad_input", postgres_template)


@pytest.fixture(scope="package", params=KINDS)
def ledger_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_ledger_url")
    return url


@pytest.fixture(scope="package")
async def acme(ledger_url: str) -> AsyncIterator[Client]:
    """A caller whose ledger holds one resource of each kind."""
    async with Gateway(ledger_url) as gateway:
        client = await gateway.tenant()
        for payload in (await client.query(FILL)).values():
            assert payload.get("created", True), payload
        yield client


async def state(acme: Client) -> dict[str, Any]:
    """All that a write could have changed."""
    return await acme.query(STATE)
