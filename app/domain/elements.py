"""What a generated invoice shows of a document: each thick billing element, its own value or else its fall-back, and
the lines. Asked by readiness and by the invoice itself, so that both mean the same."""

from collections.abc import Mapping
from typing import Any

from app.domain.catalogue.line_item import LINE_ITEM
from app.domain.catalogue.thick_billing import THICK_BILLING_DETAIL
from app.domain.fields import Field
from app.domain.requirements import is_empty

Values = Mapping[str, Any]

# The columns of a line under the names of a line item: both list the same columns in the same order.
COLUMN_OF = {item.name: column.name for item, column in zip(LINE_ITEM, THICK_BILLING_DETAIL, strict=True)}


def element_value(element: Field, document: Values, account: Values) -> Any:
    """A thick billing element: its own value, else what the document or its account holds."""
    own = (document.get("thick_billing") or {}).get(element.name)
    if not is_empty(own) or not element.falls_back_to:
        return own
    owner, *path = element.falls_back_to.split(".")
    if owner == "lines":
        return len(lines(document))
    value: Any = {"document": document, "account": account}[owner]
    if path == ["invoice_num"]:
        return value.get("invoice_num") or value.get("document_number")
    for name in path:
        value = (value or {}).get(name)
    return value


def lines(document: Values) -> list[dict[str, Any]]:
    """The lines of the invoice by the column's name: those of thick billing, or else the line items."""
    detail = (document.get("thick_billing") or {}).get("detail")
    if detail:
        return [*detail]
    return [
        {COLUMN_OF[name]: value for name, value in item.items() if name in COLUMN_OF}
        for item in document.get("line_items") or ()
    ]
