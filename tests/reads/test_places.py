"""Orders, cursors and ranges of text by themselves, at their edges."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.reads.balances import days_before
from app.reads.filters import successor
from app.reads.pagination import BadCursor, complete_order, decode_cursor, encode_cursor, index_ranges
from app.reads.selection import Order
from app.storage.tables import DOCUMENTS


def test_the_successor_of_a_text_is_the_least_that_does_not_begin_with_it() -> None:
    assert {text: successor(text) for text in ("a", "az", "\ud7ff", "a\U0010ffff", "\U0010ffff", "")} == {
        "a": "b",
        "az": "a{",
        "\ud7ff": "\ue000",  # what lies between is half a character
        "a\U0010ffff": "b",
        "\U0010ffff": None,
        "": None,
    }


def test_an_order_names_each_column_once_and_leaves_no_two_rows_equal() -> None:
    due, number = Order("due_date", True), Order("document_number")
    assert complete_order("document", ()) == (number,)
    assert complete_order("document", [due]) == (due, Order("csr_id"))
    assert complete_order("document", [due, Order("due_date")]) == (due, Order("csr_id"))
    assert complete_order("document", [due, number]) == (due, number)
    assert complete_order("note", ()) == (Order("created_at"), Order("csr_id"))


PLACES: list[tuple[str, Any]] = [
    ("open_amount", Decimal("-999999999999999.9999")),
    ("open_amount", None),
    ("due_date", date(1, 1, 1)),
    ("created_at", datetime(2026, 5, 12, 14, 0, 0, 1_000, tzinfo=UTC)),
    ("document_number", 'a"b\\\u2028\U0010ffff'),
]


@pytest.mark.parametrize(("column", "value"), PLACES)
def test_a_cursor_gives_back_the_place_that_it_was_made_of(column: str, value: Any) -> None:
    order = complete_order("document", [Order(column)])
    row = {column: value, "csr_id": 7}
    place = tuple(row[term.column] for term in order)
    assert decode_cursor("document", order, encode_cursor("document", order, row)).sort_values == place


def test_a_cursor_of_another_source_or_order_is_refused() -> None:
    order = complete_order("document", [Order("due_date")])
    cursor = encode_cursor("document", order, {"due_date": date(2026, 1, 1), "csr_id": 7})
    for source, other in (("document", complete_order("document", [Order("due_date", True)])), ("account", order)):
        with pytest.raises(BadCursor):
            decode_cursor(source, other, cursor)


def test_a_page_in_the_middle_is_read_in_as_many_ranges_as_there_are_directions_and_gaps() -> None:
    due, amount = complete_order("document", [Order("due_date")]), complete_order("document", [Order("open_amount")])
    falling = complete_order("document", [Order("due_date", True)])
    day, number = date(2026, 1, 1), Decimal(5)
    counts = {
        "one direction": len(index_ranges(DOCUMENTS, due, (day, 7))),
        "two directions": len(index_ranges(DOCUMENTS, falling, (day, 7))),
        "values, then gaps": len(index_ranges(DOCUMENTS, amount, None)),
        "from a value on": len(index_ranges(DOCUMENTS, amount, (number, 7))),
        "from a value back": len(index_ranges(DOCUMENTS, amount, (number, 7), backward=True)),
        "from a gap on": len(index_ranges(DOCUMENTS, amount, (None, 7))),
        "from a gap back": len(index_ranges(DOCUMENTS, amount, (None, 7), backward=True)),
        "from value to value": len(index_ranges(DOCUMENTS, amount, None, (number, 7))),
    }
    assert counts == {
        "one direction": 1,
        "two directions": 2,
        "values, then gaps": 2,
        "from a value on": 3,
        "from a value back": 2,
        "from a gap on": 1,
        "from a gap back": 2,
        "from value to value": 1,
    }


def test_days_before_the_first_day_of_the_calendar_are_that_day() -> None:
    assert days_before(date(2026, 3, 1), 1) == date(2026, 2, 28)
    assert days_before(date(1, 1, 10), 90) == date(1, 1, 1)
    assert days_before(date(1, 1, 1), 0) == date(1, 1, 1)
