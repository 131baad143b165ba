"""Single resources: by their own keys and by global identifiers; what is absent is null and no error."""

from typing import Any

import pytest

from tests.gateway import Client
from tests.ledger import Ledger

LESS = "Ask for less at once, in several operations."

KEYED = """query($key: String!) {
  account(accountNumber: $key) { id csrId accountNumber name }
  document(documentNumber: $key) { id csrId documentNumber account { name } }
  note(accountNumber: $key, reference: $key) { id csrId reference body account { name } }
  representative(reference: $key) { id csrId reference name }
  contact(reference: $key) { id csrId reference name account { name } }
}"""
NODE = """query($id: ID!) { node(id: $id) { id __typename
  ... on Account { name } ... on Document { documentNumber } ... on Note { body }
  ... on Representative { reference } ... on Contact { lastName } } }"""
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Account { accountNumber } ... on Contact { reference } } }"
UNKNOWN = ["", " ", "x", "%", "a'b", "🙂", "x" * 300, "x" * 100_000, ".", "../x", "K ", "k"]


@pytest.fixture
async def one_of_each(acme: Client) -> Client:
    """A tenant with one resource of each kind, all under the key K."""
    ledger = Ledger(acme)
    await ledger.account("K", name="Kay")
    await ledger.document("K", "K")
    await ledger.note("K", "K", "Called.")
    await ledger.representative("K", name="Rep")
    await ledger.contact("K", "K", lastName="Con")
    return acme


async def test_each_resource_is_found_by_its_key_and_all_by_one_statement(one_of_each: Client) -> None:
    found = await one_of_each.query(KEYED, key="K")
    assert len(one_of_each.gateway.statements) == 1
    assert len({row.pop("id") for row in found.values()}) == 5
    first = found["account"]["csrId"]
    assert found == {
        "account": {"csrId": first, "accountNumber": "K", "name": "Kay"},
        "document": {"csrId": first + 1, "documentNumber": "K", "account": {"name": "Kay"}},
        "note": {"csrId": first + 2, "reference": "K", "body": "Called.", "account": {"name": "Kay"}},
        "representative": {"csrId": first + 3, "reference": "K", "name": "Rep"},
        "contact": {"csrId": first + 4, "reference": "K", "name": None, "account": {"name": "Kay"}},
    }


async def test_what_is_absent_is_null_without_an_error(one_of_each: Client) -> None:
    nothing = dict.fromkeys(("account", "document", "note", "representative", "contact"))
    for key in UNKNOWN:
        assert await one_of_each.query(KEYED, key=key) == nothing, key[:80]
        assert len(one_of_each.gateway.statements) == 1
    text = "query($a: String!, $r: String!) { note(accountNumber: $a, reference: $r) { body } }"
    assert await one_of_each.only(text, a="other", r="K") is None


async def test_a_note_is_found_on_its_own_account_alone(one_of_each: Client) -> None:
    await Ledger(one_of_each).account("L")
    text = 'query($a: String!) { note(accountNumber: $a, reference: "K") { body } }'
    assert await one_of_each.only(text, a="K") == {"body": "Called."}
    assert await one_of_each.only(text, a="L") is None


async def test_a_key_that_no_resource_can_have_is_bad_user_input(one_of_each: Client) -> None:
    for key in ("a\0b", "\ud800"):
        assert await one_of_each.error_codes(KEYED, key=key) == ["BAD_USER_INPUT"] * 5
        assert len(one_of_each.gateway.statements) == 0


async def ids(client: Client) -> dict[str, str]:
    return {name: row["id"] for name, row in (await client.query(KEYED, key="K")).items()}


async def test_identifiers_differ_and_lead_back_to_their_resources(one_of_each: Client) -> None:
    known = await ids(one_of_each)
    assert len(set(known.values())) == 5
    found = {name: await one_of_each.only(NODE, id=id_) for name, id_ in known.items()}
    assert len(one_of_each.gateway.statements) == 1
    assert found == {
        "account": {"id": known["account"], "__typename": "Account", "name": "Kay"},
        "document": {"id": known["document"], "__typename": "Document", "documentNumber": "K"},
        "note": {"id": known["note"], "__typename": "Note", "body": "Called."},
        "representative": {"id": known["representative"], "__typename": "Representative", "reference": "K"},
        "contact": {"id": known["contact"], "__typename": "Contact", "lastName": "Con"},
    }


async def test_an_identifier_of_nothing_is_null(one_of_each: Client) -> None:
    known = await ids(one_of_each)
    account = known["account"]
    rubbish = ["", "x", "🙂", "\0", account[:-1], account + "A", account + "=", account.lower(), "A" * 100_000]
    rubbish += [
        "YWNjb3VudDo5OTk",
        "YWNjb3VudDotMQ",
        "YWNjb3VudDowMQ",
        "YWNjb3VudDo5OTk5OTk5OTk5OTk5OTk5OTk5",
        "dGVuYW50OjE",
    ]
    for id_ in rubbish:
        assert await one_of_each.only(NODE, id=id_) is None, id_[:80]
    assert await one_of_each.only(NODES, ids=rubbish) == [None] * len(rubbish)


async def test_nodes_keep_their_order_duplicates_and_gaps(one_of_each: Client) -> None:
    known = await ids(one_of_each)
    asked = [known["contact"], "rubbish", known["account"], known["contact"], "YWNjb3VudDo5OTk", known["note"]]
    found = await one_of_each.only(NODES, ids=asked)
    assert len(one_of_each.gateway.statements) == 1
    assert found == [
        {"id": known["contact"], "reference": "K"},
        None,
        {"id": known["account"], "accountNumber": "K"},
        {"id": known["contact"], "reference": "K"},
        None,
        {"id": known["note"]},
    ]


async def test_100_identifiers_are_taken_and_101_are_refused(one_of_each: Client) -> None:
    id_ = (await ids(one_of_each))["account"]
    assert len(await one_of_each.only(NODES, ids=[id_] * 100)) == 100
    assert await one_of_each.only(NODES, ids=[]) == []
    assert await one_of_each.error_codes(NODES, ids=[id_] * 101) == ["BAD_USER_INPUT"]
    answer = await one_of_each.run(NODES, ids=["rubbish"] * 101)
    assert answer["errors"][0]["message"] == f"ids has 101 identifiers; at most 100 are allowed. {LESS}"
    assert len(one_of_each.gateway.statements) == 0


async def test_two_look_ups_of_nodes_under_two_names_do_not_mix(one_of_each: Client) -> None:
    known = await ids(one_of_each)
    text = """query($a: ID!, $b: ID!) { first: node(id: $a) { ... on Account { name } } second: node(id: $b) { id }
      both: nodes(ids: [$b, $a]) { id } }"""
    account, contact = known["account"], known["contact"]
    expected: dict[str, Any] = {"first": {"name": "Kay"}, "second": {"id": contact}}
    expected["both"] = [{"id": contact}, {"id": account}]
    assert await one_of_each.query(text, a=account, b=contact) == expected


async def test_a_tenant_tells_about_itself(one_of_each: Client) -> None:
    text = "{ tenant { __typename name products currencyModel connectionId } }"
    found = await one_of_each.only(text)
    assert len(one_of_each.gateway.statements) == 1
    assert len(found.pop("connectionId")) == 36
    products = ["COLLECTIONS", "INVOICING", "OPEN_BALANCE", "CASH_APP"]
    name = one_of_each.gateway.named("acme")
    assert found == {"__typename": "Tenant", "name": name, "products": products, "currencyModel": None}
    await Ledger(one_of_each).document("D", "K", "5")
    assert (await one_of_each.only("{ tenant { currencyModel } }")) == {"currencyModel": "BASIC"}
