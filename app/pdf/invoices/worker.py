"""Makes the PDFs of invoices. Runs as a program of its own, a request and an answer a line: to read and to lay out a
long invoice takes a second, of which the server's event loop then notices nothing."""

import hashlib
import json
import os
import pickle
import signal
import sys
from pathlib import Path
from typing import Any

from app.pdf.invoices.invoice import invoice
from app.pdf.invoices.limits import TooLong, check_length
from app.pdf.invoices.render import forget, render

ANSWERS = 1  # standard output
GIVES_WAY = 5  # who asks for a page waits for it; who asks for a PDF is used to waiting
LARGE = 200_000  # bytes of a PDF whose making took memory that is worth giving back


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Writes the PDF of the facts in a file of the server's own to another; its size and hash."""
    document, account, issued_at = pickle.loads(Path(request["facts"]).read_bytes())  # noqa: S301 -- the server's
    try:
        check_length(document)
    except TooLong as reason:
        return {"too_long": str(reason)}
    made = render(invoice(document, account), issued_at)
    Path(request["result"]).write_bytes(made)
    return {"size": len(made), "sha256": hashlib.sha256(made).hexdigest()}


def main() -> None:
    """Answers requests until the server goes away, which closes the pipe however it ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in a terminal is the server's to answer
    if hasattr(os, "nice"):  # not on Windows
        os.nice(GIVES_WAY)
    for line in sys.stdin:
        answered = answer(json.loads(line))
        try:
            os.write(ANSWERS, json.dumps(answered).encode() + b"\n")
        except BrokenPipeError:
            return
        if answered.get("size", 0) > LARGE:
            forget()


if __name__ == "__main__":
    main()
