"""The two pages that the guide shows. `python -m tests.pdf.invoices.pictures` draws them anew.

Each picture carries a digest of what it was drawn from, so that a test can tell when it is out of date.
"""

import hashlib
import json
import zlib
from pathlib import Path
from typing import cast

import typst

from app.pdf.invoices.invoice import invoice
from app.pdf.invoices.measures import measures
from app.pdf.invoices.render import INVOICE_TEMPLATE
from tests.pdf.invoices.samples import ACCOUNT, CREDIT_MEMO, INVOICE, ISSUED_AT, Values

FOLDER = Path(__file__).parents[3] / ".github"
PICTURES: dict[str, Values] = {"invoice.png": INVOICE, "credit-memo.png": CREDIT_MEMO}
DOTS_PER_INCH = 88
HEAD = 8 + 25  # bytes of a PNG before its second chunk


def inputs(document: Values) -> dict[str, str]:
    data = invoice(document, ACCOUNT)
    return {"data": json.dumps(data), "measures": json.dumps(measures(data))}


def digest(document: Values) -> str:
    """Of the template and of what it is given."""
    return hashlib.sha256(INVOICE_TEMPLATE.read_bytes() + json.dumps(inputs(document)).encode()).hexdigest()


def drawn(document: Values) -> bytes:
    """The first page in typst's own fonts, which are the same everywhere."""
    fonts = typst.Fonts(include_system_fonts=False)
    compiler = typst.Compiler(INVOICE_TEMPLATE, root=INVOICE_TEMPLATE.parent, font_paths=fonts)
    made = compiler.compile(format="png", ppi=DOTS_PER_INCH, sys_inputs=inputs(document), timestamp=ISSUED_AT)
    picture = cast(bytes, made)
    return picture[:HEAD] + comment(digest(document)) + picture[HEAD:]


def comment(text: str) -> bytes:
    """A chunk of text for a PNG."""
    content = b"tEXt" + b"Source\0" + text.encode()
    return (len(content) - 4).to_bytes(4) + content + zlib.crc32(content).to_bytes(4)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, document in PICTURES.items():
        (FOLDER / name).write_bytes(drawn(document))


if __name__ == "__main__":
    main()
