"""Two tenants that use the same keys for everything: on every way of the schema each meets its own rows alone."""

import json
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from app.graphql_api.schema.schema import CORE
from tests.gateway import Client, Gateway
from tests.ledger import Ledger

LISTS = ("accounts", "documents", "representatives", "contacts")
INVOICES, CREDIT_NOTES = 2, 1


async def fill(client: Client, mark: str, amount: str) -> None:
    """One of everything and a way to each from each, under keys that say nothing about whose they are."""
    ledger = Ledger(client)
    await ledger.account("PARENT", name=f"{mark} parent")
    await ledger.account("A", name=f"{mark} account", parentAccountNumber="PARENT")
    for n in range(INVOICES):
        await ledger.document(f"I-{n}", "A", amount, comment=f"{mark} invoice", invoiceNum="I")
    await ledger.credit_note("CN", "A", "I", comment=f"{mark} credit")
    await ledger.close("I-1", notes=f"{mark} closure")
    await ledger.note("A", "N", f"{mark} note")
    await ledger.contact("C", "A", name=f"{mark} contact")
    await ledger.representative("BOSS", name=f"{mark} boss")
    await ledger.representative("R", name=f"{mark} representative", supervisorRepresentativeReference="BOSS")
    await ledger.link("R", account="A")
    await ledger.link("R", document="I-0")


@pytest.fixture
async def twins(gateway: Gateway) -> tuple[Client, Client]:
    """Castor, who is owed 10 an invoice, and Pollux, who is owed 7."""
    castor, pollux = await gateway.tenant("Castor"), await gateway.tenant("Pollux")
    await fill(castor, "Castor", "10")
    await fill(pollux, "Pollux", "7")
    return castor, pollux


def selection(type_: GraphQLOutputType, levels: int) -> str:
    """All leaves of a type, and all that lies so many resources below it."""
    named = get_named_type(type_)
    assert isinstance(named, GraphQLObjectType)
    parts = [shown(name, field, levels) for name, field in named.fields.items() if name != "edges"]
    return f"{{ {' '.join(parts)} }}"


def shown(name: str, field: GraphQLField, levels: int) -> str:
    if name == "totalCountUpTo":
        return f"{name}(limit: 3)"
    assert not any(is_required_argument(argument) for argument in field.args.values())
    inner = get_named_type(field.type)
    if is_leaf_type(inner):
        return name
    is_resource = any(interface.name == "Node" for interface in getattr(inner, "interfaces", ()))
    is_list = inner.name.endswith("Connection")
    if (is_resource and name != "nodes") or is_list:
        levels -= 1
    if levels < 0:
        return ""
    return f"{name}{'(first: 3)' if is_list else ''} {selection(field.type, levels)}"


@pytest.mark.slow
async def test_every_way_from_every_resource_leads_to_a_tenant_s_own_rows(twins: tuple[Client, Client]) -> None:
    assert CORE.query_type is not None
    roots = dict.fromkeys(LISTS, "(first: 3)")
    roots |= {"note": '(accountNumber: "A", reference: "N")', "tenant": ""}
    for name, arguments in roots.items():
        text = f"{{ {name}{arguments} {selection(CORE.query_type.fields[name].type, 1)} }}"
        for client, own, other in ((twins[0], "Castor", "Pollux"), (twins[1], "Pollux", "Castor")):
            answer = json.dumps(await client.query(text))
            assert own in answer
            assert other not in answer
            assert ('"7"' if own == "Castor" else '"10"') not in answer  # what the other's invoices come to


async def test_every_list_counts_a_tenant_s_own_rows(twins: tuple[Client, Client]) -> None:
    text = "{ accounts { totalCount } documents { totalCount } representatives { totalCount } contacts { totalCount } }"
    for client in twins:
        counts = {name: page["totalCount"] for name, page in (await client.query(text)).items()}
        assert counts == {"accounts": 2, "documents": INVOICES + CREDIT_NOTES, "representatives": 2, "contacts": 1}


async def test_sums_and_conditions_are_of_a_tenant_s_own_documents(twins: tuple[Client, Client]) -> None:
    await Ledger(twins[0]).close("I-0")
    await Ledger(twins[0]).close("CN")
    text = """{ tenant { balances { openAmount openDocuments } }
      account(accountNumber: "A") { balances { openAmount openDocuments } }
      accounts(filter: {hasOpenDocuments: true}) { nodes { accountNumber } } }"""
    owed = [{"openAmount": "6", "openDocuments": 2}]
    assert await twins[0].query(text) == {
        "tenant": {"balances": []},
        "account": {"balances": []},
        "accounts": {"nodes": []},
    }
    assert await twins[1].query(text) == {
        "tenant": {"balances": owed},
        "account": {"balances": owed},
        "accounts": {"nodes": [{"accountNumber": "A"}]},
    }


async def test_the_other_twin_s_identifiers_are_null_and_its_cursors_a_place_among_one_s_own(
    twins: tuple[Client, Client],
) -> None:
    text = "query($c: String) { %s(first: 9, after: $c) { edges { cursor node { id csrId } } } }"
    for name in LISTS:
        own, other = [(await client.only(text % name))["edges"] for client in twins]
        ids = [edge["node"]["id"] for edge in other]
        assert await twins[0].only("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids) == [None] * len(ids)
        beyond = (await twins[0].only(text % name, c=other[0]["cursor"]))["edges"]
        assert [edge["node"] for edge in beyond] == [edge["node"] for edge in own[1:]]


async def test_names_in_a_body_mean_a_tenant_s_own_rows(gateway: Gateway) -> None:
    owner, stranger = await gateway.tenant("owner"), await gateway.tenant("stranger")
    await fill(owner, "owner", "10")
    ledger = Ledger(stranger)
    await ledger.account("MINE", parentAccountNumber="PARENT")
    await ledger.credit_note("MINE", "MINE", "I")
    text = """{ account(accountNumber: "MINE") { parentAccountNumber parentAccount { name } }
      document(documentNumber: "MINE") { appliesToInvoice appliesTo { documentNumber } } }"""
    assert await stranger.query(text) == {
        "account": {"parentAccountNumber": "PARENT", "parentAccount": None},
        "document": {"appliesToInvoice": "I", "appliesTo": None},
    }
    both = '{ account(accountNumber: "PARENT") { childAccounts { totalCount } } }'
    assert await owner.only(both) == {"childAccounts": {"totalCount": 1}}
    create = 'mutation($i: RepresentativeInput!) { createRepresentative(reference: "NEW", input: $i) { %s } }'
    refused = await stranger.refused(
        create % "userErrors { code field }", i={"supervisorRepresentativeReference": "BOSS"}
    )
    assert refused == [("NOT_FOUND", "input.supervisorRepresentativeReference")]


async def test_a_document_cannot_move_and_a_link_cannot_lead_to_another_tenant_s_account(gateway: Gateway) -> None:
    owner, stranger = await gateway.tenant("owner"), await gateway.tenant("stranger")
    await fill(owner, "owner", "10")
    ledger = Ledger(stranger)
    await ledger.account("MINE")
    await ledger.document("MINE", "MINE", "5")
    await ledger.representative("MINE")
    errors = "{ userErrors { code field } }"
    attempts = {
        f'patchDocument(documentNumber: "MINE", patch: {{accountNumber: "A"}}) {errors}': "patch.accountNumber",
        f'linkRepresentativeToAccount(reference: "MINE", accountNumber: "A") {errors}': "accountNumber",
        f'linkRepresentativeToDocument(reference: "MINE", documentNumber: "I-0") {errors}': "documentNumber",
        f'linkRepresentativeToAccount(reference: "R", accountNumber: "MINE") {errors}': "reference",
    }
    for attempt, field in attempts.items():
        assert await stranger.refused(f"mutation {{ {attempt} }}") == [("NOT_FOUND", field)]
    text = "{ documents { nodes { account { accountNumber } } } representatives { nodes { accounts { totalCount } } } }"
    untouched: dict[str, Any] = {
        "documents": {"nodes": [{"account": {"accountNumber": "MINE"}}]},
        "representatives": {"nodes": [{"accounts": {"totalCount": 0}}]},
    }
    assert await stranger.query(text) == untouched
