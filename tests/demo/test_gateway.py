"""The gateway over the demonstration: its balances are the sums of its documents, and life goes on after it."""

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from app.auth.api_keys import TenantExists, UnknownTenant, create_tenant, list_keys, list_tenants
from app.demo.plan import Plan
from app.demo.tenants import CONTOSO, TENANTS
from app.demo.tenants_and_keys import make_demonstration, open_demonstration, reopen_demonstration
from app.storage.database.engine import Database
from tests.demo.ledgers import AS_OF, all_rows
from tests.gateway import Client, Gateway

BUCKETS = {"current": 0, "days1To30": 30, "days31To60": 60, "days61To90": 90}  # and the latest day of each
DOCUMENTS = """query($after: String) {
  documents(first: 1000, after: $after) {
    nodes {
      account { accountNumber } documentType status dueDate
      currency denomination baseCurrency denominationInBaseCurrency
    }
    pageInfo { hasNextPage endCursor }
  }
}"""
BALANCE = """fragment Sums on Balance {
  currency openAmount overdueAmount openDocuments aging { current days1To30 days31To60 days61To90 over90 }
}"""
TENANT_BALANCES = "query($asOf: Date) { tenant { balances(asOf: $asOf) { ...Sums } } }" + BALANCE
ACCOUNT_BALANCES = (
    """query($asOf: Date) {
  accounts(first: 100) { nodes { accountNumber balances(asOf: $asOf) { ...Sums } } }
}"""
    + BALANCE
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    found = Database(database_url, administers=True)
    yield found
    await found.dispose()


@pytest.fixture
async def clients(gateway: Gateway) -> dict[str, Client]:
    """A client of each demonstration tenant, by the tenant's name."""
    await make_demonstration(gateway.database, Plan(AS_OF))
    return {one.tenant.name: Client(gateway, one.key) for one in await open_demonstration(gateway.database)}


def bucket_of(due: str) -> str:
    late = (AS_OF - date.fromisoformat(due)).days
    return next((name for name, latest in BUCKETS.items() if late <= latest), "over90")


def summed(documents: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Balances by currency, worked out from the documents' own fields."""
    found: dict[str, Any] = defaultdict(lambda: defaultdict(Decimal))
    for document in documents:
        currency = document["currency"] or document["baseCurrency"]
        amount = document["denomination"] or document["denominationInBaseCurrency"]
        if document["status"] == "CLOSED" or currency is None or amount is None:
            continue
        balance, bucket = found[currency], bucket_of(document["dueDate"])
        balance["openDocuments"] += 1
        balance["openAmount"] += Decimal(amount)
        balance[bucket] += Decimal(amount)
        balance["overdueAmount"] += Decimal(amount) if bucket != "current" else 0
    return found


def flat(balances: list[dict[str, Any]]) -> dict[str, dict[str, Decimal]]:
    """Balances as the gateway answers them, by currency, without what is zero."""
    found = {}
    for balance in balances:
        numbers = {**balance, **balance["aging"]}
        found[balance["currency"]] = {
            name: Decimal(value) for name, value in numbers.items() if name not in ("currency", "aging")
        }
    return {currency: {n: v for n, v in values.items() if v} for currency, values in found.items()}


def nonzero(sums: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {currency: {n: v for n, v in values.items() if v} for currency, values in sums.items()}


async def all_documents(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = await client.only(DOCUMENTS, after=after)
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize("name", [tenant.name for tenant in TENANTS])
async def test_balances_are_the_sums_of_the_open_documents(clients: dict[str, Client], name: str) -> None:
    client = clients[name]
    documents = await all_documents(client)
    by_account = defaultdict(list)
    for document in documents:
        by_account[document["account"]["accountNumber"]].append(document)

    tenant = await client.only(TENANT_BALANCES, asOf=str(AS_OF))
    assert flat(tenant["balances"]) == nonzero(summed(documents))
    assert len(client.gateway.statements) == 1

    accounts = (await client.only(ACCOUNT_BALANCES, asOf=str(AS_OF)))["nodes"]
    found = {account["accountNumber"]: flat(account["balances"]) for account in accounts}
    assert found == {number: nonzero(summed(documents)) for number, documents in by_account.items()}
    assert len(client.gateway.statements) == 1


CREATE_ACCOUNT = """mutation {
  createAccount(accountNumber: "new", input: { openBalance: { name: "New" } }) { account { csrId } userErrors { code } }
}"""
CREATE_NOTE = """mutation {
  createNote(accountNumber: "new", input: { reference: "new", body: "New" }) { note { csrId } userErrors { code } }
}"""


async def test_what_is_created_afterwards_goes_on_with_new_csr_ids(clients: dict[str, Client]) -> None:
    client = clients[CONTOSO.name]
    rows = await all_rows(client.gateway.database)
    used = sorted(row["csr_id"] for found in rows.values() for row in found if "csr_id" in row)
    account = (await client.only(CREATE_ACCOUNT))["account"]["csrId"]
    note = (await client.only(CREATE_NOTE))["note"]["csrId"]

    assert len(set(used)) == len(used)
    assert (account, note) == (used[-1] + 1, used[-1] + 2)


async def test_making_it_again_is_refused_and_changes_nothing(database: Database) -> None:
    await make_demonstration(database, Plan(AS_OF))
    before = await all_rows(database)

    with pytest.raises(TenantExists, match="Northwind Supply"):
        await make_demonstration(database, Plan(AS_OF, accounts=4))
    assert await all_rows(database) == before


async def test_a_tenant_of_the_second_name_is_enough_to_refuse_it_whole(database: Database) -> None:
    await create_tenant(database, CONTOSO.name, ())

    with pytest.raises(TenantExists, match="Contoso Industrial"):
        await make_demonstration(database, Plan(AS_OF))
    assert [tenant.name for tenant in await list_tenants(database)] == [CONTOSO.name]


async def test_other_tenants_are_left_alone(gateway: Gateway) -> None:
    acme = await gateway.tenant("acme")
    await make_demonstration(gateway.database, Plan(AS_OF))

    assert await acme.query("{ accounts { totalCount } documents { totalCount } }") == {
        "accounts": {"totalCount": 0},
        "documents": {"totalCount": 0},
    }


async def test_one_that_is_broken_off_leaves_nothing(database: Database) -> None:
    def break_off(documents: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        await make_demonstration(database, Plan(AS_OF), break_off)
    assert {name: len(found) for name, found in (await all_rows(database)).items() if found} == {}


async def test_progress_is_told_until_all_documents_are_written(database: Database) -> None:
    told: list[int] = []
    await make_demonstration(database, Plan(AS_OF, 12, 160), told.append)

    assert len(told) > 2
    assert sum(told) == Plan(AS_OF, 12, 160).documents


async def test_a_key_that_is_made_again_ends_the_former_and_no_other(gateway: Gateway) -> None:
    await make_demonstration(gateway.database, Plan(AS_OF, 2, 1))
    kept = await open_demonstration(gateway.database)
    former = await reopen_demonstration(gateway.database)
    newer = await reopen_demonstration(gateway.database)

    for one in (*kept, *newer):
        assert await Client(gateway, one.key).only("{ tenant { name } }") == {"name": one.tenant.name}
    for one in former:
        assert await Client(gateway, one.key).error_codes("{ tenant { name } }") == ["UNAUTHENTICATED"]
    labels = sorted((key.tenant, key.label or "") for key in await list_keys(gateway.database))
    assert labels == [
        (name, label) for name in ("Contoso Industrial", "Northwind Supply") for label in ("", "serve --demo")
    ]


async def test_there_is_no_key_to_make_again_without_a_demonstration(database: Database) -> None:
    with pytest.raises(UnknownTenant, match="Northwind Supply"):
        await reopen_demonstration(database)
    assert await list_keys(database) == []


async def test_postgres_knows_how_large_the_tables_are_as_soon_as_it_is_made(postgres_url: str) -> None:
    database = Database(postgres_url, administers=True)
    await make_demonstration(database, Plan(AS_OF))
    async with database.reading() as connection:
        known = await connection.execute(
            text("SELECT relname, reltuples FROM pg_class WHERE relname IN ('accounts', 'documents')")
        )
        assert {row.relname: row.reltuples for row in known} == {"accounts": 40, "documents": 600}
    await database.dispose()
