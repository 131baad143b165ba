"""Whether a pushed PDF is taken: whatever a PDF reader opens, within bounds on what it makes a reader do. What it
parses may be hostile: it runs in processes that can be stopped."""

import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import pikepdf

from app.pdf.refusals import Fault, Unfit

MOST_MEMORY = 64 << 20  # what one stream may take while it is decoded
MOST_INFLATED = 768 << 20  # what all streams together may come to: so much takes zlib less than a second
MOST_PICTURES_A_BYTE = 400  # of the file: what pictures may come to beyond that; pages drawn at 600 dpi deflate so well
MOST_READ = 64 << 20  # what all pages together may come to, a shared stream counted for each: it is parsed for each
MOST_READ_A_BYTE = 50  # of the file, beyond that: honest text deflates to a tenth
MOST_ITEMS = 500_000  # of one array: 100 bytes each
PIECE = 256 << 10
HEADER = b"%PDF-"
HEADER_WITHIN = 1024  # bytes: where readers look for it
FLATE = frozenset({"/FlateDecode", "/Fl"})
PARSER_FAULTS = (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError, AttributeError, RuntimeError)

EMPTY = "The file is empty. Send the bytes of a PDF."
NO_PDF = "The file is no PDF. Send one that a PDF reader opens."
NO_PAGE = "The PDF has no page. Send one that has a page at least."
DAMAGED = "The PDF is so damaged that it cannot be opened. Make it anew and send that."
LOCKED = "The PDF needs a password to be opened. Send a copy that opens without one."
ENCRYPTED = "The PDF is encrypted for certain readers, by a certificate. Send a copy that everybody can open."
TOO_MUCH_DATA = "The PDF holds compressed data that comes to more than a PDF may hold."
TOO_MUCH_MEMORY = "The PDF takes too much memory to check."


def set_limits() -> None:
    """Bounds on what a stream may inflate to: without them a file of 1 MB takes 1 GB and many seconds."""
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=MOST_MEMORY,
        dct_max_memory=MOST_MEMORY,
        run_length_max_memory=MOST_MEMORY,
        png_max_memory=MOST_MEMORY,
        tiff_max_memory=MOST_MEMORY,
        max_stream_filters=4,
        parser_max_container_size=MOST_ITEMS,
        parser_max_container_size_damaged=MOST_ITEMS,
    )


def opened(path: str) -> pikepdf.Pdf:
    """The PDF, its faults mended as readers mend them. Raises Unfit."""
    if Path(path).stat().st_size == 0:
        raise Unfit(EMPTY)
    try:
        return pikepdf.open(path, suppress_warnings=True, inherit_page_attributes=False)
    except pikepdf.PasswordError:
        raise Unfit(LOCKED) from None
    except MemoryError:
        raise Unfit(TOO_MUCH_MEMORY) from None
    except PARSER_FAULTS as fault:
        raise Unfit(why_not_opened(path, str(fault))) from None


def why_not_opened(path: str, fault: str) -> str:
    if "unsupported encryption filter" in fault:
        return ENCRYPTED
    with Path(path).open("rb") as file:
        return DAMAGED if HEADER in file.read(HEADER_WITHIN) else NO_PDF


def check_pages(count: int, most: int) -> None:
    if count > most:
        raise Unfit(f"The PDF has {count} pages; at most {most} are taken.", Fault.LIMIT)


def validated(path: str, most_pages: int, already: int = 0) -> pikepdf.Pdf:
    """The PDF, found to open and to have no more pages than may be added to those there are already. Raises Unfit."""
    pdf = opened(path)
    try:
        if not len(pdf.pages):
            raise Unfit(NO_PAGE)
        check_pages(already + len(pdf.pages), most_pages)
        check_streams(pdf, Path(path).stat().st_size)
    except MemoryError:
        raise Unfit(TOO_MUCH_MEMORY) from None
    except PARSER_FAULTS:
        raise Unfit(DAMAGED) from None
    return pdf


def check_streams(pdf: pikepdf.Pdf, file_size: int) -> None:
    """Refuses streams that come to more than any honest file of this size."""
    uses = Counter(part.objgen for page in pdf.pages for part in contents(page))
    pictures: list[pikepdf.Stream] = []
    others: list[pikepdf.Stream] = []
    for item in pdf.objects:
        if isinstance(item, pikepdf.Stream):
            (pictures if is_picture(item) and item.objgen not in uses else others).append(item)
    if sum(map(picture_size, pictures)) > MOST_INFLATED + MOST_PICTURES_A_BYTE * file_size:
        raise Unfit(TOO_MUCH_DATA)
    left, left_to_read = MOST_INFLATED, MOST_READ + MOST_READ_A_BYTE * file_size
    for stream in others:
        size = inflated_size(stream)
        left -= size
        left_to_read -= size * uses[stream.objgen]
        if size > MOST_MEMORY or left < 0 or left_to_read < 0:
            raise Unfit(TOO_MUCH_DATA)


def contents(page: pikepdf.Page) -> list[Any]:
    """The streams that a page is written in."""
    held = page.obj.get("/Contents")
    parts = list(held) if isinstance(held, pikepdf.Array) else [held]
    return [part for part in parts if isinstance(part, pikepdf.Stream)]


def is_picture(stream: pikepdf.Stream) -> bool:
    return bool(stream.get("/Subtype") == pikepdf.Name.Image)


def picture_size(stream: pikepdf.Stream) -> int:
    """What a reader makes of a picture, by what it says of itself: nothing here decodes it."""
    width, height, bits = (number(stream.get(key)) for key in ("/Width", "/Height", "/BitsPerComponent"))
    return width * height * (1 if bits == 1 or "/ImageMask" in stream else 3 * (bits or 8)) // 8


def number(value: Any) -> int:
    return max(0, value) if isinstance(value, int) else 0


def inflated_size(stream: pikepdf.Stream) -> int:
    """What a deflated stream comes to, counted until it is over the limit; what is not deflated, or damaged, comes to
    nothing here."""
    filters = filters_of(stream)
    try:
        if len(filters) == 1 and filters[0] in FLATE:
            return inflated(stream.read_raw_bytes())
        return 0 if FLATE.isdisjoint(filters) else len(stream.read_bytes())
    except PARSER_FAULTS as fault:
        return MOST_MEMORY + 1 if "memory limit exceeded" in str(fault) else 0


def filters_of(stream: pikepdf.Stream) -> list[str]:
    held = stream.get("/Filter")
    return [str(name) for name in held] if isinstance(held, pikepdf.Array) else [str(held)]


def inflated(data: bytes) -> int:
    """The size of deflated data, counted until it is over the limit."""
    stream, size = zlib.decompressobj(), 0
    try:
        while data and size <= MOST_MEMORY and not stream.eof:
            size += len(stream.decompress(data, PIECE))
            data = stream.unconsumed_tail
    except zlib.error:
        return size
    return size
