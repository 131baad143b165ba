"""Readiness: what each active product would still need of an account or a document, told and never refused."""

from typing import Any

import pytest

from app.domain.enums import Product
from tests.gateway import Client, Gateway
from tests.ledger import Ledger

READINESS = "readiness { product ready problems { field message } }"
ADDRESS = {
    "address1": "1 Main St",
    "address2": "Floor 2",
    "city": "Erie",
    "state": "PA",
    "zip": "16501",
    "country": "US",
}
INVOICE_NUMBER = "invoiceNum is required when the number that customers see differs from documentNumber."
BRANCH = "branchName is required when the seller bills as more than one entity."


@pytest.fixture
def ledger(acme: Client) -> Ledger:
    return Ledger(acme)


async def readiness(client: Client, type_: str, key: str) -> dict[str, Any]:
    """Whether each product is ready, and the fields that it lacks with what is said about them."""
    name = f"{type_}Number"
    found = await client.only(f'{{ {type_}({name}: "{key}") {{ {READINESS} }} }}')
    assert len(client.gateway.statements) == 1
    return {
        entry["product"]: (entry["ready"], {p["field"]: p["message"] for p in entry["problems"]})
        for entry in found["readiness"]
    }


async def of_account(ledger: Ledger, key: str) -> dict[str, Any]:
    return await readiness(ledger.client, "account", key)


async def of_document(ledger: Ledger, key: str) -> dict[str, Any]:
    return await readiness(ledger.client, "document", key)


async def test_an_account_of_a_name_alone_lacks_what_collections_and_invoicing_require(ledger: Ledger) -> None:
    await ledger.account("A")
    assert await of_account(ledger, "A") == {
        "COLLECTIONS": (
            False,
            {"currency": "currency is required for Collections.", "language": "language is required for Collections."},
        ),
        "INVOICING": (False, {"billingAddress": "billingAddress is required for Invoicing."}),
        "OPEN_BALANCE": (True, {}),
        "CASH_APP": (True, {}),
    }


async def test_each_missing_line_of_an_address_is_told_by_its_path(ledger: Ledger) -> None:
    await ledger.account("A", billingAddress={"address1": "1 Main St", "city": " "})
    assert (await of_account(ledger, "A"))["INVOICING"] == (
        False,
        {
            "billingAddress.city": "city is required for Invoicing.",
            "billingAddress.state": "state is required for Invoicing.",
            "billingAddress.zip": "zip is required for Invoicing.",
        },
    )


async def test_an_account_with_all_that_is_required_is_ready_for_every_product(ledger: Ledger) -> None:
    await ledger.account("A", currency="USD", language="en", billingAddress=ADDRESS)
    ready: Any = (True, {})
    assert await of_account(ledger, "A") == {
        "COLLECTIONS": ready,
        "INVOICING": ready,
        "OPEN_BALANCE": ready,
        "CASH_APP": ready,
    }


async def test_active_products_are_told_in_the_order_of_the_enum_and_others_not_at_all(gateway: Gateway) -> None:
    some = await gateway.tenant("some", (Product.CASH_APP, Product.COLLECTIONS))
    none = await gateway.tenant("none", ())
    for client, expected in ((some, ["COLLECTIONS", "CASH_APP"]), (none, [])):
        await Ledger(client).account("A")
        assert list(await readiness(client, "account", "A")) == expected


AMOUNTS = {
    name: f"{name} is required: a document states all amounts of its currency model."
    for name in ("currency", "originalDenomination", "denomination")
}
GROSS = {"originalDenomination": AMOUNTS["originalDenomination"]}


async def test_a_bare_document_lacks_amounts_and_what_only_the_caller_can_judge_is_told(ledger: Ledger) -> None:
    await ledger.account("A")
    await ledger.document("D", "A")
    told = {"invoiceNum": INVOICE_NUMBER, "branchName": BRANCH}
    unsent = {"pdfName": "pdfName is required where there is no thick billing data: no invoice goes out."}
    assert await of_document(ledger, "D") == {
        "COLLECTIONS": (False, AMOUNTS),
        "INVOICING": (False, GROSS | told | unsent),
        "OPEN_BALANCE": (False, AMOUNTS | told),
        "CASH_APP": (False, AMOUNTS | {"invoiceNum": "invoiceNum is required for CashApp AR."}),
    }


@pytest.mark.slow
async def test_conditions_that_only_the_caller_can_judge_do_not_make_a_document_unready(ledger: Ledger) -> None:
    await ledger.account("A")
    await ledger.document("D", "A", "10", pdfName="d.pdf")
    told = {"invoiceNum": INVOICE_NUMBER, "branchName": BRANCH}
    found = await of_document(ledger, "D")
    assert found["COLLECTIONS"] == (True, {})
    assert found["INVOICING"] == found["OPEN_BALANCE"] == (True, told)


async def test_a_document_with_all_that_is_required_is_ready_for_every_product(ledger: Ledger) -> None:
    await ledger.account("A")
    await ledger.document("D", "A", "10", invoiceNum="I", branchName="North", pdfName="d.pdf")
    assert set(map(str, (await of_document(ledger, "D")).values())) == {"(True, {})"}


async def test_the_missing_amounts_are_those_of_the_model_that_the_tenant_uses(ledger: Ledger) -> None:
    names = "originalCurrency baseCurrency originalDenominationInOriginalCurrency originalDenominationInBaseCurrency "
    names += "denominationInOriginalCurrency denominationInBaseCurrency"
    amounts = dict(zip(names.split(), ("USD", "EUR", 10, 9, 10, 9), strict=True))
    await ledger.account("A")
    await ledger.document("FIRST", "A", amounts={"extended": amounts})
    await ledger.document("BARE", "A")
    _, problems = (await of_document(ledger, "BARE"))["COLLECTIONS"]
    assert list(problems) == names.split()


async def test_an_invoice_without_a_pdf_needs_what_it_shows_from_itself_the_document_or_the_account(
    ledger: Ledger,
) -> None:
    await ledger.account("A", name="Anna", billingAddress=ADDRESS)
    await ledger.account("B", name="Bert", billingAddress={"city": "Erie"})
    given: dict[str, Any] = {"invoiceNum": "I", "branchName": "North", "thickBilling": {"branchNumber": "7"}}
    await ledger.document("D-A", "A", "10", routing="E", **given)
    await ledger.document("D-B", "B", "10", **given)
    assert (await of_document(ledger, "D-A"))["INVOICING"] == (True, {})
    ready, problems = (await of_document(ledger, "D-B"))["INVOICING"]
    assert (ready, list(problems)) == (
        False,
        [
            *("thickBilling.routing", "thickBilling.billingAddress2", "thickBilling.billingAddress3"),
            *("thickBilling.billingState", "thickBilling.billingZip", "thickBilling.billingCountry"),
        ],
    )
    assert problems["thickBilling.billingZip"] == "billingZip is required on a rendered invoice."


async def test_the_readiness_of_many_documents_takes_no_statement_more(ledger: Ledger) -> None:
    for n in range(4):
        await ledger.account(f"A-{n}", billingAddress=ADDRESS if n % 2 else None)
        await ledger.document(f"D-{n}", f"A-{n}", "10", thickBilling={"branchNumber": "7"}, routing="E", branchName="N")
    text = f"{{ documents {{ nodes {{ account {{ name }} {READINESS} }} }} }}"
    found = (await ledger.client.only(text))["nodes"]
    assert len(ledger.client.gateway.statements) == 1
    invoicing = [row["readiness"][1] for row in found]
    assert [entry["ready"] for entry in invoicing] == [False, True, False, True]
    assert [row["account"]["name"] for row in found] == ["A-0", "A-1", "A-2", "A-3"]
