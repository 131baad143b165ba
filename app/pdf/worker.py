"""The process that reads pushed PDFs; each request and each answer is a line of JSON. A process of its own, so that the
parsing of a hostile file can be stopped and does not take the server's memory."""

import hashlib
import json
import logging
import os
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.pdf.appending import append
from app.pdf.confinement import confine, resident_memory
from app.pdf.refusals import PdfRefused
from app.pdf.validation import open_valid_pdf, set_limits

STANDARD_OUTPUT = 1  # standard output
CHUNK_BYTES = 1 << 20
MAX_MEMORY = 256 << 20  # bytes of this process; a sound file of 30 MB, 100,000 objects and 10,000 pages takes 230 MiB
# The system gets back little of what a large file took: a process that keeps more is replaced.
MAX_IDLE_MEMORY = 96 << 20


def check(pushed: str, max_pages: int) -> dict[str, Any]:
    """Size, hash and number of pages of a valid PDF. Raises PdfRefused."""
    with open_valid_pdf(pushed, max_pages) as pdf:
        return file_facts(pushed, len(pdf.pages))


def append_pages(stored: str, pushed: str, result: str, max_pages: int) -> dict[str, Any]:
    """The same of a new file with the stored pages and then the pushed ones. Raises PdfRefused."""
    return file_facts(result, append(stored, pushed, result, max_pages))


def file_facts(path: str, pages: int) -> dict[str, Any]:
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return {"size": Path(path).stat().st_size, "sha256": digest.hexdigest(), "pages": pages}


ACTIONS: dict[str, Callable[..., dict[str, Any]]] = {"check": check, "append": append_pages}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Handles one request. Where it takes more than its seconds of processor time, the system kills the process."""
    limit_processor_time(request["seconds"])
    try:
        return ACTIONS[request["action"]](*request["arguments"])
    except PdfRefused as reason:
        return {"refused": str(reason), "reason": reason.reason}
    finally:
        limit_processor_time(0)


def limit_processor_time(seconds: float) -> None:
    """Limits the processor time from now on; 0 lifts the limit. Not on Windows."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def main() -> None:
    """Answers requests until the server ends, which closes the pipe. The argument of the program: the most bytes of a
    file that it may write."""
    confine(int(sys.argv[1]), MAX_MEMORY)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the server to handle
    logging.disable()  # what the parser says about a file does not belong in the log of the server
    warnings.simplefilter("ignore")
    set_limits()
    for line in sys.stdin:
        answered = {**answer(json.loads(line)), "retires": resident_memory() > MAX_IDLE_MEMORY}
        try:
            os.write(STANDARD_OUTPUT, json.dumps(answered).encode() + b"\n")
        except BrokenPipeError:
            return


if __name__ == "__main__":
    main()
