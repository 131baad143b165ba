"""Documents and accounts as they are stored, from the least to the most that an invoice can hold."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from app.domain.catalogue.thick_billing import THICK_BILLING, THICK_BILLING_DETAIL
from app.domain.fields import Field, Kind

Values = dict[str, Any]

ISSUED_AT = datetime(2026, 5, 12, 14, 0, tzinfo=UTC)

ACCOUNT: Values = {
    "account_number": "ACCT-001",
    "name": "Acme Corp",
    "payment_terms": "Net 30",
    "billing_address": {
        "address1": "123 Main St",
        "address2": "Suite 400",
        "city": "Atlanta",
        "state": "GA",
        "zip": "30301",
        "country": "US",
    },
    "remit_to": {
        "address1": "Northwind Supply, Inc.",
        "address2": "PO Box 7700",
        "city": "Chicago",
        "state": "IL",
        "zip": "60680",
        "country": "US",
    },
}

LINES: list[Values] = [
    {
        "line_num_col": "1",
        "item_code_col": "NW-4410",
        "desc_col": "Hydraulic pump, 24 V, with mounting plate",
        "qty_order_col": "4",
        "qty_ship_col": "4",
        "uom_col": "EA",
        "item_unit_price_col": "1249.5",
        "net_amount_col": "4998",
        "comment_col": "Serial numbers 88120 to 88123",
    },
    {
        "line_num_col": "2",
        "item_code_col": "NW-0078",
        "desc_col": "Hydraulic oil ISO 46",
        "qty_order_col": "200",
        "qty_ship_col": "160",
        "qty_bo_col": "40",
        "uom_col": "L",
        "item_unit_price_col": "3.8725",
        "net_amount_col": "619.6",
    },
    {
        "line_num_col": "3",
        "item_code_col": "NW-9001",
        "desc_col": "Commissioning on site, two technicians",
        "qty_order_col": "12.5",
        "qty_ship_col": "12.5",
        "uom_col": "HR",
        "item_unit_price_col": "96",
        "net_amount_col": "1200",
    },
]

INVOICE: Values = {
    "document_number": "INV-20451",
    "account_number": "ACCT-001",
    "document_type": "invoice",
    "invoice_num": "20451",
    "invoice_date": date(2026, 5, 12),
    "due_date": date(2026, 6, 11),
    "po_number": "PO-77812",
    "branch_name": "Northwind Supply",
    "ship_to_address_street": "900 Industrial Blvd",
    "ship_to_address_suite": "Dock 7",
    "ship_to_address_city": "Macon",
    "ship_to_address_state": "GA",
    "ship_to_address_zip": "31201",
    "ship_to_address_country": "US",
    "discount_date": date(2026, 5, 22),
    "discount_amount": Decimal("136.35"),
    "routing": "E",
    "dest_email_address": "ap@acme.example",
    "currency": "USD",
    "original_denomination": Decimal("7304.99"),
    "denomination": Decimal("7304.99"),
    "thick_billing": {
        "branch_number": "014",
        "branch_phone": "+1 312 555 0142",
        "return_address_line1": "2200 Lakeshore Drive",
        "return_address_city": "Chicago",
        "return_address_state": "IL",
        "return_address_zip": "60616",
        "supplier_tax_id": "36-4417720",
        "order_number": "SO-55120",
        "order_date": "2026-04-28",
        "order_by": "Dana Whitfield",
        "ship_date": "2026-05-09",
        "ship_via": "Midwest Freight",
        "tracking_number": "1Z 999 AA1 01 2345 6784",
        "salesperson": "R. Alvarez",
        "ship_to_name": "Acme Corp, Plant 2",
        "header_message": "Thank you for your order. Back-ordered items follow at no further freight.",
        "subtotal": "6817.6",
        "freight": "215",
        "sales_tax": "272.39",
        "total_due": "7304.99",
        "discount_message": "2% discount for payment within 10 days",
        "footer_message": "Please quote the invoice number with your payment. Questions? ar@northwind.example",
        "detail": LINES,
    },
}

CREDIT_MEMO: Values = {
    **INVOICE,
    "document_number": "CM-3007",
    "invoice_num": "3007",
    "document_type": "credit_note",
    "applies_to_invoice": "20451",
    "due_date": date(2026, 5, 20),
    "invoice_date": date(2026, 5, 20),
    "discount_date": None,
    "discount_amount": None,
    "original_denomination": Decimal("-154.9"),
    "denomination": Decimal("-154.9"),
    "thick_billing": {
        "branch_number": "014",
        "branch_phone": "+1 312 555 0142",
        "return_address_line1": "2200 Lakeshore Drive",
        "return_address_city": "Chicago",
        "return_address_state": "IL",
        "return_address_zip": "60616",
        "supplier_tax_id": "36-4417720",
        "ship_to_name": "Acme Corp, Plant 2",
        "header_message": "40 L of hydraulic oil were back-ordered and have been cancelled.",
        "subtotal": "-154.9",
        "total_due": "-154.9",
        "detail": [
            {
                "line_num_col": "2",
                "item_code_col": "NW-0078",
                "desc_col": "Hydraulic oil ISO 46",
                "qty_order_col": "-40",
                "uom_col": "L",
                "item_unit_price_col": "3.8725",
                "net_amount_col": "-154.9",
            }
        ],
    },
}

# What the endpoint itself demands, and nothing more.
LEAST_DOCUMENT: Values = {
    "document_number": "X-1",
    "account_number": "ACCT-001",
    "document_type": "invoice",
    "invoice_date": date(2026, 5, 12),
    "due_date": date(2026, 6, 11),
}
LEAST_ACCOUNT: Values = {"account_number": "ACCT-001", "name": "Acme Corp"}


def with_lines(lines: list[Values], document: Values = INVOICE) -> Values:
    """The document with these lines instead of its own."""
    return {**document, "thick_billing": {**(document["thick_billing"] or {}), "detail": lines}}


def many_lines(count: int) -> list[Values]:
    """The sample lines over and over, numbered."""
    return [{**LINES[n % len(LINES)], "line_num_col": str(n + 1)} for n in range(count)]


def longest(field: Field, text: str = "Wide value ") -> Any:
    """A value of the greatest length that the field allows."""
    fixed = {
        Kind.DECIMAL: "-123456789012345." + "6789012345"[: field.places],
        Kind.INTEGER: 2147483647,
        Kind.BOOLEAN: True,
        Kind.DATE: "2026-09-30",
        Kind.ROUTING: "E",
        Kind.INVOICE_TITLE: "Credit Memo",
        Kind.EMAIL: "a" * 200 + "@" + "b" * 45 + ".example",
        Kind.DIGITS: "5" * 255,
    }
    return fixed.get(field.kind) or (text * (field.length // len(text) + 1))[: field.length]


def fullest(lines: int = 3, text: str = "Wide value ") -> Values:
    """Every element at its greatest length."""
    detail = {column.name: longest(column, text) for column in THICK_BILLING_DETAIL}
    elements = {one.name: longest(one, text) for one in THICK_BILLING if one.kind is not Kind.LIST}
    return {**LEAST_DOCUMENT, "currency": "USD", "thick_billing": {**elements, "detail": [detail] * lines}}


SCRIPTS = {
    "accents": "Café Zürich, Łódź, Þórshöfn, Ñandú, Çeşme, Đà Nẵng",
    "Greek": "Ελληνική Εταιρεία Εμπορίου Α.Ε.",
    "Cyrillic": "ООО «Северный ветер», Київ, Ђорђе",
    "Arabic": "شركة النور للتجارة المحدودة",
    "Chinese": "北京东方贸易有限公司",
    "Japanese": "株式会社サンプル商事",
}
HOSTILE = (
    '#read("/etc/passwd")',
    "$x^2 + integral$",
    "<b>bold</b> <script>alert(1)</script>",
    "*strong* _emphasis_ `code` = Heading",
    '#import "@preview/cetz:0.3.0" @label <label> \\u{41} // comment /* x */',
    "https://example.com/a?b=c&d=e",
    "]) #panic() [(",
    "'single' \"double\" -- --- ... ~ \\ \\n",
)


def with_texts(texts: list[str], document: Values = INVOICE) -> Values:
    """A line for each text; the customer, the seller and every message bear the first."""
    return {
        **document,
        "thick_billing": {
            **document["thick_billing"],
            "branch_name": texts[0],
            "billing_address1": texts[0],
            "ship_to_name": texts[-1],
            "header_message": "\n".join(texts),
            "footer_message": " / ".join(texts),
            "discount_message": texts[0],
            "detail": [
                {"line_num_col": str(n), "desc_col": text, "net_amount_col": "10", "comment_col": text}
                for n, text in enumerate(texts, 1)
            ],
        },
    }


def texts(value: Any) -> Iterator[str]:
    """Every text in the data of an invoice."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)


def with_elements(**elements: Any) -> Values:
    """The least document with these thick billing elements."""
    return {**LEAST_DOCUMENT, "thick_billing": elements}
