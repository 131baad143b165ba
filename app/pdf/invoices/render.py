"""From the data of an invoice to the bytes of its PDF.

The template sees nothing but the data: no file beyond its folder, no package, no network.
"""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import typst

from app.pdf.invoices.measures import measures

INVOICE_TEMPLATE = Path(__file__).with_name("invoice.typ")


@cache
def compiler() -> typst.Compiler:
    """The compiler of the template, with Typst's own fonts and the system's. For one thread only."""
    return typst.Compiler(INVOICE_TEMPLATE, root=INVOICE_TEMPLATE.parent, font_paths=typst.Fonts())


def render(data: dict[str, Any], issued_at: datetime) -> bytes:
    """The PDF of an invoice: the same bytes for the same data and time. Text in a script that no font of this server
    has leaves gaps, which PDF/A-2a does not allow: the file is then a plain PDF."""
    inputs = {"data": json.dumps(data), "measures": json.dumps(measures(data))}
    try:
        return compile_pdf(inputs, issued_at, "a-2a")
    except typst.TypstError:
        return compile_pdf(inputs, issued_at, "1.7")


def compile_pdf(inputs: dict[str, str], issued_at: datetime, standard: Literal["a-2a", "1.7"]) -> bytes:
    made = compiler().compile(sys_inputs=inputs, pdf_standards=standard, timestamp=issued_at)
    return cast(bytes, made)  # a list for pictures alone
