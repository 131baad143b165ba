"""The data of an invoice's pages: what is shown, where it comes from when it is left out, and how it is written."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.domain.catalogue.thick_billing import THICK_BILLING
from app.domain.fields import Field, Kind
from app.pdf.invoices.invoice import invoice
from tests.pdf.invoices.samples import (
    ACCOUNT,
    CREDIT_MEMO,
    INVOICE,
    LEAST_ACCOUNT,
    LEAST_DOCUMENT,
    Values,
    texts,
    with_elements,
)


def test_an_invoice_is_all_that_the_document_and_its_account_say_of_it() -> None:
    assert invoice(INVOICE, ACCOUNT) == {
        "title": "Invoice",
        "number": "20451",
        "duplicate": False,
        "paper": "us-letter",
        "country": "US",
        "currency": "USD",
        "seller": {
            "name": "Northwind Supply",
            "lines": [
                "2200 Lakeshore Drive",
                "Chicago, IL 60616",
                "Phone +1 312 555 0142",
                "Branch 014",
                "Tax ID 36-4417720",
            ],
        },
        "facts": [
            ("Invoice number", "20451"),
            ("Invoice date", "May 12, 2026"),
            ("Due date", "June 11, 2026"),
            ("Terms", "Net 30"),
            ("Account number", "ACCT-001"),
            ("PO number", "PO-77812"),
            ("Currency", "USD"),
        ],
        "parties": [
            {"label": "Bill to", "lines": ["Acme Corp", "123 Main St", "Suite 400", "Atlanta, GA 30301", "US"]},
            {
                "label": "Ship to",
                "lines": ["Acme Corp, Plant 2", "900 Industrial Blvd", "Dock 7", "Macon, GA 31201", "US"],
            },
            {"label": "Remit to", "lines": ["Northwind Supply, Inc.", "PO Box 7700", "Chicago, IL 60680", "US"]},
        ],
        "particulars": [
            ("Order number", "SO-55120"),
            ("Order date", "April 28, 2026"),
            ("Ordered by", "Dana Whitfield"),
            ("Ship date", "May 9, 2026"),
            ("Ship via", "Midwest Freight"),
            ("Tracking number", "1Z 999 AA1 01 2345 6784"),
            ("Salesperson", "R. Alvarez"),
            ("Number of lines", "3"),
        ],
        "delivery": [("Delivery", "By e-mail"), ("E-mail", "ap@acme.example")],
        "header_message": "Thank you for your order. Back-ordered items follow at no further freight.",
        "sideways": False,
        "columns": [
            {"label": "Line", "number": False},
            {"label": "Item", "number": False},
            {"label": "Description", "number": False},
            {"label": "Ordered", "number": True},
            {"label": "Shipped", "number": True},
            {"label": "Back order", "number": True},
            {"label": "Unit", "number": False},
            {"label": "Unit price", "number": True},
            {"label": "Amount", "number": True},
        ],
        "lines": [
            {
                "cells": [
                    "1",
                    "NW-4410",
                    "Hydraulic pump, 24 V, with mounting plate",
                    "4",
                    "4",
                    "",
                    "EA",
                    "1,249.50",
                    "4,998.00",
                ],
                "remarks": ["Serial numbers 88120 to 88123"],
                "notes": [],
            },
            {
                "cells": ["2", "NW-0078", "Hydraulic oil ISO 46", "200", "160", "40", "L", "3.8725", "619.60"],
                "remarks": [],
                "notes": [],
            },
            {
                "cells": [
                    "3",
                    "NW-9001",
                    "Commissioning on site, two technicians",
                    "12.5",
                    "12.5",
                    "",
                    "HR",
                    "96.00",
                    "1,200.00",
                ],
                "remarks": [],
                "notes": [],
            },
        ],
        "totals": [("Subtotal", "6,817.60"), ("Freight", "215.00"), ("Sales tax", "272.39")],
        "total": ("Total due", "USD 7,304.99"),
        "discount": {
            "message": "2% discount for payment within 10 days",
            "facts": [("Early payment discount", "USD 136.35"), ("If paid by", "May 22, 2026")],
        },
        "footer_message": "Please quote the invoice number with your payment. Questions? ar@northwind.example",
    }


def test_a_document_with_nothing_but_what_the_endpoint_demands_is_an_invoice_all_the_same() -> None:
    assert invoice(LEAST_DOCUMENT, LEAST_ACCOUNT) == {
        "title": "Invoice",
        "number": "X-1",
        "duplicate": False,
        "paper": "a4",
        "country": "",
        "currency": "",
        "seller": {"name": "", "lines": []},
        "facts": [
            ("Invoice number", "X-1"),
            ("Invoice date", "12 May 2026"),
            ("Due date", "11 June 2026"),
            ("Account number", "ACCT-001"),
        ],
        "parties": [{"label": "Bill to", "lines": ["Acme Corp"]}],
        "particulars": [],
        "delivery": [],
        "header_message": "",
        "sideways": False,
        "columns": [],
        "lines": [],
        "totals": [],
        "total": None,
        "discount": None,
        "footer_message": "",
    }


def test_a_credit_note_is_a_credit_memo_that_names_its_invoice() -> None:
    data = invoice(CREDIT_MEMO, ACCOUNT)
    assert data["title"] == "Credit Memo"
    assert data["facts"][:3] == [
        ("Credit memo number", "3007"),
        ("Credit memo date", "May 20, 2026"),
        ("Applies to invoice", "20451"),
    ]
    assert data["total"] == ("Total credit", "USD −154.90")


def test_what_is_neither_invoice_nor_credit_note_is_not_headed_as_an_invoice() -> None:
    data = invoice({**LEAST_DOCUMENT, "document_type": "other"}, LEAST_ACCOUNT)
    assert data["title"] == "Document"
    assert data["facts"][0] == ("Document number", "X-1")


def test_the_elements_own_title_goes_before_the_documents_type() -> None:
    assert invoice(with_elements(doc_type="Credit Memo"), LEAST_ACCOUNT)["title"] == "Credit Memo"


FALL_BACKS = [element for element in THICK_BILLING if element.falls_back_to]
HELD_ELSEWHERE = [element for element in FALL_BACKS if element.falls_back_to != "lines"]  # those are counted: see below
STATED = {
    "document.invoice_date": (date(2031, 1, 2), "2 January 2031"),
    "document.due_date": (date(2031, 1, 3), "3 January 2031"),
    "document.discount_date": (date(2031, 1, 4), "4 January 2031"),
    "document.discount_amount": (Decimal("98765.4"), "98,765.40"),
    "document.document_type": ("credit_note", "Credit Memo"),
    "document.routing": ("F", "By fax"),
    "document.currency": ("CHF", "CHF"),
    "account.billing_address.country": ("NL", "NL"),
    "account.remit_to.country": ("NL", "NL"),
    "document.ship_to_address_country": ("NL", "NL"),
}


def stating(path: str, value: Any) -> tuple[Values, Values]:
    """The least document and account, with this value in the place that the path names."""
    documents: dict[str, Values] = {"document": {**LEAST_DOCUMENT}, "account": {**LEAST_ACCOUNT}}
    owner, *names, last = path.split(".")
    current_transaction = documents[owner]
    for name in names:
        current_transaction = current_transaction.setdefault(name, {})
    current_transaction[last] = value
    return documents["document"], documents["account"]


@pytest.mark.parametrize("element", HELD_ELSEWHERE, ids=lambda one: one.element)
def test_an_element_that_is_left_out_is_taken_from_the_document_or_the_account(element: Field) -> None:
    value, shown = STATED.get(element.falls_back_to, ("Stated elsewhere", "Stated elsewhere"))
    document, account = stating(element.falls_back_to, value)
    assert any(shown in text for text in texts(invoice(document, account)))


@pytest.mark.parametrize("element", FALL_BACKS, ids=lambda one: one.element)
def test_an_elements_own_value_goes_before_its_fall_back(element: Field) -> None:
    own: dict[Kind, tuple[Any, str]] = {
        Kind.DATE: ("2032-02-03", "3 February 2032"),
        Kind.DECIMAL: ("43210.5", "43,210.50"),
        Kind.INVOICE_TITLE: ("Invoice", "Invoice"),
        Kind.ROUTING: ("M", "By mail"),
        Kind.INTEGER: (77, "77"),
    }
    value, shown = own.get(element.kind, ("Own value", "Own value"))
    path = "document.comment" if element.falls_back_to == "lines" else element.falls_back_to
    document, account = stating(path, STATED.get(path, ("Stated elsewhere", ""))[0])
    document["thick_billing"] = {element.name: value}
    found = [*texts(invoice(document, account))]
    assert any(shown in text for text in found)
    assert not any("Stated elsewhere" in text for text in found)


def test_a_blank_element_counts_as_left_out() -> None:
    assert invoice(with_elements(terms="  "), ACCOUNT)["facts"][3] == ("Terms", "Net 30")


def test_the_invoice_number_is_the_documents_own_where_it_has_no_other() -> None:
    assert invoice({**LEAST_DOCUMENT, "invoice_num": "77"}, LEAST_ACCOUNT)["number"] == "77"
    assert invoice({**LEAST_DOCUMENT, "invoice_num": None}, LEAST_ACCOUNT)["number"] == "X-1"


def test_the_lines_are_counted_where_nobody_did() -> None:
    assert ("Number of lines", "3") in invoice(INVOICE, ACCOUNT)["particulars"]
    items = [{"description": "One"}, {"description": "Two"}]
    assert ("Number of lines", "2") in invoice({**LEAST_DOCUMENT, "line_items": items}, ACCOUNT)["particulars"]
    told = {**INVOICE, "thick_billing": {**INVOICE["thick_billing"], "line_item_count": 9}}
    assert ("Number of lines", "9") in invoice(told, ACCOUNT)["particulars"]


@pytest.mark.parametrize("told", [None, 0])
def test_a_document_without_lines_says_nothing_of_their_number(told: int | None) -> None:
    assert invoice(with_elements(line_item_count=told), LEAST_ACCOUNT)["particulars"] == []


def test_the_branch_of_the_account_brands_the_page_where_the_document_names_none() -> None:
    account = {**LEAST_ACCOUNT, "branch_name": "North"}
    assert invoice(LEAST_DOCUMENT, account)["seller"]["name"] == "North"
    assert invoice({**LEAST_DOCUMENT, "branch_name": "South"}, account)["seller"]["name"] == "South"


@pytest.mark.parametrize(
    ("document", "currency", "total"),
    [
        ({"currency": "EUR", "original_denomination": Decimal("1500")}, "EUR", ("Total", "EUR 1,500.00")),
        ({"original_denomination": Decimal("1500")}, "", ("Total", "1,500.00")),
        (
            {"original_currency": "JPY", "original_denomination_in_original_currency": Decimal("1500")},
            "JPY",
            ("Total", "JPY 1,500"),
        ),
        (
            {"currency": "EUR", "thick_billing": {"currency": "KWD", "total_due": "5"}},
            "KWD",
            ("Total due", "KWD 5.000"),
        ),
        ({"thick_billing": {"currency": "US dollars", "total_due": "5"}}, "US dollars", ("Total due", "5.00")),
        (
            {"currency": "EUR", "original_denomination": Decimal(7), "thick_billing": {"currency": "KWD"}},
            "KWD",
            ("Total", "EUR 7.00"),
        ),
        ({"currency": "EUR"}, "EUR", None),
    ],
)
def test_currency_and_total_are_the_elements_or_else_the_documents_gross_amount(
    document: Values, currency: str, total: tuple[str, str] | None
) -> None:
    data = invoice({**LEAST_DOCUMENT, **document}, LEAST_ACCOUNT)
    assert (data["currency"], data["total"]) == (currency, total)


@pytest.mark.parametrize(
    "element",
    [one for one in THICK_BILLING if one.kind not in (Kind.LIST, Kind.BOOLEAN, Kind.DATE, Kind.DECIMAL)],
    ids=lambda one: one.element,
)
def test_every_element_that_is_a_word_or_text_is_shown(element: Field) -> None:
    value = {Kind.ROUTING: "Q", Kind.INVOICE_TITLE: "Credit Memo", Kind.INTEGER: 4711}.get(element.kind, "Seen here")
    shown = "Pulled by the customer, not sent (code Q)" if element.kind is Kind.ROUTING else str(value)
    assert any(shown in text for text in texts(invoice(with_elements(**{element.name: value}), LEAST_ACCOUNT)))


@pytest.mark.parametrize(
    "element", [one for one in THICK_BILLING if one.kind in (Kind.DATE, Kind.DECIMAL)], ids=lambda one: one.element
)
def test_every_date_and_amount_is_shown_as_people_write_it(element: Field) -> None:
    value, shown = ("2030-12-31", "31 December 2030") if element.kind is Kind.DATE else ("-1234567.5", "−1,234,567.50")
    assert any(shown in text for text in texts(invoice(with_elements(**{element.name: value}), LEAST_ACCOUNT)))


def test_a_duplicate_is_marked_as_one() -> None:
    assert invoice(with_elements(flag_duplicate=True), LEAST_ACCOUNT)["duplicate"] is True
    assert invoice(with_elements(flag_duplicate=False), LEAST_ACCOUNT)["duplicate"] is False


@pytest.mark.parametrize(
    ("country", "currency", "paper"),
    [
        ("US", "EUR", "us-letter"),
        ("CA", "EUR", "us-letter"),
        ("U.S.A.", "EUR", "us-letter"),
        ("United States", "EUR", "us-letter"),
        ("DE", "USD", "a4"),
        ("Mexico", "USD", "a4"),
        ("", "USD", "us-letter"),
        ("", "CAD", "us-letter"),
        ("", "EUR", "a4"),
        ("", "", "a4"),
    ],
)
def test_paper_is_of_the_customers_country_or_else_guessed_from_the_currency(
    country: str, currency: str, paper: str
) -> None:
    document = with_elements(billing_country=country, currency=currency)
    assert invoice(document, LEAST_ACCOUNT)["paper"] == paper


def test_numbers_inside_json_are_exact_whatever_their_type() -> None:
    document = with_elements(subtotal=Decimal("123456789012345.67"), freight=12, handling="0.1", currency="USD")
    assert invoice(document, LEAST_ACCOUNT)["totals"] == [
        ("Subtotal", "123,456,789,012,345.67"),
        ("Freight", "12.00"),
        ("Handling", "0.10"),
    ]


def test_the_data_is_ready_for_json() -> None:
    assert json.loads(json.dumps(invoice(INVOICE, ACCOUNT)))["number"] == "20451"
