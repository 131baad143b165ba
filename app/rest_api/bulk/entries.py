"""The lines of an import as they come: numbered, taken apart, and each turned into the write that it asks for."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.notation import in_json
from app.middleware.requests import MAX_INLINE_JSON, InvalidJson, parse_json
from app.rest_api.bulk.columns import Columns
from app.rest_api.bulk.csv_records import InvalidCsv, Record, RecordReader, cells_of
from app.rest_api.bulk.import_answers import Entry
from app.rest_api.bulk.input_lines import LineHead, read_line, resource_of
from app.rest_api.bulk.line_splitter import Line, LineSplitter
from app.rest_api.bulk.parameters import CSV, ImportParameters
from app.rest_api.errors import RestError
from app.storage.database.exact_json import load_json

OPEN_CELL = "The file ends inside a cell whose quotation mark is never closed. {begins}"


@dataclass(frozen=True, slots=True)
class BlankLine:
    """A line without anything in it: it has a number, and nothing else."""

    number: int
    end: int


class EntryReader:
    """Reads entries from the pieces of a file, from an offset on. `last_line` is the number of the line before."""

    def __init__(
        self, parameters: ImportParameters, columns: Columns | None, max_bytes: int, offset: int, last_line: int
    ) -> None:
        self.parameters = parameters
        self.columns = columns
        self.max_bytes = max_bytes
        self.splitter = LineSplitter(max_bytes, offset)
        self.records = RecordReader(parameters.delimiter.encode(), max_bytes) if parameters.format == CSV else None
        self.number = last_line

    @property
    def held_bytes(self) -> int:
        """Of the line, or the record, that has begun and is not whole."""
        return min(self.splitter.size + (self.records.size if self.records else 0), self.max_bytes)

    async def feed(self, piece: bytes) -> AsyncIterator[Entry | BlankLine]:
        """The entries that end in a piece. To be read to its end before more is fed."""
        for record in self.joined(self.splitter.feed(piece)):
            yield await self.entry(record)

    async def end(self) -> AsyncIterator[Entry | BlankLine]:
        """The last entry, if nothing ends its line."""
        for record in self.joined(self.splitter.end()):
            yield await self.entry(record)
        if self.records and (last := self.records.rest()):
            yield await self.entry(last)

    def joined(self, lines: Iterable[Line]) -> Iterator[Record]:
        for line in lines:
            if self.records is None:
                yield Record(line.raw, line.end, line.is_too_long)
            elif record := self.records.feed(line):
                yield record

    async def entry(self, record: Record) -> Entry | BlankLine:
        """The entry of a record: a large one is read in a thread."""
        self.number += 1
        large = len(record.raw) > MAX_INLINE_JSON
        return await asyncio.to_thread(self.read, record) if large else self.read(record)

    def read(self, record: Record) -> Entry | BlankLine:
        if not record.is_too_long and not record.raw.strip():
            return BlankLine(self.number, record.end)
        target = self.parameters.resource
        head = LineHead(str(resource_of(target)) if target else None)
        try:
            if record.is_too_long:
                message = f"The line is larger than {self.max_bytes} bytes: send less in one."
                raise RestError(413, "body_too_large", message)
            return self.read_record(record, head)
        except RestError as refusal:
            return Entry(self.number, record.end, record.raw, head, refusal=refusal)

    def read_record(self, record: Record, head: LineHead) -> Entry | BlankLine:
        """Raises RestError."""
        if self.columns is None:
            line = read_line(parsed(record.raw), self.parameters, head)
            return Entry(self.number, record.end, record.raw, head, line)
        cells = record_cells(record, self.parameters.delimiter)
        if not any(cells) or all(cell.isspace() or not cell for cell in cells):
            return BlankLine(self.number, record.end)  # as spreadsheets write rows below their last
        if wrong := self.columns.wrong_width(cells):
            raise RestError(400, "invalid_csv", wrong)
        body = self.columns.body(cells)
        line = read_line(body.values, self.parameters, head, body.problems)
        return Entry(self.number, record.end, record.raw, head, line, padded=tuple(body.padded))


def parsed(raw: bytes) -> Any:
    """The JSON of a line. Raises RestError."""
    text = decoded(raw, "invalid_json")
    try:
        return parse_json(text)
    except InvalidJson as reason:
        raise RestError(400, "invalid_json", json_fault(text) or str(reason)) from None


def json_fault(text: str) -> str | None:
    """Where a text stops to be JSON; None where it is for another reason that it is not taken."""
    try:
        load_json(text)
    except json.JSONDecodeError as reason:
        return f"The line is no JSON from column {reason.pos + 1} on: {reason.msg[:1].lower()}{reason.msg[1:]}."
    except Exception:
        return None
    return None


def record_cells(record: Record, delimiter: str) -> list[str]:
    """The cells of a record. Raises RestError."""
    text = decoded(record.raw, "invalid_encoding")
    if record.is_open:
        begins = f"It begins with: {in_json(text[:60])}." if text else ""
        raise RestError(400, "invalid_csv", OPEN_CELL.format(begins=begins).strip())
    try:
        return cells_of(text.removesuffix("\n").removesuffix("\r"), delimiter)
    except InvalidCsv as reason:
        raise RestError(400, "invalid_csv", str(reason)) from None


def decoded(raw: bytes, error: str) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as reason:
        column = len(raw[: reason.start].decode()) + 1
        message = f"The line is not UTF-8: the character in column {column} is written in another encoding."
        raise RestError(400, error, f"{message} Save the file as UTF-8.") from None
