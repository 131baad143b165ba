"""What a product would still need: told, and never refused."""

from typing import Any

import pytest

from app.domain.enums import Product, Resource
from app.domain.readiness import missing_fields

COLLECTIONS, INVOICING, OPEN_BALANCE, CASH_APP = Product
ACCOUNT, DOCUMENT, CONTACT = Resource.ACCOUNT, Resource.DOCUMENT, Resource.CONTACT
DATED: dict[str, Any] = {
    "document_number": "D-1",
    "account_number": "A-1",
    "invoice_date": "2026-01-05",
    "due_date": "2026-02-04",
}
BASIC: dict[str, Any] = {"currency": "EUR", "original_denomination": 100, "denomination": 40}
ELEMENTS = [
    "branch_number",
    "branch_name",
    "routing",
    "billing_address1",
    "billing_address2",
    "billing_address3",
    "billing_city",
    "billing_state",
    "billing_zip",
    "billing_country",
]
ADDRESS = {
    "address1": "1 Main St",
    "address2": "Suite 2",
    "city": "Springfield",
    "state": "IL",
    "zip": "62701",
    "country": "US",
}


def told(
    resource: Resource, values: dict[str, Any], product: Product, account: Any = None
) -> tuple[list[str], list[str]]:
    """What is certainly missing, and what only the caller can judge."""
    found = missing_fields(resource, values, product, account)
    certain = [".".join(map(str, lack.field)) for lack in found if lack.certain]
    return certain, [".".join(map(str, lack.field)) for lack in found if not lack.certain]


@pytest.mark.parametrize(
    ("product", "certain"),
    [(COLLECTIONS, ["currency", "language"]), (INVOICING, ["billing_address"]), (OPEN_BALANCE, []), (CASH_APP, [])],
)
def test_an_account_of_a_name_alone_is_ready_for_some(product: Product, certain: list[str]) -> None:
    assert told(ACCOUNT, {"account_number": "A-1", "name": "Acme"}, product) == (certain, [])


@pytest.mark.parametrize(
    ("product", "certain", "perhaps"),
    [
        (COLLECTIONS, [], []),
        (INVOICING, ["pdf_name"], ["invoice_num", "branch_name"]),
        (OPEN_BALANCE, [], ["invoice_num", "branch_name"]),
        (CASH_APP, ["invoice_num"], []),
    ],
)
def test_a_document_of_dates_and_amounts_is_ready_for_some(
    product: Product, certain: list[str], perhaps: list[str]
) -> None:
    assert told(DOCUMENT, DATED | BASIC, product) == (certain, perhaps)


def test_conditional_fields_that_are_there_are_not_told() -> None:
    whole = DATED | BASIC | {"invoice_num": "I-1", "branch_name": "B", "pdf_name": "i.pdf"}
    assert told(DOCUMENT, whole, INVOICING) == ([], [])
    assert told(DOCUMENT, whole, OPEN_BALANCE) == ([], [])


def test_without_a_pdf_thick_billing_must_have_all_that_an_invoice_shows() -> None:
    thick = DATED | BASIC | {"invoice_num": "I-1", "thick_billing": {"terms": "NET30"}}
    assert told(DOCUMENT, thick, INVOICING, {}) == (
        [f"thick_billing.{name}" for name in ELEMENTS],
        ["branch_name"],
    )


def test_elements_that_the_document_or_its_account_holds_may_be_left_out() -> None:
    account = {"name": "Acme", "billing_address": ADDRESS}
    thick = DATED | BASIC | {"branch_name": "North", "routing": "E", "thick_billing": {"branch_number": "7"}}
    assert told(DOCUMENT, thick, INVOICING, account) == ([], ["invoice_num"])
    del account["billing_address"]
    own = {"billing_address2": "1 Main St", "billing_address3": "-", "billing_city": "S", "billing_state": "IL"}
    own |= {"billing_zip": "1", "billing_country": "US", "branch_number": "7"}
    assert told(DOCUMENT, thick | {"thick_billing": own}, INVOICING, account) == ([], ["invoice_num"])


def test_a_pdf_name_makes_thick_billing_unneeded() -> None:
    thick = (
        DATED | BASIC | {"invoice_num": "I", "branch_name": "B", "thick_billing": {"terms": "x"}, "pdf_name": "i.pdf"}
    )
    assert told(DOCUMENT, thick, INVOICING, {}) == ([], [])


def test_a_document_without_amounts_is_ready_for_none() -> None:
    whole = DATED | {"invoice_num": "I-1", "branch_name": "B", "pdf_name": "i.pdf"}
    assert told(DOCUMENT, whole, COLLECTIONS) == (["currency", "original_denomination", "denomination"], [])
    assert told(DOCUMENT, whole, INVOICING) == (["original_denomination"], [])


def test_a_contact_needs_an_account_for_collections() -> None:
    assert told(CONTACT, {"reference": "1"}, COLLECTIONS) == (["account_number"], [])
