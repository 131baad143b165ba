"""Records of CSV as RFC 4180 has them: cells in quotation marks may hold delimiters and line ends, and a quotation mark
twice. Python's own reader takes whole files or lines alone: here records come while their file still comes, each with
its place in the file, and none takes more memory than it may."""

import re
from dataclasses import dataclass, field
from functools import cache

from app.rest_api.bulk.line_splitter import Line

QUOTE = b'"'
CLOSING = re.compile(rb'[^"]*+(?:""[^"]*+)*+"')
MAX_CELLS = 10_000  # of a record


class InvalidCsv(Exception):
    """A record that is no CSV; the message says where."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it came: one line, or several where a cell holds line ends. `end` as of lines. `is_open`: the file
    ends inside a cell."""

    raw: bytes
    end: int
    is_too_long: bool = False
    is_open: bool = False


@dataclass(slots=True)
class RecordReader:
    """Joins lines to records."""

    delimiter: bytes
    max_bytes: int
    lines: list[bytes] = field(default_factory=list)  # of the record that has begun
    size: int = 0  # of it
    inside: bool = False  # whether it goes on inside a cell
    end: int = 0

    def feed(self, line: Line) -> Record | None:
        """The record that ends with the line; None where it goes on."""
        if not self.inside and (line.is_too_long or QUOTE not in line.raw):
            return Record(line.raw, line.end, line.is_too_long)
        self.end = line.end
        if line.is_too_long:  # of which nothing is known: the record ends where a line closes its cell
            self.size = self.max_bytes + 1
        self.inside = ends_inside_cell(line.raw, self.delimiter, inside=self.inside)
        self.size += len(line.raw)
        if self.size > self.max_bytes:
            self.lines.clear()
        else:
            self.lines.append(line.raw)
        return None if self.inside else self.finished()

    def rest(self) -> Record | None:
        """The record that the end of the file leaves open, if any."""
        return self.finished() if self.inside else None

    def finished(self) -> Record:
        record = Record(b"".join(self.lines), self.end, self.size > self.max_bytes, self.inside)
        self.lines.clear()
        self.size, self.inside = 0, False
        return record


def ends_inside_cell(line: bytes, delimiter: bytes, *, inside: bool) -> bool:
    """Whether a line that begins inside a quoted cell, or not, ends inside one."""
    opening, position = delimiter + QUOTE, 0
    if not inside and line.startswith(QUOTE):
        inside, position = True, 1
    while True:
        if inside:
            closed = CLOSING.match(line, position)
            if closed is None:
                return True
            position = closed.end()
        position = line.find(opening, position)
        if position < 0:
            return False
        inside, position = True, position + len(opening)


def cells_of(text: str, delimiter: str) -> list[str]:
    """The cells of a record without what ends it. Raises InvalidCsv."""
    if '"' not in text:
        if text.count(delimiter) >= MAX_CELLS:
            raise InvalidCsv(f"The record has more than {MAX_CELLS} cells.")
        return text.split(delimiter)
    cells: list[str] = []
    position, cell = 0, cell_pattern(delimiter)
    while True:
        found = cell.match(text, position)
        if found is None:
            raise InvalidCsv(quoting_fault(text, position, len(cells) + 1))
        quoted, plain = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        position = found.end() + 1
        if position > len(text):
            return cells
        if len(cells) >= MAX_CELLS:
            raise InvalidCsv(f"The record has more than {MAX_CELLS} cells.")


@cache
def cell_pattern(delimiter: str) -> re.Pattern[str]:
    """A cell up to the delimiter or the end: in quotation marks, or without any at its start."""
    escaped = re.escape(delimiter)
    return re.compile(rf'(?:"([^"]*+(?:""[^"]*+)*+)"|((?!")[^{escaped}]*+))(?={escaped}|\Z)')


def quoting_fault(text: str, position: int, number: int) -> str:
    """What is wrong with the cell that begins there."""
    advice = "Inside a cell in quotation marks, a quotation mark is written twice."
    if re.compile(r'"[^"]*+(?:""[^"]*+)*+"').match(text, position):
        return f"Cell {number} goes on behind its closing quotation mark. {advice}"
    return f"The quotation mark that opens cell {number}, at character {position + 1}, is never closed. {advice}"
