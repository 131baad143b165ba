"""The start of an import's file: its encoding, and the header of CSV. What is wrong with these is refused before
anything is written."""

from dataclasses import dataclass

from app.rest_api.bulk.body_source import BodySource, CutShort
from app.rest_api.bulk.columns import Columns, columns_of
from app.rest_api.bulk.csv_records import InvalidCsv, Record, RecordReader, cells_of
from app.rest_api.bulk.decompression import InvalidGzip
from app.rest_api.bulk.line_splitter import LineSplitter
from app.rest_api.bulk.parameters import CSV, ImportParameters
from app.rest_api.errors import RestError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16, and of UTF-32
ENOUGH = 4  # bytes, which tell encodings apart
NOT_UTF8 = "The file is {found}: save it as UTF-8, which spreadsheets call 'CSV UTF-8'."


@dataclass(frozen=True, slots=True)
class FileStart:
    """What was read of a file: its header if it is CSV that has one, where the lines begin, and what came of them."""

    offset: int
    rest: bytes
    header: str | None = None
    columns: Columns | None = None


async def read_start(source: BodySource, parameters: ImportParameters, max_bytes: int) -> FileStart:
    """Raises RestError, and Interrupted."""
    try:
        received = await first_bytes(source)
        check_encoding(received)
        mark = len(BYTE_ORDER_MARK) if received.startswith(BYTE_ORDER_MARK) else 0
        if parameters.format != CSV:
            return FileStart(mark, received[mark:])
        return await read_header(source, parameters, received, mark, max_bytes)
    except InvalidGzip as reason:
        raise RestError(400, "invalid_encoding", str(reason)) from None
    except CutShort:
        raise RestError(400, "invalid_encoding", "The gzip of the body is cut short before the first line.") from None


async def first_bytes(source: BodySource) -> bytes:
    received = b""
    while len(received) < ENOUGH and (piece := await source.next()) is not None:
        received += piece
    return received


def check_encoding(received: bytes) -> None:
    """Raises RestError for what is no UTF-8."""
    if received.startswith(OTHER_MARKS) or b"\0" in received[:2]:
        raise RestError(400, "invalid_encoding", NOT_UTF8.format(found="written in UTF-16"))
    if received.startswith(b"PK\x03\x04"):
        raise RestError(400, "invalid_encoding", NOT_UTF8.format(found="a workbook or another archive, and no text"))


async def read_header(
    source: BodySource, parameters: ImportParameters, received: bytes, mark: int, max_bytes: int
) -> FileStart:
    """The header of CSV: its first record that is not blank."""
    lines = LineSplitter(max_bytes, mark)
    records = RecordReader(parameters.delimiter.encode(), max_bytes)
    piece: bytes | None = received[mark:]
    while piece is not None:
        for line in lines.feed(piece):
            record = records.feed(line)
            if record and not is_blank(record, parameters.delimiter):
                rest = received[record.end :]
                return header_of(record, parameters, rest)
        piece = await source.next()
        received += piece or b""
    for line in lines.end():
        record = records.feed(line) or records.rest()
        if record and not is_blank(record, parameters.delimiter):
            return header_of(record, parameters, b"")
    if record := records.rest():
        return header_of(record, parameters, b"")
    return FileStart(len(received), b"")


def is_blank(record: Record, delimiter: str) -> bool:
    return not record.is_too_long and not record.raw.replace(delimiter.encode(), b"").strip()


def header_of(record: Record, parameters: ImportParameters, rest: bytes) -> FileStart:
    """Raises RestError."""
    if record.is_too_long:
        raise RestError(413, "body_too_large", "The header alone is larger than a line may be.")
    if record.is_open:
        message = "The header begins a cell with a quotation mark that is never closed."
        raise RestError(400, "invalid_csv", message)
    try:
        header = record.raw.decode()
    except UnicodeDecodeError:
        raise RestError(400, "invalid_encoding", NOT_UTF8.format(found="written in another encoding")) from None
    return FileStart(record.end, rest, header, header_columns(header, parameters))


def header_columns(header: str, parameters: ImportParameters) -> Columns:
    """The columns of a header as it was sent. Raises RestError."""
    try:
        cells = cells_of(header.removesuffix("\n").removesuffix("\r"), parameters.delimiter)
    except InvalidCsv as reason:
        raise RestError(400, "invalid_csv", f"The header is no CSV. {reason}") from None
    return columns_of(cells, parameters)
