"""The fields of a demonstration document, amounts and days apart: order, shipment, delivery, matching, and its PDF."""

from datetime import date, timedelta
from enum import Enum
from random import Random
from typing import Any

from app.demo.accounts import Customer
from app.demo.amounts import InvoiceAmounts, cents, line_items
from app.demo.plan import digits


class PdfSource(Enum):
    """Where the document's PDF comes from, and whether the lines are sent along."""

    NONE = "none"
    PUSHED = "pushed"
    PUSHED_WITH_LINES = "pushed, with lines"
    GENERATED = "generated from thick billing"


def document_fields(
    customer: Customer, number: str, issue: date, amounts: InvoiceAmounts, pdf: PdfSource, rng: Random
) -> dict[str, Any]:
    """The fields that any product reads; those that the document's own products do not read are left out later."""
    return {
        "invoice_num": number.partition("-")[2],
        "po_number": f"PO-{rng.randint(10_000, 99_999)}",
        "description": description(amounts),
        "branch_name": customer.tenant.branches[customer.index % len(customer.tenant.branches)][1],
        **early_payment(amounts, issue, rng),
        **shipment(customer),
        **delivery(customer, rng),
        **card_data(amounts, customer),
        **portal_and_matching(customer, number, rng),
        **pdf_fields(customer, number, amounts, pdf, rng),
    }


def description(amounts: InvoiceAmounts) -> str:
    first, *others = (line.good.name for line in amounts.lines)
    more = {0: "", 1: " and one more item"}.get(len(others), f" and {len(others)} more items")
    return first + more


def early_payment(amounts: InvoiceAmounts, issue: date, rng: Random) -> dict[str, Any]:
    """Two per cent within ten days, on some."""
    if rng.random() < 0.6:
        return {}
    return {"discount_amount": cents(amounts.gross / 50), "discount_date": issue + timedelta(days=10)}


def shipment(customer: Customer) -> dict[str, Any]:
    place = customer.ship_to
    return {
        "ship_to_account_num": customer.number,
        "ship_to_address_street": place["address1"],
        "ship_to_address_suite": place.get("address2"),
        "ship_to_address_city": place["city"],
        "ship_to_address_state": place["state"],
        "ship_to_address_zip": place["zip"],
        "ship_to_address_country": place["country"],
        "ship_from_zip": customer.tenant.remit_to["zip"],
    }


def delivery(customer: Customer, rng: Random) -> dict[str, Any]:
    if rng.random() < 0.2:
        return {"routing": "M"}
    return {"routing": "E", "dest_email_address": f"accounts.payable@{customer.domain}"}


def card_data(amounts: InvoiceAmounts, customer: Customer) -> dict[str, Any]:
    return {
        "merchant_name": customer.tenant.name,
        "part_number": amounts.lines[0].good.code,
        "tax_rate": amounts.rate,
        "freight_amount": amounts.freight,
    }


def portal_and_matching(customer: Customer, number: str, rng: Random) -> dict[str, Any]:
    return {
        "udp1": customer.tenant.branches[customer.index % len(customer.tenant.branches)][0],
        "udp2": rng.choice(("Web shop", "Field sales", "Call centre")),
        "match_field_1": number.lower().replace("-", ""),
        "match_field_2": customer.name.upper()[:30],
        "custom_fields": {"collections": {"priority": rng.randint(1, 3)}},
    }


def pdf_fields(customer: Customer, number: str, amounts: InvoiceAmounts, pdf: PdfSource, rng: Random) -> dict[str, Any]:
    if pdf is PdfSource.GENERATED:
        return {"line_items": line_items(amounts), "thick_billing": thick_billing(customer, amounts, rng)}
    if pdf is PdfSource.NONE:
        return {}
    lines = {"line_items": line_items(amounts)} if pdf is PdfSource.PUSHED_WITH_LINES else {}
    return {"pdf_name": f"{number}.pdf", **lines}


def thick_billing(customer: Customer, amounts: InvoiceAmounts, rng: Random) -> dict[str, Any]:
    """What a generated invoice shows that neither document nor account holds; for one customer in four a line of the
    address that it must show is missing."""
    tax = "sales_tax" if customer.country.code == "US" else "vat_tax"
    address = {} if customer.index % 4 == 3 else {"billing_address3": "Accounts Payable"}
    return {
        "branch_number": customer.tenant.branches[customer.index % len(customer.tenant.branches)][0],
        "branch_phone": customer.tenant.countries[0].phone.replace("#", "0"),
        "order_number": f"SO-{rng.randint(100_000, 999_999)}",
        "salesperson": rng.choice(("Web shop", "Inside sales", "Field sales")),
        "ship_via": rng.choice(("Parcel", "Freight forwarder", "Own truck")),
        "tracking_number": digits(rng, "1Z ### ### ## #### ####"),
        "subtotal": amounts.subtotal,
        "freight": amounts.freight,
        tax: amounts.tax,
        "total_due": amounts.gross,
        "footer_message": "Goods remain our property until paid in full.",
        **address,
    }
