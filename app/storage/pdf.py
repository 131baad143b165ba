"""What a pushed PDF must be, and two of them made into one. Runs as a program of its own, a request and an answer a
line: the parser of hostile files can then be stopped, and what it takes is not the server's.

It knows nothing else of the project, so that it starts quickly and from anywhere.
"""

import hashlib
import json
import os
import signal
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf

MOST_MEMORY = 64 << 20  # what one stream may take while it is decoded
MOST_INFLATED = 768 << 20  # what all streams together may come to: so much takes zlib less than a second
MOST_READ = 64 << 20  # what all pages together may come to, a shared stream counted for each: it is parsed for each
MOST_READ_A_BYTE = 50  # of the file, beyond that: honest text deflates to a tenth
PIECE = 256 << 10
ANSWERS = 1  # standard output
CHUNK = 1 << 20
TOO_MUCH_DATA = "The PDF holds compressed data that comes to more than a PDF may hold."
ADDRESS_SPACE = 1 << 30  # of this process: a last resort behind the limits of the parser


class Unfit(Exception):
    """A PDF that is not taken; the message says why. `limit`: it is sound, but too much."""

    def __init__(self, message: str, *, limit: bool = False) -> None:
        super().__init__(message)
        self.limit = limit


def set_limits() -> None:
    """Bounds on what a stream may inflate to: without them a file of 1 MB takes 1 GB and many seconds."""
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=MOST_MEMORY,
        dct_max_memory=MOST_MEMORY,
        run_length_max_memory=MOST_MEMORY,
        png_max_memory=MOST_MEMORY,
        tiff_max_memory=MOST_MEMORY,
        max_stream_filters=4,
        parser_max_container_size=500_000,
        doc_max_warnings=50,
    )


def opened(path: str) -> pikepdf.Pdf:
    """The PDF, not repaired. Raises Unfit."""
    if Path(path).stat().st_size == 0:
        raise Unfit("The file is empty.")
    with Path(path).open("rb") as file:
        if b"%PDF-" not in file.read(1024):
            raise Unfit("The file is no PDF.")
    try:
        return pikepdf.open(path, attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise Unfit("The PDF is encrypted.") from None
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, RuntimeError, MemoryError):
        raise Unfit("The PDF is damaged.") from None


def check_pages(count: int, most: int) -> None:
    if count > most:
        raise Unfit(f"The PDF has {count} pages; at most {most} are taken.", limit=True)


def judged(path: str, most_pages: int, already: int = 0) -> pikepdf.Pdf:
    """The PDF, found sound and to have no more pages than may be added to those there are already. Raises Unfit."""
    pdf = opened(path)
    try:
        if pdf.is_encrypted:
            raise Unfit("The PDF is encrypted.")
        check_pages(already + len(pdf.pages), most_pages)
        check_streams(pdf, Path(path).stat().st_size)
        if pdf.get_warnings() or pdf.check_pdf_syntax():
            raise Unfit("The PDF is damaged or in need of repair.")
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError, RuntimeError, MemoryError):
        raise Unfit("The PDF is damaged.") from None
    return pdf


def check_streams(pdf: pikepdf.Pdf, file_size: int) -> None:
    """Refuses streams that inflate to more than any honest file of this size, before anything reads them whole."""
    left, sizes = MOST_INFLATED, {}
    for item in pdf.objects:
        if isinstance(item, pikepdf.Stream) and "/FlateDecode" in str(item.get("/Filter", "")):
            size = sizes[item.objgen] = inflated(item.read_raw_bytes(), min(left, MOST_MEMORY))
            left -= size
            if left < 0 or size > MOST_MEMORY:
                raise Unfit(TOO_MUCH_DATA)
    read = sum(sizes.get(part.objgen, 0) for page in pdf.pages for part in contents(page))
    if read > MOST_READ + MOST_READ_A_BYTE * file_size:
        raise Unfit(TOO_MUCH_DATA)


def contents(page: pikepdf.Page) -> list[Any]:
    """The streams that a page is written in."""
    held = page.obj.get("/Contents")
    return list(held) if isinstance(held, pikepdf.Array) else [held] if isinstance(held, pikepdf.Stream) else []


def inflated(data: bytes, most: int) -> int:
    """The size of deflated data, counted until it is over the limit. What is no such data comes to nothing here."""
    stream, size = zlib.decompressobj(), 0
    try:
        while data and size <= most and not stream.eof:
            size += len(stream.decompress(data, PIECE))
            data = stream.unconsumed_tail
    except zlib.error:
        return size
    return size


def check(pushed: str, most_pages: int) -> dict[str, Any]:
    """Size, hash and pages of a PDF that is sound. Raises Unfit."""
    with judged(pushed, most_pages) as pdf:
        return described(pushed, len(pdf.pages))


def append(stored: str, pushed: str, result: str, most_pages: int) -> dict[str, Any]:
    """The same of a new file that holds the stored pages and then the pushed ones. Raises Unfit."""
    with pikepdf.open(stored, suppress_warnings=True) as pdf:
        with judged(pushed, most_pages, len(pdf.pages)) as more:
            pdf.pages.extend(more.pages)
            pdf.save(result, deterministic_id=True)
        return described(result, len(pdf.pages))


def described(path: str, pages: int) -> dict[str, Any]:
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return {"size": Path(path).stat().st_size, "sha256": digest.hexdigest(), "pages": pages}


WORKS: dict[str, Callable[..., dict[str, Any]]] = {"check": check, "append": append}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Runs one request within its seconds of processor time; the system ends the process where they do not do."""
    allow(request["seconds"])
    try:
        return WORKS[request["work"]](*request["arguments"])
    except Unfit as reason:
        return {"unfit": str(reason), "limit": reason.limit}
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
    set_limits()
    bound_memory()
    for line in sys.stdin:
        try:
            os.write(ANSWERS, json.dumps(answer(json.loads(line))).encode() + b"\n")
        except BrokenPipeError:
            return


if __name__ == "__main__":
    main()
