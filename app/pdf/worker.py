"""Reads pushed PDFs. Runs as a program of its own, a request and an answer a line: the parser of hostile files can then
be stopped, and what it takes is not the server's."""

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
from app.pdf.refusals import Unfit
from app.pdf.validation import set_limits, validated

ANSWERS = 1  # standard output
CHUNK = 1 << 20
ADDRESS_SPACE = 1 << 30  # of this process: a last resort behind the limits of the parser


def check(pushed: str, most_pages: int) -> dict[str, Any]:
    """Size, hash and pages of a PDF that is taken. Raises Unfit."""
    with validated(pushed, most_pages) as pdf:
        return described(pushed, len(pdf.pages))


def extend(stored: str, pushed: str, result: str, most_pages: int) -> dict[str, Any]:
    """The same of a new file that holds the stored pages and then the pushed ones. Raises Unfit."""
    return described(result, append(stored, pushed, result, most_pages))


def described(path: str, pages: int) -> dict[str, Any]:
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return {"size": Path(path).stat().st_size, "sha256": digest.hexdigest(), "pages": pages}


WORKS: dict[str, Callable[..., dict[str, Any]]] = {"check": check, "append": extend}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Runs one request within its seconds of processor time; the system ends the process where they do not do."""
    allow(request["seconds"])
    try:
        return WORKS[request["work"]](*request["arguments"])
    except Unfit as reason:
        return {"unfit": str(reason), "fault": reason.fault}
    finally:
        allow(0)


def allow(seconds: float) -> None:
    """Gives the process so much processor time from now; 0 takes the bound away. Not on Windows."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def bound_memory() -> None:
    try:
        import resource  # noqa: PLC0415 -- not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))


def main() -> None:
    """Answers requests until the server goes away, which closes the pipe however it ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in a terminal is the server's to answer
    logging.disable()  # the parser's remarks on a file are no business of the server's log
    warnings.simplefilter("ignore")
    set_limits()
    bound_memory()
    for line in sys.stdin:
        try:
            os.write(ANSWERS, json.dumps(answer(json.loads(line))).encode() + b"\n")
        except BrokenPipeError:
            return


if __name__ == "__main__":
    main()
