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

from app.pdf.confinement import confine, resident_memory
from app.pdf.invoices.invoice import invoice
from app.pdf.invoices.limits import InvoiceTooLong, check_length
from app.pdf.invoices.render import render

STANDARD_OUTPUT = 1  # standard output
MAX_FILE_BYTES = 256 << 20  # of a PDF; the longest that is rendered has 14 MiB
# Typst caches its last compilations, and the system gets back little of what a long invoice took: a process that has
# taken so much is replaced, which costs less than a page's rendering.
MAX_MEMORY = 160 << 20


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
    confine(MAX_FILE_BYTES)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the server to handle
    for line in sys.stdin:
        answered = {**answer(json.loads(line)), "retires": resident_memory() > MAX_MEMORY}
        try:
            os.write(STANDARD_OUTPUT, json.dumps(answered).encode() + b"\n")
        except BrokenPipeError:
            return


if __name__ == "__main__":
    main()
