"""How long an invoice may be, to be rendered."""

import pytest

from app.pdf.invoices.limits import MAX_CHARACTERS, MAX_LINES, InvoiceTooLong, check_length
from tests.pdf.invoices.samples import INVOICE, LEAST_DOCUMENT, many_lines, with_elements, with_lines


def test_lines_are_counted_wherever_they_come_from() -> None:
    check_length(with_lines(many_lines(MAX_LINES)))
    check_length({**LEAST_DOCUMENT, "thick_billing": None})
    with pytest.raises(InvoiceTooLong, match=r"^The invoice has 5001 lines; a PDF is made of at most 5000\.$"):
        check_length(with_lines(many_lines(MAX_LINES + 1)))
    with pytest.raises(InvoiceTooLong, match="20000 lines"):
        check_length({**LEAST_DOCUMENT, "line_items": [{"description": "Paint"}] * 20_000})


def test_characters_are_counted_of_what_is_shown() -> None:
    lines = [{"desc_col": "x" * 250}] * (MAX_CHARACTERS // 250)
    check_length(with_lines(lines, with_elements()))
    with pytest.raises(InvoiceTooLong, match=r"^The invoice has 500003 characters; a PDF is made of at most 500000\.$"):
        check_length(with_lines(lines, with_elements(terms="Net")))
    hidden = [{"description": "y" * 250}] * 10
    check_length({**with_lines(lines, with_elements()), "line_items": hidden})
    check_length(INVOICE)
