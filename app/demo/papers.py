"""What a make-believe document says beside its amounts and days: order, shipment, delivery, matching, and its paper."""

from datetime import date, timedelta
from enum import Enum
from random import Random
from typing import Any

from app.demo.accounts import Customer
from app.demo.bills import Bill, cents, line_items
from app.demo.plan import digits


class Paper(Enum):
    """Where the document's PDF comes from, and whether the lines are sent along."""

    NONE = "none"
    PUSHED = "pushed"
    PUSHED_WITH_LINES = "pushed, with lines"
    GENERATED = "generated from thick billing"


def content(customer: Customer, number: str, issue: date, bill: Bill, paper: Paper, dice: Random) -> dict[str, Any]:
    """All that the document could say to any product; what its own do not read is left out later."""
    return {
        "invoice_num": number.partition("-")[2],
        "po_number": f"PO-{dice.randint(10_000, 99_999)}",
        "description": description(bill),
        "branch_name": customer.tenant.branches[customer.index % len(customer.tenant.branches)][1],
        **early_payment(bill, issue, dice),
        **shipment(customer),
        **delivery(customer, dice),
        **card_data(bill, customer),
        **portal_and_matching(customer, number, dice),
        **printed(customer, number, bill, paper, dice),
    }


def description(bill: Bill) -> str:
    first, *others = (line.good.name for line in bill.lines)
    more = {0: "", 1: " and one more item"}.get(len(others), f" and {len(others)} more items")
    return first + more


def early_payment(bill: Bill, issue: date, dice: Random) -> dict[str, Any]:
    """Two per cent within ten days, on some."""
    if dice.random() < 0.6:
        return {}
    return {"discount_amount": cents(bill.gross / 50), "discount_date": issue + timedelta(days=10)}


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


def delivery(customer: Customer, dice: Random) -> dict[str, Any]:
    if dice.random() < 0.2:
        return {"routing": "M"}
    return {"routing": "E", "dest_email_address": f"accounts.payable@{customer.domain}"}


def card_data(bill: Bill, customer: Customer) -> dict[str, Any]:
    return {
        "merchant_name": customer.tenant.name,
        "part_number": bill.lines[0].good.code,
        "tax_rate": bill.rate,
        "freight_amount": bill.freight,
    }


def portal_and_matching(customer: Customer, number: str, dice: Random) -> dict[str, Any]:
    return {
        "udp1": customer.tenant.branches[customer.index % len(customer.tenant.branches)][0],
        "udp2": dice.choice(("Web shop", "Field sales", "Call centre")),
        "match_field_1": number.lower().replace("-", ""),
        "match_field_2": customer.name.upper()[:30],
        "custom_fields": {"collections": {"priority": dice.randint(1, 3)}},
    }


def printed(customer: Customer, number: str, bill: Bill, paper: Paper, dice: Random) -> dict[str, Any]:
    if paper is Paper.GENERATED:
        return {"line_items": line_items(bill), "thick_billing": thick_billing(customer, bill, dice)}
    if paper is Paper.NONE:
        return {}
    lines = {"line_items": line_items(bill)} if paper is Paper.PUSHED_WITH_LINES else {}
    return {"pdf_name": f"{number}.pdf", **lines}


def thick_billing(customer: Customer, bill: Bill, dice: Random) -> dict[str, Any]:
    """What a generated invoice shows that neither document nor account holds; for one customer in four a line of the
    address that it must show is missing."""
    tax = "sales_tax" if customer.country.code == "US" else "vat_tax"
    address = {} if customer.index % 4 == 3 else {"billing_address3": "Accounts Payable"}
    return {
        "branch_number": customer.tenant.branches[customer.index % len(customer.tenant.branches)][0],
        "branch_phone": customer.tenant.countries[0].phone.replace("#", "0"),
        "order_number": f"SO-{dice.randint(100_000, 999_999)}",
        "salesperson": dice.choice(("Web shop", "Inside sales", "Field sales")),
        "ship_via": dice.choice(("Parcel", "Freight forwarder", "Own truck")),
        "tracking_number": digits(dice, "1Z ### ### ## #### ####"),
        "subtotal": bill.subtotal,
        "freight": bill.freight,
        tax: bill.tax,
        "total_due": bill.gross,
        "footer_message": "Goods remain our property until paid in full.",
        **address,
    }
