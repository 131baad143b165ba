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

PAGES = Path(__file__).with_name("invoice.typ")
BLANK = Path(__file__).with_name("blank.typ")

# Typst keeps what it worked out for its last ten compilations: 80 MB of an invoice of 1,000 lines. So many blank pages
# make it let go.
KEPT = 11


@cache
def compiler(template: Path) -> typst.Compiler:
    """The compiler of the template, with Typst's own fonts and the system's. It serves one thread."""
    return typst.Compiler(template, root=template.parent, font_paths=fonts())


@cache
def fonts() -> typst.Fonts:
    return typst.Fonts()


def render(data: dict[str, Any], issued_at: datetime) -> bytes:
    """The PDF of an invoice: the same bytes for the same data and time. Text in a script that no font of this server
    has leaves gaps, which PDF/A-2a does not allow: the file is then a plain PDF."""
    inputs = {"data": json.dumps(data), "measures": json.dumps(measures(data))}
    try:
        return compiled(inputs, issued_at, "a-2a")
    except typst.TypstError:
        return compiled(inputs, issued_at, "1.7")


def compiled(inputs: dict[str, str], issued_at: datetime, standard: Literal["a-2a", "1.7"]) -> bytes:
    made = compiler(PAGES).compile(sys_inputs=inputs, pdf_standards=standard, timestamp=issued_at)
    return cast(bytes, made)  # a list for pictures alone


def forget() -> None:
    """Gives back the memory of what was rendered."""
    for turn in range(KEPT):
        compiler(BLANK).compile(sys_inputs={"turn": str(turn)})
