"""The lines of an invoice: which columns they are shown in, where they come from, and what stands below them."""

import pytest

from app.domain.catalogue.line_item import LINE_ITEM
from app.domain.catalogue.thick_billing import THICK_BILLING_DETAIL
from app.domain.elements import COLUMN_OF
from app.domain.fields import Field, Kind
from app.pdf.invoices.invoice import invoice
from tests.pdf.invoices.samples import (
    ACCOUNT,
    INVOICE,
    LEAST_ACCOUNT,
    LEAST_DOCUMENT,
    Values,
    longest,
    texts,
    with_elements,
    with_lines,
)


@pytest.mark.parametrize("column", THICK_BILLING_DETAIL, ids=lambda one: one.element)
def test_every_column_of_a_line_is_shown_and_no_other(column: Field) -> None:
    value, shown = ("12345.5", "12,345.5") if column.kind is Kind.DECIMAL else ("Seen here", "Seen here")
    data = invoice(with_lines([{column.name: value}], with_elements()), LEAST_ACCOUNT)
    (line,) = data["lines"]
    assert [text for text in texts(line) if text.startswith(shown)] != []
    assert len(data["columns"]) == len(line["cells"]) == (0 if column.name.startswith(("comment", "cmt_")) else 1)


@pytest.mark.parametrize("item", LINE_ITEM, ids=lambda one: one.name)
def test_line_items_are_shown_in_the_same_columns_where_there_is_no_detail(item: Field) -> None:
    value = longest(item)[:200]
    detail = invoice(with_lines([{COLUMN_OF[item.name]: value}], with_elements()), LEAST_ACCOUNT)
    items = invoice({**LEAST_DOCUMENT, "line_items": [{item.name: value}]}, LEAST_ACCOUNT)
    assert items == detail


def test_line_items_and_columns_pair_up_by_name() -> None:
    assert [*COLUMN_OF.items()][:15] == [
        ("line_number", "line_num_col"),
        ("item_number", "item_number_col"),
        ("item_code", "item_code_col"),
        ("description", "desc_col"),
        ("quantity_ordered", "qty_order_col"),
        ("quantity_shipped", "qty_ship_col"),
        ("quantity_backordered", "qty_bo_col"),
        ("unit_of_measure", "uom_col"),
        ("unit_price", "item_unit_price_col"),
        ("net_unit_price", "net_unit_price_col"),
        ("discount_amount", "disc_amt_col"),
        ("net_amount", "net_amount_col"),
        ("tax_flag", "tax_col"),
        ("tax_amount", "line_item_tax_col"),
        ("tax_code", "line_item_tax_code_col"),
    ]
    assert COLUMN_OF["user_define7"] == "itm_user_define7_col"
    assert COLUMN_OF["comment"] == "comment_col"
    assert COLUMN_OF["comment_user_define7"] == "cmt_user_define7_col"


def test_detail_goes_before_line_items() -> None:
    document = {**with_lines([{"desc_col": "Detail"}], with_elements()), "line_items": [{"description": "Item"}]}
    assert invoice(document, LEAST_ACCOUNT)["lines"][0]["cells"] == ["Detail"]


def all_columns(*left_out: str) -> Values:
    kinds = {Kind.DECIMAL: "1"}
    return {one.name: kinds.get(one.kind, "x") for one in THICK_BILLING_DETAIL if not one.name.startswith(left_out)}


def test_many_columns_turn_the_page_sideways_and_more_put_the_sellers_own_below_the_line() -> None:
    upright = invoice(with_lines([{**dict([*all_columns("itm", "cmt").items()][:10])}], INVOICE), ACCOUNT)
    assert (upright["sideways"], len(upright["columns"])) == (False, 10)
    sideways = invoice(with_lines([all_columns("itm", "cmt", "comment")], INVOICE), ACCOUNT)
    assert (sideways["sideways"], len(sideways["columns"])) == (True, 15)
    crowded = invoice(with_lines([all_columns()], INVOICE), ACCOUNT)
    assert (crowded["sideways"], len(crowded["columns"])) == (True, 15)
    assert crowded["lines"][0]["notes"] == [
        *((f"User-defined {n}", "x") for n in range(1, 8)),
        *((f"Comment {n}", "x") for n in range(1, 8)),
    ]


def test_a_description_of_many_words_stands_below_its_line() -> None:
    long = "word " * 120
    (line,) = invoice(with_lines([{"desc_col": long, "comment_col": "Remark"}], with_elements()), LEAST_ACCOUNT)[
        "lines"
    ]
    assert line == {"cells": [""], "remarks": [long.strip(), "Remark"], "notes": []}
