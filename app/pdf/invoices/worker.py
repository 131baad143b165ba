"""The process that renders invoices; each request and each answer is a line of JSON. A process of its own, since a long
invoice takes a second, in which the event loop of the server could answer nothing."""

import hashlib
import json
import os
import pickle
import signal
import sys
from pathlib import Path
from typing import Any

from app.pdf.invoices.invoice import invoice
from app.pdf.invoices.limits import InvoiceTooLong, check_length
from app.pdf.invoices.render import free_memory, render

STANDARD_OUTPUT = 1  # standard output
NICENESS = 5  # the server goes first: clients that ask for a PDF can wait
LARGE_PDF_BYTES = 200_000  # the memory that such a PDF took is worth freeing


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Renders the document in the file `facts`, which the server wrote, to the file `result`; its size and hash."""
    document, account, issued_at = pickle.loads(Path(request["facts"]).read_bytes())  # noqa: S301 - written by the server
    try:
        check_length(document)
    except InvoiceTooLong as reason:
        return {"too_long": str(reason)}
    made = render(invoice(document, account), issued_at)
    Path(request["result"]).write_bytes(made)
    return {"size": len(made), "sha256": hashlib.sha256(made).hexdigest()}


def main() -> None:
    """Answers requests until the server ends, which closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the server to handle
    if hasattr(os, "nice"):  # not on Windows
        os.nice(NICENESS)
    for line in sys.stdin:
        answered = answer(json.loads(line))
        try:
            os.write(STANDARD_OUTPUT, json.dumps(answered).encode() + b"\n")
        except BrokenPipeError:
            return
        if answered.get("size", 0) > LARGE_PDF_BYTES:
            free_memory()


if __name__ == "__main__":
    main()
