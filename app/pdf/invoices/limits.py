"""How much an invoice may hold: the time and memory of rendering grow with its lines and with its text."""

from collections.abc import Mapping
from typing import Any

from app.domain.elements import lines
from app.pdf.invoices.measures import texts_of

# The worst that they allow takes one core 8 s and 0.5 GB, and twice the time where a font is missing.
MAX_LINES = 5_000
MAX_CHARACTERS = 500_000


class InvoiceTooLong(Exception):
    """An invoice that is not rendered; the message says why."""


def check_length(document: Mapping[str, Any]) -> None:
    """Raises InvoiceTooLong. Costs little: it comes before any text of the document is worked on."""
    count = len(lines(document))
    if count > MAX_LINES:
        raise InvoiceTooLong(f"The invoice has {count} lines; a PDF is made of at most {MAX_LINES}.")
    elements = {**(document.get("thick_billing") or {}), "detail": lines(document)}
    length = sum(map(len, texts_of(elements)))
    if length > MAX_CHARACTERS:
        raise InvoiceTooLong(f"The invoice has {length} characters; a PDF is made of at most {MAX_CHARACTERS}.")
