"""Splits a body into lines as it comes, whatever ends them: LF, CR LF or CR. A line that is too long is passed over, so
that none takes more memory than the longest that is allowed."""

from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_LINE_END = 2  # bytes


@dataclass(frozen=True, slots=True)
class Line:
    """A line with what ends it. `end` is the number of bytes from the start of the file to the end of the line. Of a
    line that is too long there are no bytes."""

    raw: bytes
    end: int
    is_too_long: bool = False


class LineSplitter:
    """The lines of a file, from an offset on. Each is kept until it is whole."""

    def __init__(self, max_bytes: int, offset: int = 0) -> None:
        self.max_bytes = max_bytes
        self.position = offset
        self.carriage_return = b""  # the last byte that came, if it is one: a LF may follow
        self.parts: list[bytes] = []  # of the line that has begun
        self.size = 0  # of it

    def feed(self, data: bytes) -> Iterator[Line]:
        """The lines that end in the data. To be read to its end before more is fed."""
        if self.carriage_return:
            data, self.carriage_return = self.carriage_return + data, b""
        if data.endswith(b"\r"):
            data, self.carriage_return = data[:-1], b"\r"
        for piece in data.splitlines(keepends=True):
            self.add(piece)
            if piece.endswith((b"\n", b"\r")):
                yield self.finished()

    def end(self) -> Iterator[Line]:
        """The last line, if nothing ends it."""
        self.add(self.carriage_return)
        if self.size:
            yield self.finished()

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size <= self.max_bytes + LONGEST_LINE_END:
            self.parts.append(piece)
        else:
            self.parts.clear()

    def finished(self) -> Line:
        raw = b"".join(self.parts)
        self.position += self.size
        too_long = self.size > len(raw) or len(raw.rstrip(b"\r\n")) > self.max_bytes
        self.parts.clear()
        self.size = 0
        return Line(b"" if too_long else raw, self.position, too_long)
