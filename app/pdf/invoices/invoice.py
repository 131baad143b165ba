"""What the pages of an invoice say: the stored values of a document and its account as labelled, formatted text.

Pure, and without a word of layout: the template decides where each part goes.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.domain.catalogue.thick_billing import THICK_BILLING, THICK_BILLING_DETAIL
from app.domain.elements import element_value, lines
from app.domain.enums import DocumentType, InvoiceTitle, RoutingCode
from app.domain.fields import Kind
from app.domain.requirements import is_empty
from app.pdf.invoices import labels
from app.pdf.invoices.formats import amount, day, place, printable, quantity, uses_letter

Data = dict[str, Any]
Labelled = list[tuple[str, str]]

TITLES = {
    DocumentType.INVOICE: InvoiceTitle.INVOICE,
    DocumentType.CREDIT_NOTE: InvoiceTitle.CREDIT_MEMO,
    DocumentType.OTHER: "Document",  # to head as an invoice what is none could make its taxes due
}
ELEMENTS = {element.name: element for element in THICK_BILLING}
COLUMNS = {column.name: column for column in THICK_BILLING_DETAIL}
# How many columns a table may have on an upright page, and on one turned sideways.
UPRIGHT_COLUMNS, SIDEWAYS_COLUMNS = 10, 16
MAX_CELL_LENGTH = 500


class Values:
    """The values that the page may show, as text; "" for an empty one."""

    def __init__(self, document: Mapping[str, Any], account: Mapping[str, Any]) -> None:
        self.document, self.account = document, account
        self.currency = self.text("currency") or printable(document.get("original_currency") or "")
        self.letter = uses_letter(self.text("billing_country"), self.currency)

    def value(self, name: str) -> Any:
        """The element's value, its own or its fall-back; None where both are empty."""
        found = element_value(ELEMENTS[name], self.document, self.account)
        return None if is_empty(found) else found

    def text(self, name: str) -> str:
        """The element as its type is written for people."""
        value = self.value(name)
        return "" if value is None else self.written(ELEMENTS[name].kind, value)

    def written(self, kind: Kind, value: Any) -> str:
        if kind is Kind.DECIMAL:
            return amount(value, self.currency)
        return day(value, month_first=self.letter) if kind is Kind.DATE else printable(value)

    def texts(self, *names: str) -> list[str]:
        return [text for name in names if (text := self.text(name))]

    def labelled(self, names: Iterable[tuple[str, str]]) -> Labelled:
        """Label and text of each element that has one."""
        return [(label, text) for name, label in names if (text := self.text(name))]

    def prefixed(self, *names: tuple[str, str]) -> list[str]:
        return [f"{label} {text}" for label, text in self.labelled(names)]

    def with_currency(self, text: str) -> str:
        """An amount that stands alone, behind its currency's code; a currency in words is among the facts."""
        return f"{self.currency} {text}" if text and len(self.currency) == 3 else text


def invoice(document: Mapping[str, Any], account: Mapping[str, Any]) -> Data:
    """The data of the pages, ready for JSON. Both mappings hold stored values under their Ingest names."""
    values = Values(document, account)
    title = title_of(values)
    return {
        "title": title,
        "number": values.text("invoice_number"),
        "duplicate": values.value("flag_duplicate") is True,
        "paper": "us-letter" if values.letter else "a4",
        "country": values.text("billing_country").upper(),
        "currency": values.currency,
        "seller": seller(values),
        "facts": facts(values, title),
        "parties": parties(values),
        "particulars": particulars(values),
        "delivery": delivery(values),
        "header_message": values.text("header_message"),
        **table(values),
        "totals": values.labelled(labels.TOTALS),
        "total": total(values, title),
        "discount": discount(values),
        "footer_message": values.text("footer_message"),
    }


def title_of(values: Values) -> str:
    title = values.text("doc_type")
    return str(TITLES.get(title, title or InvoiceTitle.INVOICE))  # type: ignore[call-overload]  # a word is its text


def seller(values: Values) -> Data:
    """Who bills. The account's branch decides over branding where the document names none."""
    return {
        "name": values.text("branch_name") or printable(values.account.get("branch_name") or ""),
        "lines": [
            *values.texts("return_address_line1", "return_address_line2", "return_address_line3"),
            *address_end(values, "return_address_{}", "return_address_zip", "return_address_country"),
            *values.prefixed(("branch_phone", "Phone"), ("branch_number", "Branch"), ("supplier_tax_id", "Tax ID")),
        ],
    }


def facts(values: Values, title: str) -> Labelled:
    """What identifies the document, in the order of a reader's questions."""
    kind = title.capitalize()
    corrected = printable(values.document.get("applies_to_invoice") or "")
    return [
        *values.labelled((("invoice_number", f"{kind} number"), ("invoice_date", f"{kind} date"))),
        *([("Applies to invoice", corrected)] if corrected else []),
        *values.labelled(labels.FACTS),
        *([("Currency", values.currency)] if values.currency else []),
    ]


def parties(values: Values) -> list[Data]:
    """The addresses, those that are known."""
    found = {
        "Bill to": [
            *values.texts("billing_address1", "billing_address2", "billing_address3"),
            *address_end(values, "billing_{}", "billing_zip", "billing_country"),
        ],
        "Ship to": [
            *values.texts("ship_to_name", "shipping_address2", "shipping_address3"),
            *address_end(values, "shipping_address_{}", "ship_to_zip", "shipping_country"),
            *values.prefixed(("ship_to_acct_num", "Account")),
        ],
        "Remit to": [
            *values.texts("remit_address_line1", "remit_address_line2", "remit_address_line3"),
            *address_end(values, "remit_address_{}", "remit_address_zip", "remit_address_country"),
            *values.prefixed(("remit_phone", "Phone"), ("remit_fax", "Fax")),
        ],
    }
    return [{"label": label, "lines": known} for label, known in found.items() if known]


def address_end(values: Values, pattern: str, code: str, country: str) -> list[str]:
    """City and country of an address, as far as they are known."""
    names = [name for part in ("state", "province") if (name := pattern.format(part)) in ELEMENTS]
    line = place(values.text(pattern.format("city")), values.texts(*names), values.text(code), values.text(country))
    return [text for text in (line, values.text(country)) if text]


def particulars(values: Values) -> Labelled:
    """What else there is about order and shipment. To count no lines tells nobody anything."""
    count = values.value("line_item_count")
    return [*values.labelled(labels.PARTICULARS), *([(labels.LINE_COUNT, str(count))] if count else [])]


def delivery(values: Values) -> Labelled:
    code = values.value("routing")
    way = RoutingCode(code).meaning.rstrip(".") if code in set(RoutingCode) else printable(code or "")
    return [*([("Delivery", way)] if way else []), *values.labelled(labels.DELIVERY)]


def total(values: Values, title: str) -> tuple[str, str] | None:
    """What the page ends on: what is due, or else the gross amount that the document itself states."""
    if due := values.text("total_due"):
        return "Total credit" if title == InvoiceTitle.CREDIT_MEMO else "Total due", values.with_currency(due)
    for name, currency in labels.GROSS_AMOUNTS:
        gross, code = values.document.get(name), values.document.get(currency) or values.currency
        if gross is not None:
            return "Total", f"{code} {amount(gross, code)}".strip()
    return None


def discount(values: Values) -> Data | None:
    """The offer for paying early."""
    message = values.text("discount_message")
    known = [
        (label, values.with_currency(text) if label == labels.DISCOUNT else text)
        for label, text in values.labelled(labels.DISCOUNTS)
    ]
    return {"message": message, "facts": known} if message or known else None


def table(values: Values) -> Data:
    """The lines in the columns that any of them uses. Seller's own columns go below the line where there are many."""
    shown = lines(values.document)
    used = [name for name in labels.COLUMNS if any(not is_empty(line.get(name)) for line in shown)]
    below = [*labels.COMMENT_COLUMNS]
    if len(used) > SIDEWAYS_COLUMNS:
        below = [*(name for name in used if name in labels.OWN_COLUMNS), *below]
        used = [name for name in used if name not in labels.OWN_COLUMNS]
    write = {name: cell_writer(name, values) for name in COLUMNS}
    return {
        "sideways": len(used) > UPRIGHT_COLUMNS,
        "columns": [{"label": labels.COLUMNS[name], "number": COLUMNS[name].kind is Kind.DECIMAL} for name in used],
        "lines": [line_data(line, used, below, write) for line in shown],
    }


def cell_writer(name: str, values: Values) -> Callable[[Any], str]:
    if name in labels.QUANTITIES:
        return quantity
    return lambda value: values.written(COLUMNS[name].kind, value)


def line_data(
    line: Mapping[str, Any], used: list[str], below: list[str], write: Mapping[str, Callable[[Any], str]]
) -> Data:
    """The cells of a line and what stands below them, across the table: remarks, and a description of many words."""

    def text(name: str) -> str:
        return "" if is_empty(line.get(name)) else write[name](line[name])

    moved = len(text("desc_col")) > MAX_CELL_LENGTH
    return {
        "cells": ["" if moved and name == "desc_col" else text(name) for name in used],
        "remarks": [remark for remark in (text("desc_col") if moved else "", text("comment_col")) if remark],
        "notes": [(labels.BELOW[name], known) for name in below if (known := text(name))],
    }
