"""Validation of pushed PDFs: accepts what a PDF reader opens, within limits on the work it makes a reader do.

Files may be hostile, so this runs in processes that can be killed.
"""

import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import pikepdf

from app.pdf.refusals import PdfRefused, RefusalReason

MAX_STREAM_MEMORY = 64 << 20  # bytes that one stream may take while it is decoded
MAX_INFLATED = 768 << 20  # bytes of all inflated streams together: takes zlib less than a second
MAX_PICTURE_RATIO = 400  # beyond that, bytes of pictures for each byte of the file; scans at 600 dpi compress so well
MAX_CONTENT = 64 << 20  # bytes of content of all pages; a shared stream counts for each page, which parses it again
MAX_CONTENT_RATIO = 50  # beyond that, for each byte of the file; text compresses to a tenth
MAX_ARRAY_ITEMS = 500_000  # each takes 100 bytes
MAX_OBJECTS = 150_000  # each takes 700 bytes at least, ordinary ones 2,000
CHUNK_BYTES = 256 << 10
HEADER = b"%PDF-"
OBJECT, OBJECT_END = b"obj", b"endobj"
OUT_OF_MEMORY = "bad_alloc"  # in a warning of the parser, which then leaves the object out
HEADER_RANGE = 1024  # bytes from the start, in which readers look for the header
FLATE = frozenset({"/FlateDecode", "/Fl"})
PARSER_ERRORS = (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError, AttributeError, RuntimeError)

EMPTY = "The file is empty. Send the bytes of a PDF."
NO_PDF = "The file is no PDF. Send one that a PDF reader opens."
NO_PAGE = "The PDF has no page. Send one that has a page at least."
DAMAGED = "The PDF is so damaged that it cannot be opened. Make it anew and send that."
LOCKED = "The PDF needs a password to be opened. Send a copy that opens without one."
ENCRYPTED = "The PDF is encrypted for certain readers, by a certificate. Send a copy that everybody can open."
TOO_MUCH_DATA = "The PDF holds compressed data that comes to more than a PDF may hold."
TOO_MANY_OBJECTS = f"The PDF has more than {MAX_OBJECTS:,} objects. Make it anew with fewer, and send that."
TOO_MUCH_MEMORY = "The PDF takes too much memory to check. Make it anew with fewer or smaller objects, and send that."


def set_limits() -> None:
    """Limits the size of inflated streams: without that a file of 1 MB can take 1 GB and many seconds."""
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=MAX_STREAM_MEMORY,
        dct_max_memory=MAX_STREAM_MEMORY,
        run_length_max_memory=MAX_STREAM_MEMORY,
        png_max_memory=MAX_STREAM_MEMORY,
        tiff_max_memory=MAX_STREAM_MEMORY,
        max_stream_filters=4,
        parser_max_container_size=MAX_ARRAY_ITEMS,
        parser_max_container_size_damaged=MAX_ARRAY_ITEMS,
    )


def open_pdf(path: str) -> pikepdf.Pdf:
    """The PDF, repaired where readers would repair it. Raises PdfRefused."""
    if Path(path).stat().st_size == 0:
        raise PdfRefused(EMPTY)
    try:
        return pikepdf.open(path, suppress_warnings=True, inherit_page_attributes=False)
    except pikepdf.PasswordError:
        raise PdfRefused(LOCKED) from None
    except MemoryError:
        raise PdfRefused(TOO_MUCH_MEMORY) from None
    except PARSER_ERRORS as fault:
        raise PdfRefused(why_unreadable(path, str(fault))) from None


def why_unreadable(path: str, fault: str) -> str:
    if "unsupported encryption filter" in fault:
        return ENCRYPTED
    if OUT_OF_MEMORY in fault:
        return TOO_MUCH_MEMORY
    with Path(path).open("rb") as file:
        return DAMAGED if HEADER in file.read(HEADER_RANGE) else NO_PDF


def check_pages(count: int, most: int) -> None:
    if count > most:
        raise PdfRefused(f"The PDF has {count} pages; at most {most} are taken.", RefusalReason.LIMIT)


def check_objects(path: str) -> None:
    """Refuses a file of too many objects before the parser holds all of them. The count is not exact where a word lies
    in two chunks, and sees no compressed objects: what stops those is the limit of the process's memory."""
    count = 0
    with Path(path).open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            count += chunk.count(OBJECT) - chunk.count(OBJECT_END)
    if count > MAX_OBJECTS:
        raise PdfRefused(TOO_MANY_OBJECTS, RefusalReason.LIMIT)


def open_valid_pdf(path: str, max_pages: int, existing_pages: int = 0) -> pikepdf.Pdf:
    """The PDF, after all checks; together with the existing pages it may have `max_pages`. Raises PdfRefused."""
    check_objects(path)
    pdf = open_pdf(path)
    try:
        if not len(pdf.pages):
            raise PdfRefused(NO_PAGE)
        check_pages(existing_pages + len(pdf.pages), max_pages)
        check_streams(pdf, Path(path).stat().st_size)
        if any(OUT_OF_MEMORY in str(warning) for warning in pdf.get_warnings()):
            raise PdfRefused(TOO_MUCH_MEMORY)
    except MemoryError:
        raise PdfRefused(TOO_MUCH_MEMORY) from None
    except PARSER_ERRORS:
        raise PdfRefused(DAMAGED) from None
    return pdf


def check_streams(pdf: pikepdf.Pdf, file_size: int) -> None:
    """Refuses streams that inflate to more than any ordinary file of this size."""
    uses = Counter(part.objgen for page in pdf.pages for part in contents(page))
    pictures: list[pikepdf.Stream] = []
    others: list[pikepdf.Stream] = []
    for item in pdf.objects:
        if isinstance(item, pikepdf.Stream):
            (pictures if is_picture(item) and item.objgen not in uses else others).append(item)
    if sum(map(picture_size, pictures)) > MAX_INFLATED + MAX_PICTURE_RATIO * file_size:
        raise PdfRefused(TOO_MUCH_DATA)
    bytes_left, content_left = MAX_INFLATED, MAX_CONTENT + MAX_CONTENT_RATIO * file_size
    for stream in others:
        size = inflated_size(stream)
        bytes_left -= size
        content_left -= size * uses[stream.objgen]
        if size > MAX_STREAM_MEMORY or bytes_left < 0 or content_left < 0:
            raise PdfRefused(TOO_MUCH_DATA)


def contents(page: pikepdf.Page) -> list[Any]:
    """The content streams of a page."""
    value = page.obj.get("/Contents")
    parts = list(value) if isinstance(value, pikepdf.Array) else [value]
    return [part for part in parts if isinstance(part, pikepdf.Stream)]


def is_picture(stream: pikepdf.Stream) -> bool:
    return bool(stream.get("/Subtype") == pikepdf.Name.Image)


def picture_size(stream: pikepdf.Stream) -> int:
    """The bytes of a decoded picture, worked out from its dictionary: it is not decoded here."""
    width, height, bits = (number(stream.get(key)) for key in ("/Width", "/Height", "/BitsPerComponent"))
    return width * height * (1 if bits == 1 or "/ImageMask" in stream else 3 * (bits or 8)) // 8


def number(value: Any) -> int:
    return max(0, value) if isinstance(value, int) else 0


def inflated_size(stream: pikepdf.Stream) -> int:
    """The size of an inflated stream, counted until it is over the limit; 0 for one that is damaged or not deflated."""
    filters = filters_of(stream)
    try:
        if len(filters) == 1 and filters[0] in FLATE:
            return inflated(stream.read_raw_bytes())
        return 0 if FLATE.isdisjoint(filters) else len(stream.read_bytes())
    except PARSER_ERRORS as fault:
        return MAX_STREAM_MEMORY + 1 if "memory limit exceeded" in str(fault) else 0


def filters_of(stream: pikepdf.Stream) -> list[str]:
    value = stream.get("/Filter")
    return [str(name) for name in value] if isinstance(value, pikepdf.Array) else [str(value)]


def inflated(data: bytes) -> int:
    """The size of inflated data, counted until it is over the limit."""
    stream, size = zlib.decompressobj(), 0
    try:
        for start in range(0, len(data), CHUNK_BYTES):  # in parts, since what is left of each is copied again and again
            part = data[start : start + CHUNK_BYTES]
            while part and size <= MAX_STREAM_MEMORY and not stream.eof:
                size += len(stream.decompress(part, CHUNK_BYTES))
                part = stream.unconsumed_tail
    except zlib.error:
        return size
    return size
