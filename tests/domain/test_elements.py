"""The elements of thick billing as the catalogue has them, against the contract."""

from collections.abc import Sequence

import pytest

from app.domain.catalogue.line_item import LINE_ITEM
from app.domain.catalogue.thick_billing import THICK_BILLING, THICK_BILLING_DETAIL
from app.domain.enums import Resource
from app.domain.fields import Field, Kind
from app.domain.resources import RESOURCES
from tests.domain.test_catalogue import CONTRACT, DOCUMENT, FIELDS, INVOICING, OWNERS, REQUIRED, STATED


def test_only_these_elements_of_thick_billing_have_a_length_of_their_own() -> None:
    assert {one.element: one.length for _, one in STATED if one.max_length} == {
        "INVOICE_NUMBER": 50,
        "INVOICE_DATE": 15,
        "ACCOUNT_NUMBER": 30,
        "DUE_DATE": 15,
        "DISCOUNT_MESSAGE": 200,
        "PO_NUMBER": 50,
        "BILLING_ADDRESS1": 45,
        "BILLING_ADDRESS2": 45,
        "BILLING_ADDRESS3": 45,
        "BILLING_COUNTRY": 30,
        "REMIT_ADDRESS_LINE1": 100,
        "REMIT_ADDRESS_LINE2": 100,
        "REMIT_ADDRESS_LINE3": 100,
    }


def test_thick_billing_requires_these_elements() -> None:
    assert " ".join(one.element for one in THICK_BILLING if one.use(INVOICING) is REQUIRED) == (
        "BRANCH_NUMBER BRANCH_NAME INVOICE_NUMBER INVOICE_DATE ACCOUNT_NUMBER ROUTING BILLING_ADDRESS1 "
        "BILLING_ADDRESS2 BILLING_ADDRESS3 BILLING_CITY BILLING_STATE BILLING_ZIP BILLING_COUNTRY"
    )


def places(fields: Sequence[Field]) -> dict[int, set[str]]:
    """The decimal fields by the number of their decimals."""
    found: dict[int, set[str]] = {}
    for one in fields:
        if one.kind is Kind.DECIMAL:
            found.setdefault(one.places, set()).add(one.element or one.name)
    return found


def test_amounts_of_thick_billing_take_two_decimals_money_four_and_prices_quantities_and_rates_ten() -> None:
    assert {one.places for one in THICK_BILLING if one.kind is Kind.DECIMAL} == {2}
    assert sum(one.kind is Kind.DECIMAL for one in THICK_BILLING) == 18
    assert places(THICK_BILLING_DETAIL) == {
        10: {"QTY_ORDER_COL", "QTY_SHIP_COL", "QTY_BO_COL", "ITEM_UNIT_PRICE_COL", "NET_UNIT_PRICE_COL"},
        4: {"DISC_AMT_COL", "NET_AMOUNT_COL", "LINE_ITEM_TAX_COL"},
    }
    assert places(LINE_ITEM) == {
        10: {"quantity_ordered", "quantity_shipped", "quantity_backordered", "unit_price", "net_unit_price"},
        4: {"discount_amount", "net_amount", "tax_amount"},
    }
    of_document = places(CONTRACT[DOCUMENT])
    assert of_document.keys() == {4, 10}
    assert of_document[10] == {"tax_rate"}
    assert places(CONTRACT[Resource.ACCOUNT]) == {4: {"credit_limit"}}


def test_every_element_is_its_fields_name_in_upper_case_and_nothing_else_is_an_element() -> None:
    elements = [*THICK_BILLING, *THICK_BILLING_DETAIL]
    assert [one.element for one in elements] == [one.name.upper() for one in elements]
    assert {path.rpartition(".")[0] for path, one in FIELDS if one.element} == {
        "document.thick_billing",
        "document.thick_billing.detail",
    }


def test_the_lines_of_thick_billing_come_last_as_detail() -> None:
    detail = THICK_BILLING[-1]
    assert (detail.name, detail.element, detail.part_type) == ("detail", "DETAIL", "ThickBillingDetail")
    assert detail.parts is THICK_BILLING_DETAIL


@pytest.mark.parametrize(
    ("element", "source"),
    [
        ("BRANCH_NAME", "document.branch_name"),
        ("INVOICE_NUMBER", "document.invoice_num"),
        ("TERMS", "account.payment_terms"),
        ("CURRENCY", "document.currency"),
        ("UDP5", "document.udp5"),
        ("LINE_ITEM_COUNT", "lines"),
        ("BILLING_ADDRESS1", "account.name"),
        ("BILLING_ADDRESS2", "account.billing_address.address1"),
        ("BILLING_ADDRESS3", "account.billing_address.address2"),
        ("REMIT_ADDRESS_LINE1", "account.remit_to.address1"),
        ("REMIT_ADDRESS_LINE3", ""),
        ("SHIPPING_ADDRESS2", "document.ship_to_address_street"),
        ("SHIPPING_ADDRESS3", "document.ship_to_address_suite"),
        ("SHIP_TO_NAME", ""),
        ("BRANCH_NUMBER", ""),
    ],
)
def test_a_left_out_element_is_taken_from_here(element: str, source: str) -> None:
    assert [one.falls_back_to for one in THICK_BILLING if one.element == element] == [source]


def test_every_fallback_leads_to_a_field_without_parts() -> None:
    sources = [one.falls_back_to for _, one in FIELDS if one.falls_back_to not in ("", "lines")]
    assert len(sources) == 39
    for source in sources:
        resource, name, *rest = source.split(".")
        found = RESOURCES[OWNERS[resource]].field(name)
        for step in rest:
            found = found.part(step)
        assert found.parts == (), source
