"""One SQL statement a query, whatever it asks for and whatever the number of parents."""

from typing import Any

import pytest

from tests.gateway import Client, Gateway
from tests.reads.mass import fill

ACCOUNTS, DOCUMENTS = 50, 20
FIELDS = "documentNumber documentType status invoiceDate dueDate openAmount openCurrency poNumber invoiceNum version"
PROMISED = f"""{{ accounts(first: {ACCOUNTS}) {{ nodes {{ accountNumber name
  documents(first: {DOCUMENTS}) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
  notes {{ nodes {{ reference body createdAt }} }}
  representatives {{ nodes {{ reference name }} }} contacts {{ nodes {{ reference name }} }} }} }} }}"""
LEVELS = """query($first: Int!) { accounts(first: $first) { totalCount nodes { name
  parentAccount { name childAccounts { totalCount } }
  childAccounts { nodes { name } }
  balances { openAmount }
  readiness { ready }
  contacts { nodes { name account { name } } }
  notes(last: 2) { nodes { body account { name } } pageInfo { hasPreviousPage } }
  representatives { nodes { name supervisor { name } reports { totalCount } accounts { nodes { name } } } }
  documents(first: 3, orderBy: {field: OPEN_AMOUNT, direction: DESC}) { totalCount nodes {
    status account { name } appliesTo { status } creditNotes { nodes { status } } statusHistory { at }
    readiness { ready } representatives { nodes { reference } } } } } } }"""


@pytest.fixture
async def filled(gateway: Gateway) -> Client:
    """A tenant with a few more accounts and documents than are asked for."""
    client = await gateway.tenant("acme")
    await fill(gateway.database, gateway.named("acme"), ACCOUNTS + 5, DOCUMENTS + 2)
    return client


async def test_50_accounts_with_20_documents_notes_representatives_and_contacts_take_one_statement(
    filled: Client,
) -> None:
    accounts = (await filled.only(PROMISED))["nodes"]
    assert len(filled.gateway.statements) == 1
    assert [account["accountNumber"] for account in accounts] == [f"A{n:06}" for n in range(ACCOUNTS)]
    for n, account in enumerate(accounts):
        expected = [f"D{n * (DOCUMENTS + 2) + m:07}" for m in range(1, DOCUMENTS + 1)]
        assert [document["documentNumber"] for document in account["documents"]["nodes"]] == expected
        assert account["documents"]["pageInfo"]["hasNextPage"] is True
        assert [note["reference"] for note in account["notes"]["nodes"]] == [f"N{n:06}"]
        assert [person["reference"] for person in account["representatives"]["nodes"]] == [f"R{n // 10 * 10:06}"]
        assert [contact["reference"] for contact in account["contacts"]["nodes"]] == [f"C{n:06}"]
    assert {len(document) for account in accounts for document in account["documents"]["nodes"]} == {10}


async def test_the_number_of_statements_does_not_depend_on_the_number_of_parents(filled: Client) -> None:
    counts: dict[int, Any] = {}
    for first in (1, 7, 40):
        assert len((await filled.only(LEVELS, first=first))["nodes"]) == first
        counts[first] = len(filled.gateway.statements)
    assert counts == {1: 1, 7: 1, 40: 1}


async def test_levels_that_nothing_leads_to_are_empty(filled: Client) -> None:
    text = """{ documents(first: 5) { nodes { appliesTo { account { name notes { nodes { body } } } } } }
      accounts(filter: {name: {eq: "nobody"}}) { nodes { documents { nodes { csrId } } balances { openAmount } } } }"""
    found = await filled.query(text)
    assert found == {"documents": {"nodes": [{"appliesTo": None}] * 5}, "accounts": {"nodes": []}}
    assert len(filled.gateway.statements) == 1


async def test_a_look_up_is_planned_once_for_all_keys_and_a_page_once_for_its_size(filled: Client) -> None:
    look_up = "query($n: String!) { account(accountNumber: $n) { documents(first: 2) { nodes { status } } } }"
    page = "query($first: Int!) { accounts(first: $first) { nodes { documents(first: 2) { nodes { status } } } } }"
    seen = set()
    for number in ("A000001", "A000002", "nobody", "' OR '1'='1"):
        await filled.query(look_up, n=number)
        seen.add(tuple(filled.gateway.statements.texts))
    assert len(seen) == 1
    for first in (1, 2, 1, 2):
        await filled.query(page, first=first)
        seen.add(tuple(filled.gateway.statements.texts))
    assert len(seen) == 3
