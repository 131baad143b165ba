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
def compiler(template: Path = INVOICE_TEMPLATE, *, system_fonts: bool = True) -> typst.Compiler:
    """The compiler of the template, with Typst's own fonts and the system's. For one thread only."""
    fonts = typst.Fonts(include_system_fonts=system_fonts)
    return typst.Compiler(template, root=template.parent, font_paths=fonts)


def render(data: dict[str, Any], issued_at: datetime, *, system_fonts: bool = True) -> bytes:
    """The PDF of an invoice: the same bytes for the same data and time. Text in a script that no font of this server
    has leaves gaps, which PDF/A-2a does not allow: the file is then a plain PDF."""
    inputs = {"data": json.dumps(data), "measures": json.dumps(measures(data))}
    try:
        return compile_pdf(inputs, issued_at, "a-2a", system_fonts)
    except typst.TypstError:
        return compile_pdf(inputs, issued_at, "1.7", system_fonts)


def compile_pdf(
    inputs: dict[str, str], issued_at: datetime, standard: Literal["a-2a", "1.7"], system_fonts: bool
) -> bytes:
    made = compiler(system_fonts=system_fonts).compile(sys_inputs=inputs, pdf_standards=standard, timestamp=issued_at)
    return cast(bytes, made)  # a list for pictures alone
