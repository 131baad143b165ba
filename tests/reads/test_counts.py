"""totalCount and totalCountUpTo: exact, whether a kept number answers or the list is counted."""

from random import Random
from typing import Any

import pytest

from app.storage.tables import ACCOUNTS, DOCUMENTS
from tests.gateway import Client, Gateway
from tests.ledger import Ledger
from tests.reads.mass import document, insert
from tests.storage.random_documents import random_values

DOCUMENTS_OF_EACH, ACCOUNTS_THERE = 40, 3
KEPT = (
    "{}",
    "{status: {eq: OPEN}}",
    "{status: {in: [OPEN, CLOSED]}}",
    "{documentType: {eq: CREDIT_NOTE}}",
    "{not: {documentType: {in: [INVOICE, OTHER]}}}",
    '{currency: {eq: "USD"}}',
    "{currency: {isNull: true}}",
    '{not: {currency: {eq: "USD"}}}',
    '{dueDate: {lt: "2026-01-02"}}',
    '{status: {eq: OPEN}, dueDate: {gte: "2026-01-02"}, currency: {in: ["EUR", "USD"]}}',
    "{overdue: true}",
    "{overdue: false}",
    '{overdue: true, openAmount: {gt: "0"}, and: [{}]}',
    '{openAmount: {lt: "0"}}',
    '{openAmount: {lte: "0.00"}}',
    '{not: {openAmount: {gt: "0"}}}',
    "{openAmount: {isNull: true}}",
    "{openAmount: {isNull: false}}",
    '{or: [{documentType: {eq: INVOICE}}, {openAmount: {eq: "0"}}]}',
    '{accountNumber: {eq: "A1"}}',
    '{accountNumber: {eq: "A1"}, status: {eq: CLOSED}}',
    '{and: [{accountNumber: {eq: "A1"}}, {overdue: true}]}',
)
COUNTED = (
    '{openAmount: {gt: "0.0001"}}',
    '{openAmount: {in: ["0"]}}',
    '{documentNumber: {startsWith: "A1-"}}',
    '{accountNumber: {in: ["A1", "A2"]}}',
    '{accountNumber: {eq: "A1"}, dueDate: {lt: "2026-01-02"}}',
    '{accountNumber: {eq: "A1"}, status: {eq: OPEN}, documentType: {eq: INVOICE}}',
    "{product: {eq: CASH_APP}}",
)
OF_ACCOUNT = (
    "{}",
    "{status: {eq: OPEN}}",
    "{not: {status: {eq: OPEN}}}",
    "{overdue: true}",
    '{status: {eq: OPEN}, or: [{currency: {eq: "EUR"}}, {openAmount: {isNull: true}}]}',
)
COUNTED_OF_ACCOUNT = ('{currency: {eq: "EUR"}}', "{overdue: false}", "{status: {eq: OPEN}, documentType: {eq: OTHER}}")
COUNTS = "totalCount five: totalCountUpTo(limit: 5) all: totalCountUpTo(limit: 1000) nodes { csrId }"


@pytest.fixture
async def client(gateway: Gateway) -> Client:
    made = await gateway.tenant("acme")
    await gateway.tenant("other")
    random = Random(3)
    for tenant in ("acme", "other"):
        rows: list[Any] = []
        for account in (f"A{n}" for n in range(ACCOUNTS_THERE)):
            rows.append((ACCOUNTS, {"account_number": account, "name": account}))
            for n in range(DOCUMENTS_OF_EACH):
                values = document(random, account, f"{account}-{n}") | random_values(random)
                rows.append((DOCUMENTS, values))
        async with gateway.database.writing() as connection:
            await insert(connection, gateway.named(tenant), rows)
    return made


async def check(client: Client, text: str, *, kept: bool) -> None:
    """Every count is what the list has, and is told from kept numbers, or is not."""
    found = await client.only(text)
    found = found.get("documents", found)
    there = len(found["nodes"])
    assert found == {"nodes": found["nodes"], "totalCount": there, "five": min(there, 5), "all": there}, text
    assert len(client.gateway.statements) == 1
    (statement,) = client.gateway.statements.texts
    assert ("_sums" in statement or "row_counts" in statement) is kept, text


async def test_counts_of_a_list_are_exact_whatever_its_filter(client: Client) -> None:
    for filters, kept in ((KEPT, True), (COUNTED, False)):
        for filter_ in filters:
            await check(client, f"{{ documents(first: 1000, filter: {filter_}) {{ {COUNTS} }} }}", kept=kept)


async def test_counts_of_an_account_s_documents_are_exact_whatever_their_filter(client: Client) -> None:
    for filters, kept in ((OF_ACCOUNT, True), (COUNTED_OF_ACCOUNT, False)):
        for filter_ in filters:
            text = f"""{{ account(accountNumber: "A1") {{
                documents(first: 1000, filter: {filter_}) {{ {COUNTS} }} }} }}"""
            await check(client, text, kept=kept)


async def test_other_lists_are_counted_exactly_too(client: Client) -> None:
    ledger = Ledger(client)
    for n in range(3):
        await ledger.representative(f"R{n}")
        await ledger.contact(f"C{n}", "A0")
        await ledger.note("A0", f"N{n}")
        await ledger.link(f"R{n}", document="A1-1")
    counts = "totalCount totalCountUpTo(limit: 2)"
    found = await client.query(
        f"""{{ accounts {{ {counts} }} representatives {{ {counts} }} contacts {{ {counts} }} changes {{ {counts} }}
          named: contacts(filter: {{reference: {{eq: "C1"}}}}) {{ {counts} }}
          linked: changes(resource: REPRESENTATIVE) {{ {counts} }}
          account(accountNumber: "A0") {{ notes {{ {counts} }} contacts {{ {counts} }} childAccounts {{ {counts} }} }}
          representative(reference: "R1") {{ documents {{ {counts} }} accounts {{ {counts} }} }} }}"""
    )
    assert found == {
        "accounts": counted(3),
        "representatives": counted(3),
        "contacts": counted(3),
        "changes": counted(14),
        "named": counted(1),
        "linked": counted(3),
        "account": {"notes": counted(3), "contacts": counted(3), "childAccounts": counted(0)},
        "representative": {"documents": counted(1), "accounts": counted(0)},
    }


def counted(total: int) -> dict[str, int]:
    return {"totalCount": total, "totalCountUpTo": min(total, 2)}


async def test_accounts_are_found_by_whether_they_have_open_documents(client: Client) -> None:
    ledger = Ledger(client)
    await ledger.account("none")
    await ledger.account("closed")
    await ledger.document("D", "closed", "5")
    text = """query($owes: Boolean) { accounts(filter: {hasOpenDocuments: $owes}) {
      totalCount nodes { accountNumber } } }"""
    owing = {"A0", "A1", "A2"}
    assert await numbers(client, text, owes=True) == {*owing, "closed"}
    assert await numbers(client, text, owes=False) == {"none"}
    await ledger.close("D")
    assert await numbers(client, text, owes=True) == owing
    assert await numbers(client, text, owes=False) == {"none", "closed"}


async def numbers(client: Client, text: str, **variables: Any) -> set[str]:
    """The accounts of a list, which is counted, too."""
    found = await client.only(text, **variables)
    assert found["totalCount"] == len(found["nodes"])
    return {node["accountNumber"] for node in found["nodes"]}


CREATED = """mutation($dry: Boolean) { createDocument(documentNumber: "D", dryRun: $dry, input: {combined: {
    accountNumber: "A", invoiceDate: "2026-01-01", dueDate: "2026-01-31",
    amounts: {basic: {currency: "USD", originalDenomination: "7", denomination: "5.5"}}}}) {
  document { account { documents(filter: {status: {eq: OPEN}}) { totalCount }
    balances(asOf: "2026-02-01") { currency openAmount openDocuments overdueInvoices openCredits } } }
  userErrors { message } } }"""


@pytest.mark.parametrize("dry", [True, False])
async def test_the_payload_of_a_write_counts_and_sums_up_what_it_has_written(acme: Client, dry: bool) -> None:
    await Ledger(acme).account("A")
    await Ledger(acme).document("before", "A", "1")
    payload = await acme.only(CREATED, dry=dry)
    balance = {"currency": "USD", "openAmount": "6.5", "openDocuments": 2, "overdueInvoices": "6.5", "openCredits": "0"}
    account = {"documents": {"totalCount": 2}, "balances": [balance]}
    assert payload == {"document": {"account": account}, "userErrors": []}
    assert await acme.only("{ documents { totalCount } }") == {"totalCount": 1 if dry else 2}


async def test_a_limit_out_of_range_is_refused_by_name_with_all_other_faults(acme: Client) -> None:
    text = """query($limit: Int!) { documents(first: 2000) { totalCountUpTo(limit: 0) }
      accounts { a: totalCountUpTo(limit: 10001) b: totalCountUpTo(limit: $limit)
        ok: totalCountUpTo(limit: 10000) } }"""
    answer = await acme.run(text, limit=-1)
    assert answer.get("data") is None
    found = [(error["extensions"]["code"], error["path"], error["message"]) for error in answer["errors"]]
    assert found == [
        ("BAD_USER_INPUT", ["documents", "totalCountUpTo"], "limit is 0; it must lie between 1 and 10000."),
        ("BAD_USER_INPUT", ["documents"], "first is 2000; it must lie between 0 and 1000."),
        ("BAD_USER_INPUT", ["accounts", "a"], "limit is 10001; it must lie between 1 and 10000."),
        ("BAD_USER_INPUT", ["accounts", "b"], "limit is -1; it must lie between 1 and 10000."),
    ]


async def test_a_count_is_priced_as_a_list_that_is_read_whole(acme: Client) -> None:
    for fields, price in (
        ("totalCount", 10),
        ("totalCountUpTo(limit: 9)", 10),
        ("totalCount t: totalCountUpTo(limit: 9)", 20),
    ):
        body = {"query": f"{{ documents(first: 5) {{ {fields} }} }}"}
        answer = (await acme.post(body, **{"X-Gateway-Cost": "true"})).json()
        assert answer["extensions"]["cost"]["requested"] == 1 + 5 + price
