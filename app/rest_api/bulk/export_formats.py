"""The formats of exports: from the lines that the database writes to the bytes that are sent.

A format is told of the lines as they come, many at once."""

import csv
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import orjson

from app.domain.enums import Resource
from app.domain.resources import RESOURCES
from app.reads.exports.columns import MARK, PACKED, ColumnKind, ExportColumn
from app.rest_api.answers import exact, shown
from app.storage.database.exact_json import load_json
from app.storage.writes.packed_changes import unpack

NDJSON, CSV, ARROW, PARQUET = "ndjson", "csv", "arrow", "parquet"
MEDIA_TYPES = {
    NDJSON: "application/x-ndjson",
    CSV: "text/csv; charset=utf-8",
    ARROW: "application/vnd.apache.arrow.stream",
    PARQUET: "application/vnd.apache.parquet",
}
MARK_BYTE = MARK.encode()
RECORDED = ("before", "after")
STORED_FIELDS = {field.name: field for field in RESOURCES[Resource.DOCUMENT].fields}
MAX_INLINE_BYTES = 16_384  # of lines that are converted on the event loop
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Format(Protocol):
    """What makes the bytes of one export."""

    def is_slow(self, lines: bytes) -> bool: ...  # whether to convert the lines takes so long that a thread does it

    def head(self) -> bytes: ...

    def rows(self, lines: bytes) -> bytes: ...

    def end(self) -> bytes: ...


def as_shown(column: str, stored: str) -> bytes:
    """JSON of a document in the form that REST has of it, or of a change."""
    if column in RECORDED:
        return (recorded(column, stored) or "null").encode()
    return orjson.dumps(shown(STORED_FIELDS[column], load_json(stored)), default=exact)


@dataclass(slots=True)
class Ndjson:
    """A JSON object a line, as the database has written it; with `ends` a last line that tells that all are there."""

    ends: bool
    count: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def is_slow(self, lines: bytes) -> bool:
        return len(lines) > MAX_INLINE_BYTES and MARK_BYTE in lines

    def head(self) -> bytes:
        return b""

    def rows(self, lines: bytes) -> bytes:
        if MARK_BYTE in lines:
            lines = self.converted(lines)
        if self.ends:
            self.count += lines.count(b"\n")
            self.digest.update(lines)
        return lines

    def converted(self, lines: bytes) -> bytes:
        """The lines with what is marked in its own form: every second part, which begins with the column's name."""
        parts = lines.split(MARK_BYTE)
        for place in range(1, len(parts), 2):
            column, _, stored = parts[place].decode().partition(":")
            parts[place] = as_shown(column, stored)
        return b"".join(parts)

    def end(self) -> bytes:
        if not self.ends:
            return b""
        return orjson.dumps({"end": {"rows": self.count, "sha256": self.digest.hexdigest()}}) + b"\n"


def recorded(column: str, stored: str) -> str | None:
    """What was before a change, or is after it, as JSON."""
    if not stored.startswith(PACKED):
        return stored
    return unpack(bytes.fromhex(stored.removeprefix(PACKED)))[RECORDED.index(column)] or None


def as_shown_text(column: str, stored: str) -> str | None:
    return recorded(column, stored) if column in RECORDED else as_shown(column, stored).decode()


Cells = list[str | None]


def cells_of(lines: bytes) -> list[Cells]:
    """The rows of lines that are arrays of texts."""
    return [orjson.loads(line) for line in lines.splitlines()]


Convert = Callable[[str], str | None]


def stored_cells(columns: Sequence[ExportColumn]) -> list[tuple[int, Convert]]:
    return [
        (place, partial(as_shown_text, column.column))
        for place, column in enumerate(columns)
        if column.kind in (ColumnKind.STORED, ColumnKind.RECORDED)
    ]


def plain_json(text: str) -> str:
    """A text, number or boolean in JSON as plain text."""
    return str(orjson.loads(text)) if text.startswith('"') else text


def json_type(text: str) -> str:
    """Whether JSON is a `text`, a `boolean` or a `number`."""
    return JSON_TYPES.get(text[0], "number")


JSON_TYPES = {'"': "text", "t": "boolean", "f": "boolean"}


@dataclass(slots=True)
class Csv:
    """A header and a record a line. An empty cell is no value; what reads like the two words that imports know for null
    and for the empty text is told apart by one more backslash. `safe`: texts that spreadsheets would run get a `'`."""

    columns: Sequence[ExportColumn]
    header: Sequence[str]
    safe: bool
    types: Mapping[int, str] = field(default_factory=dict)  # of custom fields, by the position of the column
    converters: list[tuple[int, Convert]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for place, column in enumerate(self.columns):
            if column.kind is ColumnKind.TEXT:
                self.converters.append((place, self.text))
            elif column.kind is ColumnKind.CUSTOM_FIELD:
                self.converters.append((place, partial(self.custom_field, self.types.get(place))))
        self.converters += stored_cells(self.columns)

    def custom_field(self, wanted: str | None, value: str) -> str | None:
        """A custom field's value, given as JSON; None where it is not of the type that the column is for."""
        if wanted and json_type(value) != wanted:
            return None
        return self.text(plain_json(value)) if value.startswith('"') else value

    def text(self, text: str) -> str:
        if text in ESCAPED:
            return "\\" + text
        return f"'{text}" if self.safe and text.startswith(FORMULA_STARTS) else text

    def is_slow(self, lines: bytes) -> bool:
        return True

    def head(self) -> bytes:
        return self.written([self.header])

    def rows(self, lines: bytes) -> bytes:
        rows = cells_of(lines)
        for row in rows:
            for place, convert in self.converters:
                if (cell := row[place]) is not None:
                    row[place] = convert(cell)
        return self.written(rows)

    def written(self, rows: Sequence[Sequence[str | None]]) -> bytes:
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        return out.getvalue().encode()

    def end(self) -> bytes:
        return b""


ESCAPED = {"\\N", "\\E"}
