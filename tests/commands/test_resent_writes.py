"""A write that says what is stored already leaves no trace: no version, no time, no entry in the change log or in the
status history. A source that sends everything again every night does not make everything changed since yesterday."""

from typing import Any

import pytest

from tests.commands.verbs import (
    BASIC,
    DATED,
    EXTENDED,
    account,
    close,
    create,
    faults,
    link,
    patch,
    read,
    refused,
    replace,
    write,
)
from tests.gateway import Client

TRACES = "version updatedAt"
LOG = "{ changes(last: 1) { totalCount nodes { sequence } } }"
CUSTOM = [
    {"key": "region", "value": {"text": "EMEA"}},
    {"key": "score", "value": {"number": "7.5"}},
    {"key": "vip", "value": {"boolean": True}},
    {"key": "review", "value": {"date": "2026-05-12"}},
]
# A body of each resource in which every kind of value stands.
FULL: dict[str, dict[str, Any]] = {
    "Account": {
        "combined": {
            "products": ["INVOICING", "CASH_APP"],
            "name": "Acme",
            "branchName": "North",
            "displayReference": "A",
            "billingAddress": {"address1": "1 Main St", "city": "Atlanta", "state": "GA", "zip": "30301"},
            "creditLimit": "100.50",
            "dataProviders": {"b": [1, {"y": True, "x": None}], "a": {"n": 1.5, "z": [], "t": "text"}},
            "customFields": CUSTOM,
        }
    },
    "Document": {
        "combined": {
            "accountNumber": "A-1",
            **DATED,
            "amounts": {"basic": {"currency": "EUR", "originalDenomination": "-100", "denomination": "-40"}},
            "documentType": "CREDIT_NOTE",
            "appliesToInvoice": "I-1",
            "discountAmount": "1.10",
            "lineItems": [{"lineNumber": "1", "unitPrice": "1.50", "quantityShipped": "2"}, {"lineNumber": "2"}],
            "thickBilling": {"branchName": "North", "subtotal": "12.50", "terms": "30 days"},
            "customFields": CUSTOM,
        }
    },
    "Representative": {"name": "Rita", "title": "Lead"},
    "Contact": {"accountNumber": "A-1", "name": "Carl", "isPrimary": True},
}
RESOURCES = tuple(FULL)


def flat(resource: str) -> dict[str, Any]:
    """The same as a patch says it."""
    body = dict(FULL[resource].get("combined", FULL[resource]))
    return body | body.pop("amounts")["basic"] if "amounts" in body else body


@pytest.fixture
async def ledger(acme: Client) -> Client:
    await account(acme)
    return acme


async def traces(client: Client, resource: str) -> Any:
    """All that a write of the resource could have left."""
    history = " statusHistory { status at }" if resource == "Document" else ""
    return await read(client, resource, "1", TRACES + history), await client.only(LOG)


@pytest.mark.parametrize("resource", RESOURCES)
async def test_a_replace_sent_again_changes_nothing_and_is_answered_as_before(ledger: Client, resource: str) -> None:
    await replace(ledger, resource, "1", FULL[resource])
    before = await traces(ledger, resource)
    payload = await write(ledger, "replace", resource, "1", FULL[resource], f"{TRACES} csrId")
    assert (payload["created"], payload["userErrors"]) == (False, [])
    assert payload[resource.lower()] == await read(ledger, resource, "1", f"{TRACES} csrId")
    assert await traces(ledger, resource) == before


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("change", ["nothing", "everything"])
async def test_a_patch_that_says_what_is_there_changes_nothing(ledger: Client, resource: str, change: str) -> None:
    await create(ledger, resource, "1", FULL[resource])
    before = await traces(ledger, resource)
    payload = await write(
        ledger, "patch", resource, "1", flat(resource) if change == "everything" else {}, "version createdAt"
    )
    assert payload == {
        resource.lower(): {"version": 1, **await read(ledger, resource, "1", "createdAt")},
        "created": False,
        "userErrors": [],
    }
    assert await traces(ledger, resource) == before


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("verb", ["replace", "patch"])
async def test_it_is_the_same_where_the_answer_is_read_and_in_a_dry_run(
    ledger: Client, resource: str, verb: str
) -> None:
    await create(ledger, resource, "1", FULL[resource])
    before = await traces(ledger, resource)
    body = FULL[resource] if verb == "replace" else flat(resource)
    for dry_run in (True, False):
        ask = "version readiness { ready }" if resource in ("Account", "Document") else "version id"
        payload = await write(ledger, verb, resource, "1", body, ask, dryRun=dry_run)
        assert payload[resource.lower()]["version"] == 1
        assert await traces(ledger, resource) == before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"creditLimit": "1.0"}, {"creditLimit": "1.00"}),
        ({"creditLimit": "0"}, {"creditLimit": "-0.0"}),
        ({"vat": None}, {"vat": ""}),
        ({"dataProviders": {"a": 1, "b": 2}}, {"dataProviders": {"b": 2, "a": 1}}),
        ({"dataProviders": {"a": [{"b": 1.0}]}}, {"dataProviders": {"a": [{"b": 1}]}}),
        ({"customFields": CUSTOM}, {"customFields": CUSTOM[::-1]}),
        ({"customFields": CUSTOM}, {"customFields": CUSTOM[1:2]}),
        ({"customFields": CUSTOM[:1]}, {"customFields": [{"key": "other", "value": {"text": ""}}]}),
        ({"customFields": CUSTOM}, {"customFields": None}),
        ({"billingAddress": {"city": "B", "zip": "1"}}, {"billingAddress": {"zip": "1", "state": None}}),
        ({"billingAddress": None}, {"billingAddress": {"city": None}}),
        ({"products": ["CASH_APP", "OPEN_BALANCE"]}, {"products": ["OPEN_BALANCE", "CASH_APP", "CASH_APP"]}),
    ],
)
async def test_what_means_the_same_is_no_change(ledger: Client, one: dict[str, Any], other: dict[str, Any]) -> None:
    await patch(ledger, "Account", "A-1", {"phone": "1", **one})
    before = await ledger.only(LOG)
    assert await patch(ledger, "Account", "A-1", other) == {"version": 2}
    assert await ledger.only(LOG) == before


def custom(**value: Any) -> dict[str, Any]:
    return {"key": "k", "value": value}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"dataProviders": {"a": 1}}, {"dataProviders": {"a": True}}),
        ({"dataProviders": {"a": [0]}}, {"dataProviders": {"a": [False]}}),
        ({"dataProviders": {"a": [1, 2]}}, {"dataProviders": {"a": [2, 1]}}),
        ({"dataProviders": {"a": None}}, {"dataProviders": {}}),
        ({"dataProviders": {"a": "1"}}, {"dataProviders": {"a": 1}}),
        ({"customFields": [custom(number="1")]}, {"customFields": [custom(boolean=True)]}),
        ({"customFields": [custom(number="1")]}, {"customFields": [custom(text="1")]}),
        ({"isParentAccount": False}, {"isParentAccount": True}),
        ({"isParentAccount": None}, {"isParentAccount": False}),
        ({"phone": "1"}, {"phone": "1 "}),
        ({"products": ["CASH_APP"]}, {"products": []}),
        ({"creditLimit": "1"}, {"creditLimit": "1.0001"}),
    ],
)  # fmt: skip
async def test_what_means_something_else_is_one(ledger: Client, one: dict[str, Any], other: dict[str, Any]) -> None:
    await patch(ledger, "Account", "A-1", {"fax": "1", **one})
    before = await ledger.only(LOG)
    assert await patch(ledger, "Account", "A-1", other) == {"version": 3}
    assert (await ledger.only(LOG))["totalCount"] == before["totalCount"] + 1


async def test_the_same_data_through_another_product_s_input_changes_what_it_is_declared_for(ledger: Client) -> None:
    await replace(ledger, "Account", "1", {"openBalance": {"name": "Acme"}})
    answer = await replace(ledger, "Account", "1", {"cashApp": {"name": "Acme"}}, "version products")
    assert answer == {"version": 2, "products": ["CASH_APP"]}
    assert await replace(ledger, "Account", "1", {"cashApp": {"name": "Acme"}}) == {"version": 2}


async def test_an_expected_version_is_judged_although_nothing_would_change(ledger: Client) -> None:
    await create(ledger, "Account", "1", FULL["Account"])
    assert await patch(ledger, "Account", "1", {}, version=1) == {"version": 1}
    assert await refused(ledger, "patch", "Account", "1", {}, version=2) == [("VERSION_CONFLICT", "expectedVersion")]
    assert await refused(ledger, "replace", "Account", "1", FULL["Account"], version=2) == [
        ("VERSION_CONFLICT", "expectedVersion")
    ]


async def test_faults_are_told_although_the_rest_is_there_already(ledger: Client) -> None:
    await create(ledger, "Account", "1", FULL["Account"])
    wrong = {**flat("Account"), "email": "no"}
    assert await refused(ledger, "patch", "Account", "1", wrong) == [("INVALID", "patch.email")]


async def test_a_closed_document_that_is_sent_again_with_zero_open_keeps_its_reason_and_history(ledger: Client) -> None:
    paid = {
        "combined": {"accountNumber": "A-1", **DATED, "amounts": {"basic": {**BASIC["basic"], "denomination": "0"}}}
    }
    await create(ledger, "Document", "1", {"combined": {"accountNumber": "A-1", **DATED, "amounts": BASIC}})
    await close(ledger, "1", {"closureReason": "WRITE_OFF"})
    await replace(ledger, "Document", "1", paid)
    before = await traces(ledger, "Document")
    assert await replace(ledger, "Document", "1", paid, "version closure { reason }") == {
        "version": 3,
        "closure": {"reason": "WRITE_OFF"},
    }
    assert await traces(ledger, "Document") == before


async def test_the_same_amount_on_a_closed_document_opens_it_again_and_is_a_change(ledger: Client) -> None:
    body = {"combined": {"accountNumber": "A-1", **DATED, "amounts": BASIC}}
    await create(ledger, "Document", "1", body)
    await close(ledger, "1", {"closureReason": "PAID"})
    assert await replace(ledger, "Document", "1", body, "version status") == {"version": 3, "status": "OPEN"}
    assert await replace(ledger, "Document", "1", body, "version status") == {"version": 3, "status": "OPEN"}
    assert faults(await close(ledger, "1", {"closureReason": "PAID"})) == []
    assert faults(await close(ledger, "1", {"closureReason": "PAID"})) == [("ALREADY_CLOSED", "documentNumber")]


async def test_a_document_of_the_other_currency_model_is_still_refused(ledger: Client) -> None:
    body = {"combined": {"accountNumber": "A-1", **DATED, "amounts": BASIC}}
    await create(ledger, "Document", "1", body)
    assert await replace(ledger, "Document", "1", body) == {"version": 1}
    other = {"combined": {"accountNumber": "A-1", **DATED, "amounts": EXTENDED}}
    assert {code for code, _ in await refused(ledger, "replace", "Document", "1", other)} == {"CURRENCY_MODEL_LOCKED"}


async def test_a_representative_with_a_supervisor_and_a_link_sent_again_change_nothing(ledger: Client) -> None:
    await create(ledger, "Representative", "boss", {})
    await create(ledger, "Representative", "1", {"supervisorRepresentativeReference": "boss"})
    await link(ledger, "1", "Account", "A-1")
    before = await traces(ledger, "Representative")
    assert await replace(ledger, "Representative", "1", {"supervisorRepresentativeReference": "boss"}) == {"version": 1}
    await link(ledger, "1", "Account", "A-1")
    assert await traces(ledger, "Representative") == before
