"""What is selected is what is read: aliases, fragments, directives, and no column or count that nobody asked for."""

import re
from typing import Any

import pytest

from tests.gateway import Client
from tests.ledger import Ledger


@pytest.fixture
async def ledger(acme: Client) -> Client:
    """Two accounts: A with an open and a closed document and two notes, B with nothing."""
    made = Ledger(acme)
    await made.account("A", name="Anna", description="First.", email="a@example.com")
    await made.account("B", name="Bert")
    await made.document("A-1", "A", "10")
    await made.document("A-2", "A", "0")
    for reference in ("N-1", "N-2"):
        await made.note("A", reference, f"About {reference}.")
    return acme


def columns(statement: str) -> set[str]:
    """The columns of the resource's table that a statement names."""
    return set(re.findall(r"\bt\d+\.(\w+)", statement)) - {"rowid"}


async def test_two_aliases_of_one_field_with_different_arguments_are_two_answers(ledger: Client) -> None:
    text = """{ account(accountNumber: "A") {
      open: documents(filter: {status: {eq: OPEN}}) { nodes { documentNumber } }
      closed: documents(filter: {status: {eq: CLOSED}}) { nodes { documentNumber } totalCount }
      last: documents(last: 1) { nodes { status } }
      early: balances(asOf: "2026-01-31") { overdueAmount }
      late: balances(asOf: "2026-02-01") { overdueAmount }
    } other: account(accountNumber: "B") { documents { nodes { documentNumber } } } }"""
    assert await ledger.query(text) == {
        "account": {
            "open": {"nodes": [{"documentNumber": "A-1"}]},
            "closed": {"nodes": [{"documentNumber": "A-2"}], "totalCount": 1},
            "last": {"nodes": [{"status": "CLOSED"}]},
            "early": [{"overdueAmount": "0"}],
            "late": [{"overdueAmount": "10"}],
        },
        "other": {"documents": {"nodes": []}},
    }
    assert len(ledger.gateway.statements) == 1


async def test_days_past_due_under_two_names_counts_from_two_days(ledger: Client) -> None:
    text = """{ document(documentNumber: "A-1") {
      daysPastDue(asOf: "2026-02-10") later: daysPastDue(asOf: "2026-03-01") } }"""
    assert await ledger.only(text) == {"daysPastDue": 10, "later": 29}


async def test_one_field_selected_in_several_places_is_one_answer_and_one_statement(ledger: Client) -> None:
    text = """query { accounts(first: 1) { nodes { name documents { nodes { documentNumber } } } ...More }
      accounts(first: 1) { edges { node { documents { nodes { status } totalCount } email } } } }
    fragment More on AccountConnection { nodes { ... on Node { id } ...Rest ... @include(if: true) { csrId } } }
    fragment Rest on Account { documents { edges { node { openAmount } } } }"""
    (account,) = (await ledger.only(text))["nodes"]
    assert len(ledger.gateway.statements) == 1
    assert account.pop("id")
    assert {"csrId": account.pop("csrId")} == await ledger.only('{ account(accountNumber: "A") { csrId } }')
    documents = account.pop("documents")
    assert account == {"name": "Anna"}
    assert documents["nodes"] == [{"documentNumber": "A-1"}, {"documentNumber": "A-2"}]
    assert documents["edges"] == [{"node": {"openAmount": "10"}}, {"node": {"openAmount": "0"}}]


async def test_edges_and_nodes_may_select_differently(ledger: Client) -> None:
    text = '{ account(accountNumber: "A") { notes { nodes { body } edges { node { reference } } } } }'
    notes = (await ledger.only(text))["notes"]
    assert len(ledger.gateway.statements) == 1
    assert notes == {
        "nodes": [{"body": "About N-1."}, {"body": "About N-2."}],
        "edges": [{"node": {"reference": "N-1"}}, {"node": {"reference": "N-2"}}],
    }


SWITCHED = """query($with: Boolean!, $size: Int = 1) { accounts(first: $size) {
  nodes { name @skip(if: $with) notes @include(if: $with) { nodes { body } } ...Extra @include(if: $with) }
  totalCount @include(if: $with) } }
fragment Extra on Account { email contacts @skip(if: $with) { nodes { name } } }"""


async def test_what_is_skipped_is_not_read(ledger: Client) -> None:
    assert await ledger.only(SWITCHED, **{"with": False}) == {"nodes": [{"name": "Anna"}]}
    (statement,) = ledger.gateway.statements.texts
    assert columns(statement) == {"account_number", "name", "tenant_id"}
    expected: dict[str, Any] = {"nodes": [{"email": "a@example.com"}], "totalCount": 2}
    expected["nodes"][0]["notes"] = {"nodes": [{"body": "About N-1."}, {"body": "About N-2."}]}
    assert await ledger.only(SWITCHED, **{"with": True}) == expected
    assert len(ledger.gateway.statements) == 1
    assert "name" not in columns(ledger.gateway.statements.texts[0])


async def test_type_names_are_told_everywhere_and_cost_nothing(ledger: Client) -> None:
    text = """{ __typename accounts(first: 1) { __typename pageInfo { __typename }
      edges { __typename node { __typename } } } tenant { __typename }
      account(accountNumber: "A") { __typename balances { __typename aging { __typename } } } }"""
    assert await ledger.query(text) == {
        "__typename": "Query",
        "accounts": {
            "__typename": "AccountConnection",
            "pageInfo": {"__typename": "PageInfo"},
            "edges": [{"__typename": "AccountEdge", "node": {"__typename": "Account"}}],
        },
        "tenant": {"__typename": "Tenant"},
        "account": {"__typename": "Account", "balances": [{"__typename": "Balance", "aging": {"__typename": "Aging"}}]},
    }
    assert await ledger.query("{ __typename __schema { queryType { name } } }") == {
        "__typename": "Query",
        "__schema": {"queryType": {"name": "Query"}},
    }
    assert len(ledger.gateway.statements) == 0


async def test_only_the_columns_that_are_asked_for_are_read(ledger: Client) -> None:
    await ledger.query("{ accounts { nodes { name documents { nodes { dueDate } } } } }")
    (statement,) = ledger.gateway.statements.texts
    assert columns(statement) == {"account_number", "name", "due_date", "tenant_id", "document_number"}
    await ledger.query('{ document(documentNumber: "A-1") { comment } }')
    (look_up,) = ledger.gateway.statements.texts
    assert columns(look_up) == {"comment", "tenant_id", "document_number"}


async def test_nothing_is_counted_and_nothing_around_a_page_is_asked_unless_asked_for(ledger: Client) -> None:
    page = "pageInfo { endCursor hasNextPage } edges { cursor }"
    cursor = (await ledger.only(f"{{ documents(first: 1) {{ {page} }} }}"))["pageInfo"]["endCursor"]
    plain = "query($c: String) { documents(after: $c) { nodes { csrId } %s } }"
    for asked, counts, kept, exists in (
        ("", 0, 0, 0),
        ("pageInfo { endCursor }", 0, 0, 0),
        ("pageInfo { hasNextPage }", 1, 0, 0),  # of the page and the row after it
        ("pageInfo { hasPreviousPage }", 0, 0, 1),
        ("totalCount", 0, 1, 0),
        ("totalCount pageInfo { hasPreviousPage }", 0, 1, 1),
    ):
        await ledger.query(plain % asked, c=cursor)
        (statement,) = ledger.gateway.statements.texts
        assert statement.lower().count("count(") == counts, asked
        assert statement.count("FROM row_counts") == kept, asked
        assert (statement.count("EXISTS") > 1) == bool(exists), asked  # one asks about the key


async def test_a_count_alone_reads_no_rows_of_the_level_below(ledger: Client) -> None:
    text = "{ accounts { totalCount nodes { accountNumber documents(first: 0) { totalCount } } } }"
    found = await ledger.only(text)
    assert len(ledger.gateway.statements) == 1
    assert found == {
        "totalCount": 2,
        "nodes": [
            {"accountNumber": "A", "documents": {"totalCount": 2}},
            {"accountNumber": "B", "documents": {"totalCount": 0}},
        ],
    }


async def test_the_count_is_of_the_whole_filtered_list_wherever_the_page_lies(ledger: Client) -> None:
    text = """query($c: String) { account(accountNumber: "A") {
      documents(first: 1, after: $c, filter: {status: {eq: OPEN}}) { totalCount nodes { csrId }
        pageInfo { endCursor } } } }"""
    page = (await ledger.only(text))["documents"]
    assert (page["totalCount"], len(page["nodes"])) == (1, 1)
    beyond = (await ledger.only(text, c=page["pageInfo"]["endCursor"]))["documents"]
    assert beyond == {"totalCount": 1, "nodes": [], "pageInfo": {"endCursor": None}}


async def test_a_fragment_on_the_node_interface_takes_whatever_comes(ledger: Client) -> None:
    text = """query { accounts(first: 1) { nodes { ...Any documents(first: 1) { nodes { ...Any } } } } }
    fragment Any on Node { id kind: __typename ... on Document { documentNumber } ... on Account { accountNumber } }"""
    (account,) = (await ledger.only(text))["nodes"]
    (document,) = account["documents"]["nodes"]
    assert (account["kind"], account["accountNumber"], "documentNumber" in account) == ("Account", "A", False)
    assert (document["kind"], document["documentNumber"], "accountNumber" in document) == ("Document", "A-1", False)
